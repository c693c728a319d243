// scale_shift.v - level of every lane from a linear map: level = clip(r, FIRST, FIRST+LEVELS-1) - FIRST.
//   r = (u * m + b) >>> SHIFT;  u = s ^ IN_XOR, unsigned; m unsigned and b signed, per channel.  TIES_EVEN = 1: where
//   the SHIFT bits that leave are all 0 and r is odd, r - 1 instead.  With half a unit in b that rounds to the nearest
//   and ties to even.  y = level + BASE, modulo 2^OUT_W.  All arithmetic is exact.
// Beat: LANES values, lane 0 in the low bits.  Beat number modulo FOLDS selects the set of constants.
// Constants: lane n reads {CONSTANTS, "_pe", nnn, ".mem"} (3 decimal digits), FOLDS words {b, m}.
// Latency 3 cycles; 1 beat/cycle, also after stalls.  s_axis_tready depends on m_axis_tready.
// Reset: synchronous, active high, clears valids and the fold counter.  Language: Verilog-2005.
// Test: sim/scale_shift_tb.v, test/hw/scale_shift.test.ts.
`default_nettype none
module scale_shift #(
    parameter LANES        = 2,   // values per beat, 1 .. 1000
    parameter IN_W         = 12,  // bits per input value, >= 1
    parameter [IN_W-1:0] IN_XOR = {IN_W{1'b0}},  // mask applied to every input value
    parameter MULTIPLIER_W = 8,   // bits per multiplier, >= 1, unsigned
    parameter BIAS_W       = 20,  // bits per bias, >= 1, signed, in units of 2^-SHIFT levels
    parameter SHIFT        = 8,   // right shift in bits, >= 0
    parameter LEVELS       = 16,  // output levels, 2 .. 65536
    parameter TIES_EVEN    = 0,   // 1: ties go to even r
    parameter FIRST        = 0,   // r of level 0, 0 or 1
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
    localparam LEVEL_W = $clog2(LEVELS);
    localparam PRODUCT_W = IN_W + MULTIPLIER_W;
    localparam OPERAND_W = PRODUCT_W > BIAS_W ? PRODUCT_W : BIAS_W;
    localparam EXACT_W = OPERAND_W + 2;  // unsigned product plus signed bias
    localparam RESULT_W = $clog2(LEVELS + FIRST);
    localparam SUM_W = EXACT_W > RESULT_W + 1 ? EXACT_W : RESULT_W + 1;
    localparam [31:0] TOP = LEVELS - 1 + FIRST;  // r of the highest level
    localparam LOST_W = SHIFT < 1 ? 1 : SHIFT < SUM_W ? SHIFT : SUM_W;  // bits of the sum that leave
    wire enable = !m_axis_tvalid || m_axis_tready;
    wire [FOLD_W-1:0] fold;
    reg [LANES*IN_W-1:0] values;  // stage 1, beside the ROM's data register
    reg read_valid, sum_valid;    // stages 1 and 2
    wire [LANES*OUT_W-1:0] y;

    assign s_axis_tready = enable;
    initial {read_valid, sum_valid, m_axis_tvalid} = 3'b000;
    always @(posedge clk) begin
        if (enable) begin
            {m_axis_tvalid, sum_valid, read_valid} <= {sum_valid, read_valid, s_axis_tvalid};
            values <= s_axis_tdata ^ {LANES{IN_XOR}};
            m_axis_tdata <= y;
        end
        if (rst) {read_valid, sum_valid, m_axis_tvalid} <= 3'b000;
    end

    wire unused_last_fold;
    wrap_counter #(.COUNT(FOLDS)) fold_counter (
        .clk(clk), .rst(rst), .step(enable && s_axis_tvalid), .value(fold), .last(unused_last_fold)
    );

    genvar n;
    generate
        if (LANES < 1 || LANES > 1000 || IN_W < 1 || MULTIPLIER_W < 1 || BIAS_W < 1 || SHIFT < 0 || LEVELS < 2
            || LEVELS > 65536 || TIES_EVEN < 0 || TIES_EVEN > 1 || FIRST < 0 || FIRST > 1 || OUT_W < LEVEL_W || OUT_W > 32 || FOLDS < 1) begin : gen_check
            scale_shift_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            localparam [23:0] DIGITS = "000" + (n / 100) * 65536 + (n / 10 % 10) * 256 + n % 10;
            wire [MULTIPLIER_W-1:0] multiplier;
            wire [BIAS_W-1:0] bias;
            wire [PRODUCT_W-1:0] wide_value = {{MULTIPLIER_W{1'b0}}, values[n*IN_W +: IN_W]};
            wire [PRODUCT_W-1:0] wide_multiplier = {{IN_W{1'b0}}, multiplier};
            wire [PRODUCT_W-1:0] product = wide_value * wide_multiplier;
            wire [SUM_W-1:0] wide_product = {{(SUM_W - PRODUCT_W){1'b0}}, product};
            wire [SUM_W-1:0] wide_bias = {{(SUM_W - BIAS_W){bias[BIAS_W-1]}}, bias};
            reg signed [SUM_W-1:0] sum;  // stage 2
            wire [SUM_W-1:0] floor = sum >>> SHIFT;
            wire tie = TIES_EVEN != 0 && SHIFT > 0 && sum[LOST_W-1:0] == 0;
            wire [SUM_W-1:0] result = {floor[SUM_W-1:1], floor[0] && !tie};
            wire [RESULT_W-1:0] clipped;
            wire [RESULT_W-1:0] level = clipped - FIRST[RESULT_W-1:0];
            rom #(
                .WIDTH(BIAS_W + MULTIPLIER_W),
                .DEPTH(FOLDS),
                .FILE(CONSTANTS == "" ? "" : {CONSTANTS, "_pe", DIGITS, ".mem"})
            ) constant_rom (
                .clk(clk), .enable(enable), .address(fold), .data({bias, multiplier})
            );
            always @(posedge clk) if (enable) sum <= wide_product + wide_bias;
            assign clipped = result[SUM_W-1] || (FIRST != 0 && result == 0) ? FIRST[RESULT_W-1:0] :
                             result > {{(SUM_W - RESULT_W){1'b0}}, TOP[RESULT_W-1:0]} ? TOP[RESULT_W-1:0] :
                             result[RESULT_W-1:0];
            assign y[n*OUT_W +: OUT_W] = {{(OUT_W - LEVEL_W){1'b0}}, level[LEVEL_W-1:0]} + BASE[OUT_W-1:0];
            wire unused = &{1'b0, level};
        end
    endgenerate
endmodule
`default_nettype wire
