// depth_to_space_tb.v - bench of hw/depth_to_space.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module depth_to_space_tb;
    parameter LANE_W = 8;
    parameter LANES = 1;
    parameter COLUMNS = 4;
    parameter FOLDS = 1;
    parameter BLOCK_SIZE = 2;
    parameter CRD = 0;
    parameter BLOCK = 0;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [LANES*LANE_W-1:0] s_data;
    wire [LANES*LANE_W-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(LANES*LANE_W), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    depth_to_space #(
        .LANE_W(LANE_W), .LANES(LANES), .COLUMNS(COLUMNS),
        .FOLDS(FOLDS), .BLOCK_SIZE(BLOCK_SIZE), .CRD(CRD), .BLOCK(BLOCK)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(LANES*LANE_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
