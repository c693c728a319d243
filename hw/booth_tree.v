// booth_tree.v - sum of many lanes: chains of at most CHAIN lanes (booth_chain), joined two by two.
//   PIPELINE = 0: each chain holds all digits of its lanes; no registers.
//   PIPELINE = 1: a chain for every digit, so that no chain has more than CHAIN - 1 adders; a register behind the
//   chains, then the digits are joined, then the lanes.  REGISTER_AT places a second row of registers: 0 none, 1 at the
//   result, 2 a join before it, and so on.  The module holds itself; all paths have equal latency.
// Lanes: lane 0 in the low bits.  Latency 0 with PIPELINE = 0, else 1, and 1 more with REGISTER_AT > 0; 1 sum/cycle
//   while enable is high, all registers hold while it is low.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/booth_dot_tb.v, sim/matrix_vector_tb.v.
`default_nettype none
module booth_tree #(
    parameter LANES       = 8,   // >= 1
    parameter CHAIN       = 8,   // lanes in one chain, 1 .. 1024
    parameter A_W         = 4,   // bits per activation, unsigned, 1 .. 16
    parameter DIGITS      = 2,   // digits per lane, 1 .. 9
    parameter TOP         = 0,   // 1: the last digit is in {-1, 0, 1}
    parameter SIGN        = 0,   // 1: one digit in {-1, 1}; 2, 3: one digit in {0, 1}, see booth_chain
    parameter PIPELINE    = 0,   // 1: registers
    parameter REGISTER_AT = 0,   // second row of registers, see above
    // bits of the sum, those of its largest value: LANES * UNIT with UNIT = largest sum of one lane
    parameter [63:0] UNIT = 64'd155,
    parameter Y_W         = 11,
    parameter KEEP_W      = 64   // bits of the sum that are used, >= 1; those above are cut off outside
) (
    input  wire                      clk,
    input  wire                      enable,
    input  wire [LANES*A_W-1:0]      activations,
    input  wire [LANES*DIGITS*3-1:0] digits,  // per lane and digit {h, m, l}: see booth_chain
    output wire [Y_W-1:0]            y
);
    // Bits of a number; $clog2 stops at 32 bits in some tools.
    function integer width_of;
        input [63:0] number;
        reg [63:0] left;
        begin
            left = number;
            width_of = 0;
            while (left != 0) begin
                width_of = width_of + 1;
                left = left >> 1;
            end
        end
    endfunction

    wire [Y_W-1:0] total;
    genvar d, i;
    generate
        if (LANES > CHAIN) begin : gen_halves
            // the left half is a whole number of chains
            localparam LEFT = ((LANES + CHAIN - 1) / CHAIN + 1) / 2 * CHAIN;
            localparam RIGHT = LANES - LEFT;
            localparam LEFT_W = width_of(UNIT * LEFT);
            localparam RIGHT_W = width_of(UNIT * RIGHT);
            wire [LEFT_W-1:0] left;
            wire [RIGHT_W-1:0] right;
            booth_tree #(
                .LANES(LEFT), .CHAIN(CHAIN), .A_W(A_W), .DIGITS(DIGITS), .TOP(TOP), .SIGN(SIGN), .PIPELINE(PIPELINE),
                .REGISTER_AT(REGISTER_AT <= 1 ? 0 : REGISTER_AT - 1), .UNIT(UNIT), .Y_W(LEFT_W), .KEEP_W(KEEP_W)
            ) left_half (
                .clk(clk), .enable(enable),
                .activations(activations[LEFT*A_W-1:0]), .digits(digits[LEFT*DIGITS*3-1:0]), .y(left)
            );
            booth_tree #(
                .LANES(RIGHT), .CHAIN(CHAIN), .A_W(A_W), .DIGITS(DIGITS), .TOP(TOP), .SIGN(SIGN), .PIPELINE(PIPELINE),
                .REGISTER_AT(REGISTER_AT <= 1 ? 0 : REGISTER_AT - 1), .UNIT(UNIT), .Y_W(RIGHT_W), .KEEP_W(KEEP_W)
            ) right_half (
                .clk(clk), .enable(enable),
                .activations(activations[LANES*A_W-1:LEFT*A_W]), .digits(digits[LANES*DIGITS*3-1:LEFT*DIGITS*3]),
                .y(right)
            );
            // A sum that is not by itself an operand of the next: Yosys makes 3:2 compressors of sums of more than two
            // operands, which take more LUTs than carry chains.  It drops the zero afterwards.
            wire unused_zero;
            assign {total, unused_zero} = {{(Y_W - LEFT_W){1'b0}}, left, 1'b0} + {{(Y_W - RIGHT_W){1'b0}}, right, 1'b0};
        end else if (PIPELINE == 0 || DIGITS == 1) begin : gen_chain
            wire [Y_W-1:0] sum;
            booth_chain #(
                .LANES(LANES), .A_W(A_W), .DIGITS(DIGITS), .TOP(TOP), .SIGN(SIGN), .Y_W(Y_W), .KEEP_W(KEEP_W)
            ) chain (
                .activations(activations), .digits(digits), .y(sum)
            );
            if (PIPELINE == 0) begin : gen_comb
                assign total = sum;
            end else begin : gen_registered
                reg [Y_W-1:0] held;
                always @(posedge clk) if (enable) held <= sum;
                assign total = held;
            end
        end else begin : gen_digits
            for (d = 0; d < DIGITS; d = d + 1) begin : gen_digit
                localparam SHORT = TOP != 0 && d == DIGITS - 1 ? 1 : 0;
                localparam PART_W = width_of(LANES * ((64'd1 << (SHORT != 0 ? A_W : A_W + 1)) - 64'd1));
                wire [LANES*3-1:0] own;
                wire [PART_W-1:0] part;
                reg [PART_W-1:0] held;
                for (i = 0; i < LANES; i = i + 1) begin : gen_lane
                    assign own[3*i +: 3] = digits[3*(i*DIGITS+d) +: 3];
                end
                booth_chain #(
                    .LANES(LANES), .A_W(A_W), .DIGITS(1), .TOP(SHORT), .Y_W(PART_W),
                    .KEEP_W(KEEP_W > 2 * d ? KEEP_W - 2 * d : 1)
                ) chain (
                    .activations(activations), .digits(own), .y(part)
                );
                always @(posedge clk) if (enable) held <= part;
                wire [Y_W-1:0] so_far;  // this digit and the lower ones
                wire [Y_W+PART_W-1:0] shifted = {{Y_W{1'b0}}, held} << (2 * d);
                wire unused = &{1'b0, shifted};
                if (d == 0) begin : gen_first
                    assign so_far = shifted[Y_W-1:0];
                end else begin : gen_join
                    // only the upper bits: fewer positions, and no compressors, as above
                    wire [Y_W-1:0] lower = gen_digit[d-1].so_far;
                    wire [Y_W-2*d-1:0] upper = lower[Y_W-1:2*d] + shifted[Y_W-1:2*d];
                    assign so_far = {upper, lower[2*d-1:0]};
                end
            end
            assign total = gen_digit[DIGITS-1].so_far;
        end
        if (REGISTER_AT == 1 || (REGISTER_AT > 1 && LANES <= CHAIN)) begin : gen_second
            reg [Y_W-1:0] held;
            always @(posedge clk) if (enable) held <= total;
            assign y = held;
        end else begin : gen_through
            assign y = total;
        end
        if (PIPELINE == 0) begin : gen_unclocked
            wire unused = &{1'b0, clk, enable};
        end
    endgenerate
endmodule
`default_nettype wire
