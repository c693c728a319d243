// booth_chain.v - sum of one radix-4 digit's partial products over some lanes, each merged into its adder's LUTs.
//   Row of a lane: magnitude ^ {ROW_W{negative}}, magnitude = |digit| * a: digit * a + negative * (2^ROW_W - 1).
//   y = sum of rows, unsigned, exact width.  The correction depends on the weights alone: see booth_dot.v.
// Digit of a lane, from three weight bits h m l: -2h + m + l (radix-4 Booth); TOP = 1: h equals m, digit in {-1, 0, 1},
//   rows of A_W bits; SIGN = 1: the weight is one bit, 1 for +1 and 0 for -1.
// Up to CHAIN lanes add up in a row; more lanes are split in two halves that are joined (the module holds itself).
// A row bit needs five inputs (h m l, two bits of a), one more for the running sum: one LUT6 per bit.
// Lanes: lane 0 in the low bits.  Latency 0, no clock.  Language: Verilog-2005.  Test: sim/booth_dot_tb.v.
`default_nettype none
module booth_chain #(
    parameter LANES = 8,  // >= 1; LANES * (2^ROW_W - 1) < 2^31
    parameter CHAIN = 4,  // lanes in one carry-chain row, >= 1
    parameter A_W   = 4,  // bits per activation, unsigned, >= 1
    parameter TOP   = 0,  // 1: digits in {-1, 0, 1}
    parameter SIGN  = 0,  // 1: digits in {-1, 1}; only m is used
    parameter ROW_W = A_W + (TOP != 0 || SIGN != 0 ? 0 : 1),  // derived: bits per row
    parameter Y_W   = $clog2(LANES * ((1 << ROW_W) - 1) + 1)   // derived: bits of the sum
) (
    input  wire [LANES*A_W-1:0] activations,
    input  wire [LANES*3-1:0]   digits,  // per lane {h, m, l}
    output wire [Y_W-1:0]       y
);
    genvar i, b;
    generate
        if (LANES < 1 || CHAIN < 1 || A_W < 1 || ROW_W > 30
            || LANES > 2147483647 / ((1 << ROW_W) - 1)) begin : gen_check
            booth_chain_ERROR_parameter_out_of_range see_header ();
        end else if (LANES > CHAIN) begin : gen_halves
            // the left half is a whole number of chains
            localparam LEFT = ((LANES + CHAIN - 1) / CHAIN + 1) / 2 * CHAIN;
            localparam RIGHT = LANES - LEFT;
            localparam LEFT_W = $clog2(LEFT * ((1 << ROW_W) - 1) + 1);
            localparam RIGHT_W = $clog2(RIGHT * ((1 << ROW_W) - 1) + 1);
            wire [LEFT_W-1:0] left;
            wire [RIGHT_W-1:0] right;
            booth_chain #(.LANES(LEFT), .CHAIN(CHAIN), .A_W(A_W), .TOP(TOP), .SIGN(SIGN)) left_half (
                .activations(activations[LEFT*A_W-1:0]), .digits(digits[LEFT*3-1:0]), .y(left)
            );
            booth_chain #(.LANES(RIGHT), .CHAIN(CHAIN), .A_W(A_W), .TOP(TOP), .SIGN(SIGN)) right_half (
                .activations(activations[LANES*A_W-1:LEFT*A_W]), .digits(digits[LANES*3-1:LEFT*3]), .y(right)
            );
            assign y = {{(Y_W - LEFT_W){1'b0}}, left} + {{(Y_W - RIGHT_W){1'b0}}, right};
        end else begin : gen_chain
            for (i = 0; i < LANES; i = i + 1) begin : gen_lane
                localparam SUM_W = $clog2((i + 1) * ((1 << ROW_W) - 1) + 1);
                wire [A_W-1:0] a = activations[i*A_W +: A_W];
                wire h = digits[3*i+2];
                wire m = digits[3*i+1];
                wire l = digits[3*i];
                wire [ROW_W-1:0] row;
                wire [SUM_W-1:0] sum;
                if (SIGN != 0) begin : gen_sign
                    wire unused = &{1'b0, h, l};
                    assign row = a ^ {ROW_W{!m}};
                end else if (TOP != 0) begin : gen_top
                    wire unused = &{1'b0, l & h};
                    assign row = (a & {ROW_W{m ^ l}}) ^ {ROW_W{h & !l}};
                end else begin : gen_digit
                    wire negative = h && !(m && l);
                    wire one = m ^ l;
                    wire two = h ? !m && !l : m && l;
                    wire [A_W+1:0] shifted = {1'b0, a, 1'b0};  // a[-1] is bit 0
                    for (b = 0; b < ROW_W; b = b + 1) begin : gen_bit
                        assign row[b] = ((one & shifted[b+1]) | (two & shifted[b])) ^ negative;
                    end
                end
                if (i == 0) begin : gen_first
                    assign sum = row;
                end else begin : gen_add
                    // the running sum is the narrower operand, so that it feeds the carry chain directly
                    localparam FROM_W = $clog2(i * ((1 << ROW_W) - 1) + 1);
                    wire [FROM_W-1:0] x = gen_lane[i-1].sum;
                    if (FROM_W > ROW_W) begin : gen_wide
                        assign sum = {{(SUM_W - ROW_W){1'b0}}, x[ROW_W-1:0]}
                                   + {{(SUM_W - FROM_W){1'b0}}, x[FROM_W-1:ROW_W], row};
                    end else begin : gen_narrow
                        assign sum = {{(SUM_W - FROM_W){1'b0}}, x} + {{(SUM_W - ROW_W){1'b0}}, row};
                    end
                end
            end
            assign y = gen_lane[LANES-1].sum;
        end
    endgenerate
endmodule
`default_nettype wire
