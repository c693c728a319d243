// threshold_parallel.v - level of every lane among its ascending thresholds, with all comparators side by side.
//   u = s ^ IN_XOR, unsigned;  level = number of k in 1 .. LEVELS-1 with u >= T_k;  y = level + BASE, modulo 2^OUT_W.
//   For few levels, or a number of levels far from a power of two; otherwise threshold_search is smaller.
// Beat: LANES values, lane 0 in the low bits.  Beat number modulo FOLDS selects the set of thresholds.
// Thresholds: lane n reads {THRESHOLDS, "_pe", nnn, ".mem"} (3 decimal digits), FOLDS words of
//   (LEVELS-1)*THRESHOLD_W bits, T_1 in the low bits.
// Latency 2 cycles; 1 beat/cycle, also after stalls.  s_axis_tready depends on m_axis_tready.
// Reset: synchronous, active high, clears valids and the fold counter.  Language: Verilog-2005.
// Test: sim/threshold_parallel_tb.v, test/hw/threshold.test.ts.
`default_nettype none
module threshold_parallel #(
    parameter LANES       = 2,   // values per beat, 1 .. 1000
    parameter IN_W        = 8,   // bits per input value, >= 1
    parameter [IN_W-1:0] IN_XOR = {IN_W{1'b0}},  // mask applied to every input value
    parameter THRESHOLD_W = 8,   // bits per threshold, >= IN_W, unsigned
    parameter LEVELS      = 3,   // output levels, 2 .. 65536
    parameter OUT_W       = 2,   // bits per output value, clog2(LEVELS) .. 32
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
    wire enable = !m_axis_tvalid || m_axis_tready;
    wire [FOLD_W-1:0] fold;
    reg [LANES*IN_W-1:0] values;  // stage 1, beside the ROM's data register
    reg valid;
    wire [LANES*OUT_W-1:0] y;

    assign s_axis_tready = enable;
    initial {valid, m_axis_tvalid} = 2'b00;
    always @(posedge clk) begin
        if (enable) begin
            {m_axis_tvalid, valid} <= {valid, s_axis_tvalid};
            values <= s_axis_tdata ^ {LANES{IN_XOR}};
            m_axis_tdata <= y;
        end
        if (rst) {valid, m_axis_tvalid} <= 2'b00;
    end

    wire unused_last_fold;
    wrap_counter #(.COUNT(FOLDS)) fold_counter (
        .clk(clk), .rst(rst), .step(enable && s_axis_tvalid), .value(fold), .last(unused_last_fold)
    );

    genvar n, k;
    generate
        if (LANES < 1 || LANES > 1000 || IN_W < 1 || THRESHOLD_W < IN_W || LEVELS < 2 || LEVELS > 65536
            || OUT_W < $clog2(LEVELS) || OUT_W > 32 || FOLDS < 1) begin : gen_check
            threshold_parallel_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            localparam [23:0] DIGITS = "000" + (n / 100) * 65536 + (n / 10 % 10) * 256 + n % 10;
            wire [(LEVELS-1)*THRESHOLD_W-1:0] thresholds;
            wire [THRESHOLD_W-1:0] value = {{(THRESHOLD_W - IN_W){1'b0}}, values[n*IN_W +: IN_W]};
            wire [LEVELS-2:0] reached;
            reg [OUT_W-1:0] sum;
            integer i;
            rom #(
                .WIDTH((LEVELS - 1) * THRESHOLD_W),
                .DEPTH(FOLDS),
                .FILE(THRESHOLDS == "" ? "" : {THRESHOLDS, "_pe", DIGITS, ".mem"})
            ) threshold_rom (
                .clk(clk), .enable(enable), .address(fold), .data(thresholds)
            );
            for (k = 0; k < LEVELS - 1; k = k + 1) begin : gen_threshold
                assign reached[k] = value >= thresholds[k*THRESHOLD_W +: THRESHOLD_W];
            end
            always @* begin
                sum = BASE[OUT_W-1:0];
                for (i = 0; i < LEVELS - 1; i = i + 1) sum = sum + {{(OUT_W - 1){1'b0}}, reached[i]};
            end
            assign y[n*OUT_W +: OUT_W] = sum;
        end
    endgenerate
endmodule
`default_nettype wire
