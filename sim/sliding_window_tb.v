// sliding_window_tb.v - bench of hw/sliding_window.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module sliding_window_tb;
    parameter WIDTH = 8;
    parameter HEIGHT = 5;
    parameter COLUMNS = 5;
    parameter FOLDS = 1;
    parameter KERNEL_H = 3;
    parameter KERNEL_W = 3;
    parameter STRIDE_H = 1;
    parameter STRIDE_W = 1;
    parameter DILATION_H = 1;
    parameter DILATION_W = 1;
    parameter PAD_TOP = 0;
    parameter PAD_LEFT = 0;
    parameter OUT_HEIGHT = 3;
    parameter OUT_WIDTH = 3;
    parameter PIXELS = 16;
    parameter REPEATS = 1;
    parameter CHANNEL_MAJOR = 0;
    parameter [WIDTH-1:0] PAD = 0;
    parameter BLOCK = 0;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [WIDTH-1:0] s_data;
    wire [WIDTH-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(WIDTH), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    sliding_window #(
        .WIDTH(WIDTH), .HEIGHT(HEIGHT), .COLUMNS(COLUMNS), .FOLDS(FOLDS), .KERNEL_H(KERNEL_H),
        .KERNEL_W(KERNEL_W), .STRIDE_H(STRIDE_H), .STRIDE_W(STRIDE_W), .DILATION_H(DILATION_H), .DILATION_W(DILATION_W),
        .PAD_TOP(PAD_TOP), .PAD_LEFT(PAD_LEFT), .OUT_HEIGHT(OUT_HEIGHT), .OUT_WIDTH(OUT_WIDTH), .PIXELS(PIXELS),
        .REPEATS(REPEATS), .CHANNEL_MAJOR(CHANNEL_MAJOR), .PAD(PAD), .BLOCK(BLOCK)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT_WORDS), .QUIET(1000)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
