// depth_to_space.v - from b*b*C channels of a pixel to b by b pixels of C channels, b = BLOCK_SIZE; NHWC order.
//   Output pixel (y*b + by, x*b + bx), channel c is input pixel (y, x), channel
//     (by*b + bx)*C + c  with CRD = 0 (order DCR),   c*b*b + by*b + bx  with CRD = 1 (one lane only).
//   Holds two input rows: the next one is written while the present one is read.  A word is read as soon as it was
//   written.
// Beat: LANES channels of LANE_W bits, lane 0 in the low bits; FOLDS beats an output pixel, b*b*FOLDS an input pixel.
//   Rows are counted by COLUMNS, images need no mark.
// Throughput: 1 beat/cycle at the output, no bubble within and between rows that are there.
// Latency 2 cycles from a beat taken to the same beat offered, when it is the next in order.
// Memory: 2*COLUMNS*b*b*FOLDS words.  s_axis_tready depends on registers only.
// Reset: synchronous, active high, clears control.  Language: Verilog-2005.
// Test: sim/depth_to_space_tb.v, test/hw/rows.test.ts, test/hw/memories.test.ts.
`default_nettype none
module depth_to_space #(
    parameter LANE_W     = 8,  // bits per channel, >= 1
    parameter LANES      = 1,  // channels per beat, >= 1; C = LANES*FOLDS
    parameter COLUMNS    = 4,  // pixels per input row, >= 1
    parameter FOLDS      = 1,  // beats per output pixel, >= 1
    parameter BLOCK_SIZE = 2,  // b, >= 1
    parameter CRD        = 0,  // 1: the channels of an input pixel lie in order CRD; LANES = 1 only
    parameter BLOCK      = 0   // 1: block RAM; 0: LUT RAM
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire [LANES*LANE_W-1:0] s_axis_tdata,
    input  wire                    s_axis_tvalid,
    output wire                    s_axis_tready,
    output wire [LANES*LANE_W-1:0] m_axis_tdata,
    output wire                    m_axis_tvalid,
    input  wire                    m_axis_tready
);
    localparam AREA = BLOCK_SIZE * BLOCK_SIZE;
    localparam PIXEL = AREA * FOLDS;  // beats per input pixel
    generate
        if (LANE_W < 1 || LANES < 1 || COLUMNS < 1 || FOLDS < 1 || BLOCK_SIZE < 1 || CRD < 0 || CRD > 1
            || BLOCK < 0 || BLOCK > 1) begin : gen_check_range
            depth_to_space_ERROR_parameter_out_of_range see_header ();
        end else if (CRD != 0 && LANES != 1) begin : gen_check_order
            depth_to_space_ERROR_CRD_needs_LANES_1 see_header ();
        end
    endgenerate
    row_buffer #(
        .WIDTH(LANES * LANE_W), .WORDS(COLUMNS * PIXEL), .BLOCK(BLOCK),
        // DCR: the beats of one output row of a pixel follow each other
        .COUNT_0(CRD != 0 ? FOLDS : BLOCK_SIZE * FOLDS), .STRIDE_0(CRD != 0 ? AREA : 1),
        .COUNT_1(CRD != 0 ? BLOCK_SIZE : 1), .STRIDE_1(1),
        .COUNT_2(COLUMNS), .STRIDE_2(PIXEL),
        .COUNT_3(BLOCK_SIZE), .STRIDE_3(CRD != 0 ? BLOCK_SIZE : BLOCK_SIZE * FOLDS)
    ) rows (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready)
    );
endmodule
`default_nettype wire
