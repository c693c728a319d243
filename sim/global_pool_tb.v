// global_pool_tb.v - bench of hw/global_pool.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module global_pool_tb;
    parameter LANES = 2;
    parameter IN_W = 4;
    parameter OUT_W = 8;
    parameter SIGNED = 0;
    parameter PIXELS = 16;
    parameter FOLDS = 2;
    parameter MODE = 0;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [LANES*IN_W-1:0] s_data;
    wire [LANES*OUT_W-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(LANES*IN_W), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    global_pool #(.LANES(LANES), .IN_W(IN_W), .OUT_W(OUT_W), .SIGNED(SIGNED), .PIXELS(PIXELS), .FOLDS(FOLDS), .MODE(MODE)) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(LANES*OUT_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
