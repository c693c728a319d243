// threshold_search.v - level of every lane among its ascending thresholds, by binary search, one comparator a stage.
//   u = s ^ IN_XOR, unsigned;  level = number of k in 1 .. 2^LEVEL_BITS-1 with u >= T_k;
//   y = level + BASE, modulo 2^OUT_W.  (IN_XOR = sign bit turns two's complement into unsigned order.)
// Beat: LANES values, lane 0 in the low bits.  Beat number modulo FOLDS selects the set of thresholds.
// Thresholds: lane n, stage d reads {THRESHOLDS, "_pe", nnn, "_s", dd, ".mem"} (decimal digits), FOLDS * 2^d words
//   of THRESHOLD_W bits; word fold * 2^d + prefix is T_k of that fold, k = (2*prefix + 1) * 2^(LEVEL_BITS-1-d).
//   A level that is never reached has T_k beyond every u, for which THRESHOLD_W may exceed IN_W.
// Latency LEVEL_BITS + 1 cycles; 1 beat/cycle, also after stalls.  s_axis_tready depends on m_axis_tready.
// Reset: synchronous, active high, clears valids and the fold counter.  Language: Verilog-2005.
// Test: sim/threshold_search_tb.v, test/hw/threshold.test.ts.
`default_nettype none
module threshold_search #(
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
    localparam FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;
    localparam VALUES_W = LANES * IN_W;
    localparam LEVELS_W = LANES * LEVEL_BITS;
    wire enable = !m_axis_tvalid || m_axis_tready;
    // element d: what enters stage d; element LEVEL_BITS: what leaves the last one
    wire [(LEVEL_BITS+1)*FOLD_W-1:0]   folds;
    wire [(LEVEL_BITS+1)*VALUES_W-1:0] values;
    wire [(LEVEL_BITS+1)*LEVELS_W-1:0] levels;
    reg [LEVEL_BITS-1:0] valids;  // bit d: stage d holds a beat
    wire [LANES*OUT_W-1:0] y;
    wire unused = &{1'b0, folds[LEVEL_BITS*FOLD_W +: FOLD_W], values[LEVEL_BITS*VALUES_W +: VALUES_W]};

    assign s_axis_tready = enable;
    assign values[VALUES_W-1:0] = s_axis_tdata ^ {LANES{IN_XOR}};
    assign levels[LEVELS_W-1:0] = {LEVELS_W{1'b0}};
    initial begin
        valids = 0;
        m_axis_tvalid = 1'b0;
    end
    always @(posedge clk) begin
        if (enable) begin
            {m_axis_tvalid, valids} <= {valids, s_axis_tvalid};
            m_axis_tdata <= y;
        end
        if (rst) begin
            valids <= 0;
            m_axis_tvalid <= 1'b0;
        end
    end

    wire unused_last_fold;
    wrap_counter #(.COUNT(FOLDS)) fold_counter (
        .clk(clk), .rst(rst), .step(enable && s_axis_tvalid), .value(folds[FOLD_W-1:0]), .last(unused_last_fold)
    );

    genvar d, n;
    generate
        if (LANES < 1 || LANES > 1000 || IN_W < 1 || THRESHOLD_W < IN_W || LEVEL_BITS < 1 || LEVEL_BITS > 16
            || OUT_W < LEVEL_BITS || OUT_W > 32 || FOLDS < 1) begin : gen_check
            threshold_search_ERROR_parameter_out_of_range see_header ();
        end
        for (d = 0; d < LEVEL_BITS; d = d + 1) begin : gen_stage
            threshold_stage #(
                .LANES(LANES), .IN_W(IN_W), .THRESHOLD_W(THRESHOLD_W), .LEVEL_BITS(LEVEL_BITS), .STAGE(d),
                .FOLDS(FOLDS), .FOLD_W(FOLD_W), .THRESHOLDS(THRESHOLDS)
            ) stage (
                .clk(clk),
                .rst(rst),
                .enable(enable),
                .s_fold(folds[d*FOLD_W +: FOLD_W]),
                .s_value(values[d*VALUES_W +: VALUES_W]),
                .s_level(levels[d*LEVELS_W +: LEVELS_W]),
                .m_fold(folds[(d+1)*FOLD_W +: FOLD_W]),
                .m_value(values[(d+1)*VALUES_W +: VALUES_W]),
                .m_level(levels[(d+1)*LEVELS_W +: LEVELS_W])
            );
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_output
            wire [LEVEL_BITS-1:0] level = levels[LEVEL_BITS*LEVELS_W + n*LEVEL_BITS +: LEVEL_BITS];
            assign y[n*OUT_W +: OUT_W] = {{(OUT_W - LEVEL_BITS){1'b0}}, level} + BASE[OUT_W-1:0];
        end
    endgenerate
endmodule
`default_nettype wire
