// booth_chain.v - dot product of a few lanes by Booth rows, each merged into its adder's LUTs: one chain of adders.
//   Row of a lane and a digit: magnitude ^ {negative...}, magnitude = |digit| * a:
//   digit * a + negative * (2^ROW_W - 1).  y = sum over digits d of 4^d * (sum of the rows), unsigned, exact width.
//   The corrections depend on the weights alone: see booth_dot.v.
// The chain adds digit 0 of all lanes, then digit 1 on top of that sum shifted right by two, and so on: the two bits
//   that leave are final, and no adder is needed to join the digits.
// Digit of a lane, from three weight bits h m l: -2h + m + l (radix-4 Booth); in the top digit of an odd width h
//   equals m: digit in {-1, 0, 1}, rows of A_W bits; SIGN = 1: the weight is one bit, 1 for +1 and 0 for -1.
//   SIGN = 2: the weight m is 0 or 1 and the activations two's complement; each row has its top bit inverted, which adds
//   2^(A_W-1).  SIGN = 3: the same with unsigned activations, which adds nothing.
// A row bit needs five inputs (h m l, two bits of a), one more for the running sum: one LUT6 per bit.
// Lanes: lane 0 in the low bits.  Latency 0, no clock.  Language: Verilog-2005.  Test: sim/booth_dot_tb.v.
`default_nettype none
module booth_chain #(
    parameter LANES  = 8,  // 1 .. 1024
    parameter A_W    = 4,  // bits per activation, unsigned, 1 .. 16
    parameter DIGITS = 2,  // digits of every lane, 1 .. 9
    parameter TOP    = 0,  // 1: the last digit is in {-1, 0, 1}
    parameter SIGN   = 0,  // 1: one digit in {-1, 1}; 2, 3: one digit in {0, 1}; only m is used
    parameter Y_W    = 13  // bits of the sum: exactly those of its largest value
) (
    input  wire [LANES*A_W-1:0]      activations,
    input  wire [LANES*DIGITS*3-1:0] digits,  // per lane and digit {h, m, l}; lane 0, digit 0 in the low bits
    output wire [Y_W-1:0]            y
);
    localparam ROWS = LANES * DIGITS;

    // Bits of row `row`, counted in the order of the chain: all lanes of digit 0, then all of digit 1, ...
    function integer row_bits;
        input integer row;
        row_bits = SIGN != 0 || (TOP != 0 && row / LANES == DIGITS - 1) ? A_W : A_W + 1;
    endfunction

    // Bits of the largest running sum after `rows` rows; where a digit ends, two bits have left it.
    function integer sum_bits;
        input integer rows;
        input integer leave;  // 1: without the two bits that leave after the last of the rows
        integer row;
        reg [63:0] most;
        begin
            most = 0;
            for (row = 0; row < rows; row = row + 1) begin
                if (row > 0 && row % LANES == 0) most = most >> 2;
                most = most + (64'd1 << row_bits(row)) - 1;
            end
            if (leave != 0) most = most >> 2;
            sum_bits = 0;
            while (most != 0) begin
                sum_bits = sum_bits + 1;
                most = most >> 1;
            end
            if (sum_bits == 0) sum_bits = 1;
        end
    endfunction

    genvar r, b;
    generate
        if (LANES < 1 || LANES > 1024 || A_W < 1 || A_W > 16 || DIGITS < 1 || DIGITS > 9 || (SIGN != 0 && DIGITS != 1)
            ) begin : gen_check
            booth_chain_ERROR_parameter_out_of_range see_header ();
        end else for (r = 0; r < ROWS; r = r + 1) begin : gen_row
            localparam LANE = r % LANES;
            localparam DIGIT = r / LANES;
            localparam ROW_W = row_bits(r);
            localparam SUM_W = sum_bits(r + 1, 0);
            wire [A_W-1:0] a = activations[LANE*A_W +: A_W];
            wire h = digits[3*(LANE*DIGITS+DIGIT)+2];
            wire m = digits[3*(LANE*DIGITS+DIGIT)+1];
            wire l = digits[3*(LANE*DIGITS+DIGIT)];
            wire [ROW_W-1:0] row;
            wire [SUM_W-1:0] sum;
            if (SIGN != 0) begin : gen_sign
                wire unused = &{1'b0, h, l};
                if (SIGN == 1) begin : gen_sign_row
                    assign row = a ^ {ROW_W{!m}};
                end else begin : gen_gated_row
                    localparam [ROW_W-1:0] TOP_BIT = SIGN == 2 ? ~({ROW_W{1'b1}} >> 1) : {ROW_W{1'b0}};
                    assign row = (a & {ROW_W{m}}) ^ TOP_BIT;
                end
            end else if (TOP != 0 && DIGIT == DIGITS - 1) begin : gen_top
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
            if (r == 0) begin : gen_first
                assign sum = row;
            end else begin : gen_add
                // the running sum is the narrower operand, so that it feeds the carry chain directly
                localparam FROM_W = sum_bits(r, LANE == 0 ? 1 : 0);
                wire [FROM_W-1:0] x;
                if (LANE == 0) begin : gen_shift
                    localparam BEFORE_W = sum_bits(r, 0);
                    wire [BEFORE_W+1:0] sum_before = {2'b00, gen_row[r-1].sum};
                    assign x = sum_before[FROM_W+1:2];
                    wire unused = &{1'b0, sum_before};
                end else begin : gen_same
                    assign x = gen_row[r-1].sum;
                end
                if (FROM_W > ROW_W) begin : gen_wide
                    assign sum = {{(SUM_W - ROW_W){1'b0}}, x[ROW_W-1:0]}
                               + {{(SUM_W - FROM_W){1'b0}}, x[FROM_W-1:ROW_W], row};
                end else begin : gen_narrow
                    assign sum = {{(SUM_W - FROM_W){1'b0}}, x} + {{(SUM_W - ROW_W){1'b0}}, row};
                end
            end
            if (r == ROWS - 1) begin : gen_last
                assign y[Y_W-1:2*(DIGITS-1)] = sum;
            end else if (LANE == LANES - 1) begin : gen_leave
                wire [SUM_W:0] padded = {1'b0, sum};
                assign y[2*DIGIT +: 2] = padded[1:0];
                wire unused = &{1'b0, padded};
            end
        end
    endgenerate
endmodule
`default_nettype wire
