// booth_chain.v - dot product of a few lanes by Booth rows, each merged into its adder's LUTs: one chain of adders.
//   Row of a lane and a digit: magnitude ^ {negative...}, magnitude = |digit| * a:
//   digit * a + negative * (2^ROW_W - 1).  y = sum over digits d of 4^d * (sum of the rows), unsigned, exact width.
//   The corrections depend on the weights alone: see booth_dot.v.
// The chain adds digit 0 of all lanes, then digit 1 on top of that sum shifted right by two, and so on: the two bits
//   that leave are final, and no adder is needed to join the digits.
// Where the sum is two bits wider than a row or more, every other row is added to the low bits only, and its carry
//   enters the next row's adder above that row.  The upper bits thus pass half as many adders, in each of which they
//   would take a site without a LUT; a carry that enters takes none beyond the site of the bit it meets.
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
    parameter Y_W    = 13, // bits of the sum: exactly those of its largest value
    parameter KEEP_W = 64  // bits of the sum that are used, >= 1; those above are cut off outside
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
        end
    endfunction

    // 1: the carry of row `row` enters the next adder.  Counted from the last lane, whose row is added to all bits.
    // A carry that nothing uses would keep the sums below it as wide as they are.
    function integer sets_aside;
        input integer row;
        sets_aside = (LANES - row % LANES) % 2 == 0 && sum_bits(row + 1, 0) >= row_bits(row) + 2
            && KEEP_W - 2 * (row / LANES) > row_bits(row) ? 1 : 0;
    endfunction

    // Bits of the running sum that row `row` is added to, without a carry that enters beside it.
    function integer from_bits;
        input integer row;
        integer whole;  // rows
        begin
            whole = row % LANES > 0 && sets_aside(row - 1) != 0 ? row - 1 : row;
            from_bits = sum_bits(whole, whole % LANES == 0 ? 1 : 0);
        end
    endfunction

    genvar r, b;
    generate
        if (LANES < 1 || LANES > 1024 || A_W < 1 || A_W > 16 || DIGITS < 1 || DIGITS > 9 || KEEP_W < 1
            || (SIGN != 0 && DIGITS != 1)) begin : gen_check
            booth_chain_ERROR_parameter_out_of_range see_header ();
        end else for (r = 0; r < ROWS; r = r + 1) begin : gen_row
            localparam LANE = r % LANES;
            localparam DIGIT = r / LANES;
            localparam ROW_W = row_bits(r);
            localparam ASIDE = sets_aside(r);
            localparam TAKES = LANE > 0 ? sets_aside(r - 1) : 0;
            localparam FROM_W = from_bits(r);
            localparam SUM_W = ASIDE != 0 ? FROM_W : sum_bits(r + 1, 0);
            wire [A_W-1:0] a = activations[LANE*A_W +: A_W];
            wire h = digits[3*(LANE*DIGITS+DIGIT)+2];
            wire m = digits[3*(LANE*DIGITS+DIGIT)+1];
            wire l = digits[3*(LANE*DIGITS+DIGIT)];
            wire [ROW_W-1:0] row;
            wire [SUM_W-1:0] sum;  // less the carry set aside
            // in the top digit of an odd width h equals m, and no digit is 2 or -2
            wire negative = SIGN == 0 ? h && !(m && l) : SIGN == 1 && !m;
            wire one = SIGN == 0 ? m ^ l : SIGN == 1 || m;
            wire two = SIGN == 0 && ROW_W > A_W && (h ? !m && !l : m && l);
            wire [A_W+1:0] shifted = {1'b0, a, 1'b0};  // a[-1] is bit 0
            wire unused_bit = &{1'b0, shifted};
            for (b = 0; b < ROW_W; b = b + 1) begin : gen_bit
                wire bit_of_row = ((one & shifted[b+1]) | (two & shifted[b])) ^ negative ^ (SIGN == 2 && b == ROW_W - 1);
                assign row[b] = bit_of_row;
            end
            if (FROM_W == 0) begin : gen_first
                assign sum = row;
            end else begin : gen_add
                // The running sum must feed the carry chain directly.  Yosys does that with the narrower operand, and of
                // equal ones with the one of fewer wires: each bit of the row is a wire by itself.
                localparam LEFT = LANE == 0 ? 2 : 0;  // its bits that have left
                wire [FROM_W-1:0] x = gen_row[r-1].sum[LEFT +: FROM_W];
                if (ASIDE != 0) begin : gen_aside
                    // one bit more makes the other operand wider; the carry is what that bit changes by
                    wire [ROW_W:0] low = {1'b0, x[ROW_W-1:0]} + {x[ROW_W], row};
                    wire carry = low[ROW_W] ^ x[ROW_W];
                    assign sum = {x[FROM_W-1:ROW_W], low[ROW_W-1:0]};
                end else if (TAKES != 0) begin : gen_take
                    wire [SUM_W-1:0] above = {{(SUM_W - FROM_W){1'b0}}, x} >> (ROW_W + 1);
                    wire unused_zeros = &{1'b0, above};
                    assign sum = {{(SUM_W - ROW_W - 1){1'b0}}, x[ROW_W:0]}
                               + {above[SUM_W-ROW_W-2:0], gen_row[r-1].gen_add.gen_aside.carry, row};
                end else if (FROM_W > ROW_W) begin : gen_wide
                    // Where no upper bit is used, the sum would be just another sum and a row.  Yosys makes 3:2
                    // compressors of sums of more than two operands, which take more LUTs; it drops the zero afterwards.
                    wire unused_zero;
                    assign {sum, unused_zero} = {{(SUM_W - ROW_W){1'b0}}, x[ROW_W-1:0], 1'b0}
                               + {{(SUM_W - FROM_W){1'b0}}, x[FROM_W-1:ROW_W], row, 1'b0};
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
