// stream_fifo_tb.v - bench of hw/stream_fifo.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module stream_fifo_tb;
    parameter WIDTH = 8;
    parameter DEPTH = 4;
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
    stream_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .BLOCK(BLOCK)) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
