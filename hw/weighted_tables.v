// weighted_tables.v - X_WEIGHT*x + Y_WEIGHT*y + OFFSET modulo 2^SUM_W by tables of input bits (distributed arithmetic).
//   The bits of x and y, each with what it adds to the sum, are sorted by size and cut into groups: six, then five at a
//   time. A group is a table of what its bits add, less the least of that, so that entries are unsigned; one LUT6 holds
//   a bit of the table and its addition to the running sum. What the tables leave out joins OFFSET in their entries.
//   Bits of the running sum below everything that later groups add are final.
// Latency floor((GROUPS-2) / 7), GROUPS = 1 + ceil((X_W+Y_W-6) / 5): a register after every seventh adder, none up to
//   41 bits.  1 sum/cycle while enabled.
// Reset: synchronous, active high, of registers that only wait: Yosys makes shift registers of unreset flip-flops that
//   ignore the enable (its issue 6058).  Language: Verilog-2005.  Test: sim/stream_add_tb.v, test/hw/stream_add.test.ts.
`default_nettype none
module weighted_tables #(
    parameter X_W = 4,                            // bits of x, 1 .. 64
    parameter X_SIGNED = 0,                       // 1: two's complement
    parameter integer X_WEIGHT = 13,              // not 0, magnitude below 2^24
    parameter Y_W = 4,                            // bits of y, 0 .. 48; 0: no y
    parameter Y_SIGNED = 0,                       // as of x
    parameter integer Y_WEIGHT = 9,
    parameter SUM_W = 12,                         // bits of the sum, 1 .. 64
    parameter [SUM_W-1:0] OFFSET = {SUM_W{1'b0}}  // added constant, two's complement
) (
    input  wire               clk,
    input  wire               rst,
    input  wire               enable,
    input  wire [X_W+Y_W-1:0] operands,  // {y, x}
    output wire [SUM_W-1:0]   sum
);
    localparam BITS = X_W + Y_W;
    localparam GROUPS = BITS <= 6 ? 1 : 1 + (BITS - 2) / 5;
    localparam V = 96;  // bits of all constants here, two's complement
    localparam [V-1:0] NONE = 0;
    localparam [31:0] X_SIZE = X_WEIGHT < 0 ? -X_WEIGHT : X_WEIGHT;
    localparam [31:0] Y_SIZE = Y_WEIGHT < 0 ? -Y_WEIGHT : Y_WEIGHT;
    localparam [V-1:0] X_STEP = widened(X_SIZE);
    localparam [V-1:0] Y_STEP = widened(Y_SIZE);

    function [V-1:0] widened;
        input [31:0] size;
        widened = {{(V - 32){1'b0}}, size};
    endfunction

    // How many of the first `rank` bits in the order of size are of x.
    function integer x_bits;
        input integer rank;
        integer k;
        begin
            x_bits = 0;
            for (k = 0; k < rank; k = k + 1)
                if (k - x_bits >= Y_W || (x_bits < X_W && (X_STEP << x_bits) <= (Y_STEP << (k - x_bits)))) x_bits = x_bits + 1;
        end
    endfunction

    // Bit `index` of {y, x} adds, or takes away, this.
    function [V-1:0] size_of;
        input integer index;
        size_of = index < X_W ? X_STEP << index : Y_STEP << (index - X_W);
    endfunction

    function takes_away;
        input integer index;
        takes_away = index < X_W ? (X_WEIGHT < 0) != (X_SIGNED != 0 && index == X_W - 1)
                                 : (Y_WEIGHT < 0) != (Y_SIGNED != 0 && index == BITS - 1);
    endfunction

    // Which bit of {y, x} has this place in the order of size.
    function integer ranked;
        input integer rank;
        integer x;
        begin
            x = x_bits(rank);
            ranked = x_bits(rank + 1) > x ? x : X_W + rank - x;
        end
    endfunction

    function integer first_rank;
        input integer group;
        first_rank = group == 0 ? 0 : 5 * group + 1 > BITS ? BITS : 5 * group + 1;
    endfunction

    function integer low_zeros;
        input [31:0] size;
        begin
            low_zeros = 0;
            while (low_zeros < 31 && !size[low_zeros]) low_zeros = low_zeros + 1;
        end
    endfunction

    // Zeros below everything that this group and later ones add; at most SUM_W.
    function integer zeros;
        input integer group;
        integer x, y;
        begin
            x = x_bits(first_rank(group));
            y = first_rank(group) - x;
            zeros = SUM_W;
            if (x < X_W && low_zeros(X_SIZE) + x < zeros) zeros = low_zeros(X_SIZE) + x;
            if (y < Y_W && low_zeros(Y_SIZE) + y < zeros) zeros = low_zeros(Y_SIZE) + y;
        end
    endfunction

    // The most that all groups before this one make together, without OFFSET.
    function [V-1:0] most_before;
        input integer group;
        integer x, y;
        begin
            x = x_bits(first_rank(group));
            y = first_rank(group) - x;
            most_before = (X_STEP << x) - X_STEP + (Y_STEP << y) - Y_STEP;
        end
    endfunction

    // The least that an operand adds: all its bits whose weight is negative.
    function [V-1:0] least;
        input integer width;
        input integer is_signed;
        input integer negative;
        input [V-1:0] step;
        least = negative != 0 ? step - (step << (width - (is_signed != 0 ? 1 : 0))) : is_signed != 0 ? -(step << (width - 1)) : NONE;
    endfunction

    function [V-1:0] low_bits;  // x modulo 2^width
        input [V-1:0] x;
        input integer width;
        low_bits = x & ~(~NONE << width);
    endfunction

    function integer bits_of;  // at least 1
        input [V-1:0] most;
        begin
            bits_of = 1;
            while ((most >> bits_of) != 0) bits_of = bits_of + 1;
        end
    endfunction

    localparam PITCH_BITS = $clog2(bits_of(most_before(GROUPS) + low_bits(~NONE, SUM_W)));
    localparam PITCH = 1 << PITCH_BITS;  // bits from one entry of a table to the next
    localparam TABLE_W = 64 * PITCH;

    // The entries of a group in units of 2^low. Each bit doubles the table: a half without what the
    // bit adds, and a half with it; what it takes away is added to the half without it.
    function [TABLE_W-1:0] table_of;
        input integer group;
        input integer low;
        input [V-1:0] part;  // in every entry
        integer k, rank;
        reg [TABLE_W-1:0] ones, step;
        begin
            table_of = 0;
            table_of[V-1:0] = part;
            ones = 1;
            k = 0;
            for (rank = first_rank(group); rank < first_rank(group + 1); rank = rank + 1) begin
                step = 0;
                step[V-1:0] = size_of(ranked(rank)) >> low;
                step = step * ones;
                if (takes_away(ranked(rank))) table_of = (table_of << (PITCH << k)) | (table_of + step);
                else table_of = ((table_of + step) << (PITCH << k)) | table_of;
                ones = (ones << (PITCH << k)) | ones;
                k = k + 1;
            end
        end
    endfunction

    // OFFSET and what the tables leave out, modulo 2^SUM_W; group g adds the bits zeros(g) .. zeros(g+1)-1 of it
    localparam [V-1:0] REST = low_bits(
        {{(V - SUM_W){1'b0}}, OFFSET} + least(X_W, X_SIGNED, X_WEIGHT < 0 ? 1 : 0, X_STEP)
        + (Y_W > 0 ? least(Y_W, Y_SIGNED, Y_WEIGHT < 0 ? 1 : 0, Y_STEP) : NONE), SUM_W);

    wire unused_control = &{1'b0, clk, rst, enable};
    genvar g, b, k;
    generate
        if (X_W < 1 || X_W > 64 || Y_W < 0 || Y_W > 48 || SUM_W < 1 || SUM_W > 64 || X_WEIGHT == 0 || Y_WEIGHT == 0
            || X_SIZE >= 32'd1 << 24 || Y_SIZE >= 32'd1 << 24) begin : gen_check
            weighted_tables_ERROR_parameter_out_of_range see_header ();
        end else for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
            localparam FIRST = first_rank(g);
            localparam SIZE = first_rank(g + 1) - FIRST;
            localparam LOW = zeros(g);           // bits below are final before this group
            localparam NEXT_LOW = zeros(g + 1);  // SUM_W after the last group that matters
            localparam LEFT = SUM_W - LOW;
            // all in units of 2^LOW
            localparam [V-1:0] PART = low_bits(REST, NEXT_LOW) >> LOW;
            localparam [V-1:0] MOST_ROW = ((most_before(g + 1) - most_before(g)) >> LOW) + PART;
            localparam [V-1:0] MOST_BELOW = (most_before(g) + low_bits(REST, LOW)) >> LOW;
            localparam ROW_W = bits_of(MOST_ROW) < LEFT ? bits_of(MOST_ROW) : LEFT;
            localparam BELOW_W = bits_of(MOST_BELOW) < LEFT ? bits_of(MOST_BELOW) : LEFT;
            localparam TOTAL_W = bits_of(MOST_ROW + MOST_BELOW) < LEFT ? bits_of(MOST_ROW + MOST_BELOW) : LEFT;
            wire [BITS-1:0] x;             // the operands as this group gets them
            wire [SUM_W-1:0] sum_before;   // final bits, and above them the running sum
            wire [SUM_W-1:0] sum_after;
            wire unused = &{1'b0, x, sum_before};
            if (g == GROUPS - 1) begin : gen_last
                assign sum = sum_after;
            end
            if (g == 0) begin : gen_start
                assign x = operands;
                localparam [V-1:0] FINAL = low_bits(REST, LOW);
                assign sum_before = FINAL[SUM_W-1:0];
            end else if (g > 1 && (g - 1) % 7 == 0) begin : gen_register
                reg [BITS-1:0] x_waits;
                reg [SUM_W-1:0] sum_waits;
                assign x = x_waits;
                assign sum_before = sum_waits;
                always @(posedge clk) begin
                    if (enable) begin
                        x_waits <= gen_group[g-1].x;
                        sum_waits <= gen_group[g-1].sum_after;
                    end
                    if (rst) begin
                        x_waits <= 0;
                        sum_waits <= 0;
                    end
                end
            end else begin : gen_wire
                assign x = gen_group[g-1].x;
                assign sum_before = gen_group[g-1].sum_after;
            end
            if (LEFT == 0) begin : gen_nothing
                assign sum_after = sum_before;
            end else begin : gen_add
                wire [SIZE-1:0] select;
                wire [ROW_W-1:0] row;
                wire [TOTAL_W-1:0] total;
                localparam [TABLE_W-1:0] TABLE = table_of(g, LOW, PART);
                wire [PITCH_BITS+5:0] place = {{(6 - SIZE){1'b0}}, select, {PITCH_BITS{1'b0}}};
                wire [ROW_W-1:0] entry = TABLE[place +: ROW_W];
                for (k = 0; k < SIZE; k = k + 1) begin : gen_select
                    assign select[k] = x[ranked(FIRST + k)];
                end
                for (b = 0; b < ROW_W; b = b + 1) begin : gen_row
                    wire each = entry[b];  // a wire of its own, which synthesis merges with the adder's LUT
                    assign row[b] = each;
                end
                if (MOST_BELOW == 0) begin : gen_first
                    assign total = row;
                end else begin : gen_sum
                    // the running sum is the narrower operand, so that it feeds the carry chain directly
                    wire [BELOW_W-1:0] below = sum_before[LOW +: BELOW_W];
                    if (BELOW_W > ROW_W) begin : gen_wide
                        assign total = {{(TOTAL_W - ROW_W){1'b0}}, below[ROW_W-1:0]}
                                     + {{(TOTAL_W - BELOW_W){1'b0}}, below[BELOW_W-1:ROW_W], row};
                    end else begin : gen_narrow
                        assign total = {{(TOTAL_W - BELOW_W){1'b0}}, below} + {{(TOTAL_W - ROW_W){1'b0}}, row};
                    end
                end
                if (LOW > 0) begin : gen_final
                    assign sum_after = {{(LEFT - TOTAL_W){1'b0}}, total, sum_before[LOW-1:0]};
                end else begin : gen_none_final
                    assign sum_after = {{(LEFT - TOTAL_W){1'b0}}, total};
                end
            end
        end
    endgenerate
endmodule
`default_nettype wire
