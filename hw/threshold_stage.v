// threshold_stage.v - one step of threshold_search: decides one bit of the level of every lane.
//   ROM read with {fold, bits decided so far}, then u >= threshold decides bit LEVEL_BITS-1-STAGE.
// Latency 1 cycle with enable (registers in front of the comparators, none behind).
// ROM of lane n: {THRESHOLDS, "_pe", nnn, "_s", dd, ".mem"} (decimal digits; dd = STAGE), FOLDS * 2^STAGE words.
// Reset: synchronous, active high. The data needs none (valid bits are threshold_search's), but Yosys makes shift
//   registers of unreset flip-flops that ignore the enable (its issue 6058).  Language: Verilog-2005.
// Test: sim/threshold_search_tb.v, test/hw/threshold.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module threshold_stage #(
    parameter LANES       = 2,   // values per beat, 1 .. 1000
    parameter IN_W        = 8,   // bits per value, >= 1
    parameter THRESHOLD_W = 8,   // bits per threshold, >= IN_W, unsigned
    parameter LEVEL_BITS  = 2,   // bits per level, 1 .. 16
    parameter STAGE       = 0,   // step, 0 .. LEVEL_BITS-1
    parameter FOLDS       = 1,   // sets of thresholds per lane, >= 1
    parameter FOLD_W      = 1,   // bits of the set number: max(1, clog2(FOLDS))
    parameter THRESHOLDS  = ""   // path prefix of the threshold files
) (
    input  wire                        clk,
    input  wire                        rst,
    input  wire                        enable,
    input  wire [FOLD_W-1:0]           s_fold,    // set of thresholds for this beat
    input  wire [LANES*IN_W-1:0]       s_value,   // unsigned
    input  wire [LANES*LEVEL_BITS-1:0] s_level,   // bits decided so far, 0 elsewhere
    output reg  [FOLD_W-1:0]           m_fold,
    output reg  [LANES*IN_W-1:0]       m_value,
    output wire [LANES*LEVEL_BITS-1:0] m_level    // one bit more
);
    localparam DEPTH = FOLDS << STAGE;
    localparam ADDRESS_W = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam [15:0] STAGE_DIGITS = "00" + (STAGE / 10) * 256 + STAGE % 10;
    reg [LANES*LEVEL_BITS-1:0] level;
    always @(posedge clk) begin
        if (enable) begin
            m_fold  <= s_fold;
            m_value <= s_value;
            level   <= s_level;
        end
        if (rst) begin
            m_fold  <= 0;
            m_value <= 0;
            level   <= 0;
        end
    end
    genvar n;
    generate
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            localparam [23:0] DIGITS = "000" + (n / 100) * 65536 + (n / 10 % 10) * 256 + n % 10;
            wire [ADDRESS_W-1:0] address;
            wire [THRESHOLD_W-1:0] threshold;
            wire reached;
            if (STAGE == 0) begin : gen_address_fold
                assign address = s_fold;
            end else if (FOLDS == 1) begin : gen_address_level
                assign address = s_level[(n + 1) * LEVEL_BITS - 1 -: STAGE];
            end else begin : gen_address_both
                assign address = {s_fold, s_level[(n + 1) * LEVEL_BITS - 1 -: STAGE]};
            end
            rom #(
                .WIDTH(THRESHOLD_W),
                .DEPTH(DEPTH),
                .FILE(THRESHOLDS == "" ? "" : {THRESHOLDS, "_pe", DIGITS, "_s", STAGE_DIGITS, ".mem"})
            ) threshold_rom (
                .clk(clk), .enable(enable), .address(address), .data(threshold)
            );
            assign reached = {{(THRESHOLD_W - IN_W){1'b0}}, m_value[n*IN_W +: IN_W]} >= threshold;
            assign m_level[n*LEVEL_BITS +: LEVEL_BITS] = level[n*LEVEL_BITS +: LEVEL_BITS]
                | ({{(LEVEL_BITS - 1){1'b0}}, reached} << (LEVEL_BITS - 1 - STAGE));
        end
    endgenerate
endmodule
`default_nettype wire
