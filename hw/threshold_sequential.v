// threshold_sequential.v - level of every lane among its ascending thresholds, one comparator a lane, one bit a cycle.
//   u = s ^ IN_XOR, unsigned;  level = number of k in 1 .. 2^LEVEL_BITS-1 with u >= T_k;
//   y = level + BASE, modulo 2^OUT_W.  (IN_XOR = sign bit turns two's complement into unsigned order.)
// Beat: LANES values, lane 0 in the low bits.  Beat number modulo FOLDS selects the set of thresholds.
// Thresholds: lane n reads {THRESHOLDS, "_pe", nnn, ".mem"} (3 decimal digits), FOLDS * 2^LEVEL_BITS words of
//   THRESHOLD_W bits.  A set is a search tree in heap order: word 1 is the root, words 2h and 2h+1 are the children of
//   word h for u below and not below it; word 0 is not read.  Word h = 2^d + prefix is T_k with
//   k = (2*prefix + 1) * 2^(LEVEL_BITS-1-d).  A level that is never reached has T_k beyond every u.
// Latency LEVEL_BITS + 1 cycles; 1 beat every LEVEL_BITS cycles, also after stalls.
// s_axis_tready depends on m_axis_tready in the last cycle of a search.
// Reset: synchronous, active high, clears valids and the counters.  Language: Verilog-2005.
// Test: sim/threshold_sequential_tb.v, test/hw/threshold.test.ts.
`default_nettype none
module threshold_sequential #(
    parameter LANES       = 2,   // values per beat, 1 .. 1000
    parameter IN_W        = 8,   // bits per input value, >= 1
    parameter [IN_W-1:0] IN_XOR = {IN_W{1'b0}},  // mask applied to every input value
    parameter THRESHOLD_W = 8,   // bits per threshold, >= IN_W, unsigned
    parameter LEVEL_BITS  = 2,   // bits per level, 1 .. 16
    parameter OUT_W       = 2,   // bits per output value, LEVEL_BITS .. 32
    parameter integer BASE = 0,  // output value of level 0, signed
    parameter FOLDS       = 1,   // sets of thresholds per lane, >= 1; 1 also when all sets are equal
    parameter THRESHOLDS  = ""   // path prefix of the threshold files
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
    localparam DEPTH = FOLDS << LEVEL_BITS;
    localparam ADDRESS_W = $clog2(DEPTH);
    localparam FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;
    reg busy;                              // a beat is being searched
    wire last;                             // in its last bit
    wire free = !m_axis_tvalid || m_axis_tready;
    wire step = busy && (!last || free);
    wire done = step && last;
    wire take = s_axis_tvalid && s_axis_tready;
    wire [FOLD_W-1:0] fold;                // set of the beat that is searched
    reg [LANES*IN_W-1:0] values;
    wire [LANES*OUT_W-1:0] y;

    assign s_axis_tready = !busy || done;
    initial {busy, m_axis_tvalid} = 2'b00;
    always @(posedge clk) begin
        if (take) values <= s_axis_tdata ^ {LANES{IN_XOR}};
        if (take) busy <= 1'b1;
        else if (done) busy <= 1'b0;
        if (done) m_axis_tdata <= y;
        if (free) m_axis_tvalid <= done;
        if (rst) {busy, m_axis_tvalid} <= 2'b00;
    end
    wire [(LEVEL_BITS > 1 ? $clog2(LEVEL_BITS) : 1)-1:0] unused_bit;
    wire unused_last_fold;
    wrap_counter #(.COUNT(LEVEL_BITS)) bit_counter (
        .clk(clk), .rst(rst), .step(step), .value(unused_bit), .last(last)
    );
    wrap_counter #(.COUNT(FOLDS)) fold_counter (
        .clk(clk), .rst(rst), .step(done), .value(fold), .last(unused_last_fold)
    );

    genvar n;
    generate
        if (LANES < 1 || LANES > 1000 || IN_W < 1 || THRESHOLD_W < IN_W || LEVEL_BITS < 1 || LEVEL_BITS > 16
            || OUT_W < LEVEL_BITS || OUT_W > 32 || FOLDS < 1) begin : gen_check
            threshold_sequential_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            localparam [23:0] DIGITS = "000" + (n / 100) * 65536 + (n / 10 % 10) * 256 + n % 10;
            // read without a register: the next address depends on this word's comparison
            (* logic_block *) reg [THRESHOLD_W-1:0] tree [0:DEPTH-1];
            reg [LEVEL_BITS-1:0] node;  // position in the tree
            wire [ADDRESS_W-1:0] address;
            wire [THRESHOLD_W-1:0] threshold = tree[address];
            wire reached = {{(THRESHOLD_W - IN_W){1'b0}}, values[n*IN_W +: IN_W]} >= threshold;
            wire [LEVEL_BITS:0] next = {node, reached};
            wire unused = &{1'b0, next[LEVEL_BITS]};
            if (FOLDS == 1) begin : gen_one_set
                wire unused_fold = &{1'b0, fold};
                assign address = node;
            end else begin : gen_sets
                assign address = {fold, node};
            end
            if (THRESHOLDS != "") begin : gen_load
                initial $readmemh({THRESHOLDS, "_pe", DIGITS, ".mem"}, tree);
            end else begin : gen_zero
                integer word;
                initial for (word = 0; word < DEPTH; word = word + 1) tree[word] = {THRESHOLD_W{1'b0}};
            end
            // the flip-flops' own set and reset put the search back to the root
            always @(posedge clk) begin
                if (take) node <= 1;
                else if (step) node <= next[LEVEL_BITS-1:0];
            end
            assign y[n*OUT_W +: OUT_W] = {{(OUT_W - LEVEL_BITS){1'b0}}, next[LEVEL_BITS-1:0]} + BASE[OUT_W-1:0];
        end
    endgenerate
endmodule
`default_nettype wire
