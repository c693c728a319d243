// scale_sequential.v - level of every lane from a linear map, the multiplier taken a few radix-4 digits a cycle.
//   q = (u * m + b * 2^ZEROS) >>> SHIFT;  level = clip(q + up, 0, LEVELS-1);  u = s ^ IN_XOR, unsigned;
//   up = PIVOT > 0 and q >= PIVOT and (the SHIFT bits that leave) + x * 2^ZEROS >= 2^SHIFT;
//   m, b and x per channel; the sum is modulo 2^(SUM_W+ZEROS), signed.  y = level + BASE, modulo 2^OUT_W.
// Multiplication: radix-4 Booth digits of m, lowest first, ROWS a cycle in STEPS cycles or in STAGES stages.  A row is merged into its adder's
//   LUTs: |digit| * u, complemented when the digit is negative, with the 1 that is then missing as a carry, and with
//   2^(IN_W+1) added instead of a sign.  What that adds to the sum, 2^(IN_W+1) times the sum of 4^i over all
//   ROWS * STEPS * STAGES digits, the constant b has less.  The two bits that leave at the end of a row are final; those below ZEROS are dropped.
// Beat: LANES values, lane 0 in the low bits.  Beat number modulo FOLDS selects the set of constants.
// Constants: lane n reads {CONSTANTS, "_pe", nnn, ".mem"} (3 decimal digits), FOLDS words {x, b, m}; x only if PIVOT > 0.
// Latency STEPS + STAGES + 1 cycles; 1 beat every STEPS cycles, also after stalls.
// s_axis_tready depends on m_axis_tready in the last of a beat's STEPS cycles.
// Reset: synchronous, active high, clears valids, counters and running sums.  Language: Verilog-2005.
// Test: sim/scale_sequential_tb.v, test/hw/scale_sequential.test.ts.
`default_nettype none
module scale_sequential #(
    parameter LANES        = 2,   // values per beat, 1 .. 1000
    parameter IN_W         = 12,  // bits per input value, >= 1
    parameter [IN_W-1:0] IN_XOR = {IN_W{1'b0}},  // mask applied to every input value
    parameter MULTIPLIER_W = 9,   // bits of m, 1 .. 2*ROWS*STEPS*STAGES-1, unsigned
    parameter ROWS         = 2,   // digits per cycle, >= 1
    parameter STEPS        = 3,   // cycles per beat, >= 1
    parameter STAGES       = 1,   // stages, one after the other, >= 1; 1 when STEPS is not
    parameter ZEROS        = 4,   // low bits of the sum that are not kept, 0 .. SHIFT
    parameter SUM_W        = 20,  // bits of the sum above these, signed, > SHIFT-ZEROS
    parameter SHIFT        = 8,   // right shift in bits, >= 0
    parameter LEVELS       = 16,  // output levels, 2 .. 65536
    parameter PIVOT        = 0,   // levels beyond it are reached with x, 0 .. LEVELS-1; 0: x does not exist
    parameter EXTRA_W      = 1,   // bits of x, 1 .. SHIFT-ZEROS, unsigned
    parameter OUT_W        = 4,   // bits per output value, clog2(LEVELS) .. 32
    parameter integer BASE = 0,   // output value of level 0, signed
    parameter FOLDS        = 1,   // sets of constants per lane, >= 1; 1 also when all sets are equal
    parameter CONSTANTS    = ""   // path prefix of the constant files
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire [LANES*IN_W-1:0]  s_axis_tdata,
    input  wire                   s_axis_tvalid,
    output wire                   s_axis_tready,
    output reg  [LANES*OUT_W-1:0] m_axis_tdata,
    output reg                    m_axis_tvalid,
    input  wire                   m_axis_tready
);
    localparam FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;
    localparam STEP_W = STEPS > 1 ? $clog2(STEPS) : 1;
    localparam LEVEL_W = $clog2(LEVELS);
    localparam GROUP_W = 2 * ROWS;                  // bits of m that a cycle takes, and of the product that leave
    localparam PLACES = GROUP_W * STEPS * STAGES;   // of all digits
    localparam LOST_W = SHIFT - ZEROS;
    localparam EXTENDED_W = SUM_W > LEVEL_W + LOST_W + 1 ? SUM_W : LEVEL_W + LOST_W + 1;
    localparam WORD_W = MULTIPLIER_W + SUM_W + (PIVOT > 0 ? EXTRA_W : 0);
    localparam [31:0] TOP = LEVELS - 1;
    wire output_free = !m_axis_tvalid || m_axis_tready;
    reg [STAGES-1:0] busy;  // bit k: stage k multiplies a beat
    reg sum_valid;
    wire sum_free = !sum_valid || output_free;
    wire last;
    // of several stages all move or none
    wire step = busy[STAGES-1] ? !last || sum_free : STAGES > 1;
    wire finish = busy[STAGES-1] && step && last;
    wire take = s_axis_tvalid && s_axis_tready;
    wire [STAGES:0] entered = {busy, take};  // bit k: a beat enters stage k when all move
    wire unused_entered = &{1'b0, entered};
    wire [FOLD_W-1:0] fold;
    wire [STEP_W-1:0] cycle;
    reg [LANES*IN_W-1:0] values;
    wire [LANES*OUT_W-1:0] y;

    assign s_axis_tready = STAGES > 1 ? step : !busy[0] || finish;
    initial begin
        busy = 0;
        {sum_valid, m_axis_tvalid} = 2'b00;
    end
    always @(posedge clk) begin
        if (STAGES > 1 ? step : take || finish) busy <= entered[STAGES-1:0];
        if (take) values <= s_axis_tdata ^ {LANES{IN_XOR}};
        if (sum_free) sum_valid <= finish;
        if (output_free) begin
            m_axis_tvalid <= sum_valid;
            m_axis_tdata <= y;
        end
        if (rst) begin
            busy <= 0;
            {sum_valid, m_axis_tvalid} <= 2'b00;
        end
    end

    wire unused_last_fold;
    wrap_counter #(.COUNT(FOLDS)) fold_counter (
        .clk(clk), .rst(rst), .step(take), .value(fold), .last(unused_last_fold)
    );
    wrap_counter #(.COUNT(STEPS)) step_counter (
        .clk(clk), .rst(rst), .step(step), .value(cycle), .last(last)
    );

    genvar n, r, b, c, k;
    generate
        if (LANES < 1 || LANES > 1000 || IN_W < 1 || MULTIPLIER_W < 1 || ROWS < 1 || STEPS < 1 || STAGES < 1 || (STAGES > 1 && STEPS > 1) || MULTIPLIER_W >= PLACES
            || ZEROS < 0 || SHIFT < ZEROS || SUM_W <= SHIFT - ZEROS || LEVELS < 2 || LEVELS > 65536 || PIVOT < 0
            || PIVOT >= LEVELS || (PIVOT > 0 && (EXTRA_W < 1 || EXTRA_W > SHIFT - ZEROS)) || OUT_W < LEVEL_W
            || OUT_W > 32 || FOLDS < 1) begin : gen_check
            scale_sequential_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            localparam [23:0] DIGITS = "000" + (n / 100) * 65536 + (n / 10 % 10) * 256 + n % 10;
            for (k = 0; k < STAGES; k = k + 1) begin : gen_stage
                wire [IN_W-1:0] u;
                wire [FOLD_W-1:0] set;  // of the beat that enters
                wire enter;
                wire [WORD_W-1:0] word;
                wire [PLACES-1:0] left;  // product bits that have left before this stage, at their places
                if (k == 0) begin : gen_first
                    assign enter = take;
                    assign set = fold;
                    assign u = values[n*IN_W +: IN_W];
                    assign left = 0;
                end else begin : gen_later
                    // a reset: synthesis must not make shift registers without an enable of these
                    reg [FOLD_W-1:0] set_before;  // of the beat in the stage before
                    reg [IN_W-1:0] u_here;
                    reg [PLACES-1:0] left_here;
                    assign enter = step;
                    assign set = set_before;
                    assign u = u_here;
                    assign left = left_here;
                    always @(posedge clk) begin
                        if (step) begin
                            set_before <= gen_stage[k-1].set;
                            u_here <= gen_stage[k-1].u;
                            left_here <= gen_stage[k-1].left_after;
                        end
                        if (rst) begin
                            set_before <= 0;
                            u_here <= 0;
                            left_here <= 0;
                        end
                    end
                end
                rom #(
                    .WIDTH(WORD_W), .DEPTH(FOLDS), .FILE(CONSTANTS == "" ? "" : {CONSTANTS, "_pe", DIGITS, ".mem"})
                ) constant_rom (
                    .clk(clk), .enable(enter), .address(set), .data(word)
                );
                wire [IN_W+1:0] shifted = {1'b0, u, 1'b0};  // u[-1] is bit 0

                // the digits of this cycle: a bit below them and GROUP_W more
                wire [PLACES:0] multiplier = {{(PLACES - MULTIPLIER_W){1'b0}}, word[MULTIPLIER_W-1:0], 1'b0};
                for (c = 0; c < STEPS; c = c + 1) begin : gen_choice
                    localparam [31:0] STEP = c;
                    wire here = cycle == STEP[STEP_W-1:0];
                    wire [GROUP_W:0] own = multiplier[(k*STEPS+c)*GROUP_W +: GROUP_W+1] & {(GROUP_W+1){here}};
                    wire [GROUP_W:0] chosen;
                    if (c == 0) begin : gen_first
                        assign chosen = own;
                    end else begin : gen_rest
                        assign chosen = gen_choice[c-1].chosen | own;
                    end
                end
                wire [GROUP_W:0] group = gen_choice[STEPS-1].chosen;

                reg [IN_W:0] running;  // the product from this cycle's first place on
                wire [GROUP_W-1:0] leaving;
                for (r = 0; r < ROWS; r = r + 1) begin : gen_row
                    wire [2:0] digit = group[2*r +: 3];
                    wire negative = digit[2] && !(digit[1] && digit[0]);
                    wire one = digit[1] ^ digit[0];
                    wire two = digit[2] ? !digit[1] && !digit[0] : digit[1] && digit[0];
                    wire [IN_W:0] row, earlier;
                    for (b = 0; b <= IN_W; b = b + 1) begin : gen_bit
                        assign row[b] = ((one & shifted[b+1]) | (two & shifted[b])) ^ negative;
                    end
                    if (r == 0) begin : gen_first
                        assign earlier = running;
                    end else begin : gen_rest
                        assign earlier = gen_row[r-1].sum[IN_W+3:3];
                    end
                    // bit 0 is there for its carry
                    wire [IN_W+3:0] sum = {2'b00, earlier, negative} + {1'b0, !negative, row, negative};
                    assign leaving[2*r +: 2] = sum[2:1];
                    wire unused = &{1'b0, sum[0]};
                end
                wire [IN_W:0] remaining = gen_row[ROWS-1].sum[IN_W+3:3];
                if (k == 0) begin : gen_accumulate
                    always @(posedge clk) begin
                        if (step) running <= remaining;
                        if (rst || (step && last)) running <= 0;
                    end
                end else begin : gen_continue
                    always @(posedge clk) if (step) running <= gen_stage[k-1].remaining;
                end

                // the product bits that have left after this cycle, at their places once it is the last
                wire [PLACES-1:0] left_after;
                if (STEPS > 1) begin : gen_shift
                    reg [PLACES-GROUP_W-1:0] low;
                    assign left_after = {leaving, low};
                    // a reset here too
                    always @(posedge clk) begin
                        if (step) low <= left_after[PLACES-1:GROUP_W];
                        if (rst || finish) low <= 0;
                    end
                    wire unused = &{1'b0, left};
                end else begin : gen_place
                    assign left_after = left | ({{(PLACES - GROUP_W){1'b0}}, leaving} << (k * GROUP_W));
                end
                wire unused = &{1'b0, multiplier, word};
            end
            wire [WORD_W-1:0] word = gen_stage[STAGES-1].word;
            wire [PLACES+IN_W:0] whole = {gen_stage[STAGES-1].remaining, gen_stage[STAGES-1].left_after};

            // the product from place ZEROS on
            wire [PLACES+IN_W+SUM_W+ZEROS:0] extended_product = {{(SUM_W + ZEROS){1'b0}}, whole};
            wire [SUM_W-1:0] product = extended_product[ZEROS +: SUM_W];
            wire unused_product = &{1'b0, extended_product, word};

            reg signed [SUM_W-1:0] sum;
            always @(posedge clk) if (finish) sum <= product + word[MULTIPLIER_W +: SUM_W];

            wire signed [EXTENDED_W-1:0] extended = {{(EXTENDED_W - SUM_W){sum[SUM_W-1]}}, sum};
            wire [EXTENDED_W-LOST_W-1:0] result = extended[EXTENDED_W-1:LOST_W];
            wire below = sum[SUM_W-1];
            wire above = !below && result > {{(EXTENDED_W - LOST_W - LEVEL_W){1'b0}}, TOP[LEVEL_W-1:0]};
            wire [LEVEL_W-1:0] clipped = below ? {LEVEL_W{1'b0}} : above ? TOP[LEVEL_W-1:0] : result[LEVEL_W-1:0];
            wire up;
            if (PIVOT > 0) begin : gen_pivot
                localparam [31:0] FROM = PIVOT;
                reg [EXTRA_W-1:0] extra;  // goes with the sum
                wire [LOST_W:0] carried = {1'b0, sum[LOST_W-1:0]} + {{(LOST_W + 1 - EXTRA_W){1'b0}}, extra};
                always @(posedge clk) if (finish) extra <= word[MULTIPLIER_W+SUM_W +: EXTRA_W];
                assign up = carried[LOST_W] && clipped >= FROM[LEVEL_W-1:0] && clipped != TOP[LEVEL_W-1:0];
                wire unused = &{1'b0, carried};
            end else begin : gen_no_pivot
                assign up = 1'b0;
            end
            wire [LEVEL_W-1:0] level = clipped + {{(LEVEL_W - 1){1'b0}}, up};
            assign y[n*OUT_W +: OUT_W] = {{(OUT_W - LEVEL_W){1'b0}}, level} + BASE[OUT_W-1:0];
            wire unused = &{1'b0, extended};
        end
    endgenerate
endmodule
`default_nettype wire
