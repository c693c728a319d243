// scale_sequential_tb.v - bench of hw/scale_sequential.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
//   Constants in c_pe000.mem, ...
`default_nettype none
`timescale 1ns / 1ns
module scale_sequential_tb;
    parameter LANES = 2;
    parameter IN_W = 12;
    parameter [IN_W-1:0] IN_XOR = 0;
    parameter MULTIPLIER_W = 9;
    parameter ROWS = 2;
    parameter STEPS = 3;
    parameter STAGES = 1;
    parameter ZEROS = 4;
    parameter SUM_W = 20;
    parameter SHIFT = 8;
    parameter LEVELS = 16;
    parameter PIVOT = 0;
    parameter EXTRA_W = 1;
    parameter OUT_W = 4;
    parameter integer BASE = 0;
    parameter FOLDS = 1;
    parameter CONSTANTS = "c";
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
    scale_sequential #(
        .LANES(LANES), .IN_W(IN_W), .IN_XOR(IN_XOR), .MULTIPLIER_W(MULTIPLIER_W), .ROWS(ROWS), .STEPS(STEPS), .STAGES(STAGES),
        .ZEROS(ZEROS), .SUM_W(SUM_W), .SHIFT(SHIFT), .LEVELS(LEVELS), .PIVOT(PIVOT), .EXTRA_W(EXTRA_W), .OUT_W(OUT_W),
        .BASE(BASE), .FOLDS(FOLDS), .CONSTANTS(CONSTANTS)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(LANES*OUT_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
