// stream_concat_tb.v - bench of hw/stream_concat.v: words of input.mem and input2.mem in, words of
//   expected.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module stream_concat_tb;
    parameter WIDTH = 8;
    parameter FOLDS_A = 1;
    parameter FOLDS_B = 1;
    parameter IN_WORDS = 1;
    parameter IN2_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire s2_valid, s2_ready, done2;
    wire [31:0] start, start2;
    wire [WIDTH-1:0] s_data;
    wire [WIDTH-1:0] s2_data;
    wire [WIDTH-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(WIDTH), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    stream_source #(.WIDTH(WIDTH), .WORDS(IN2_WORDS), .SECOND(1)) source2 (
        .clk(clk), .rst(rst), .tdata(s2_data), .tvalid(s2_valid), .tready(s2_ready), .done(done2), .start(start2)
    );
    stream_concat #(.WIDTH(WIDTH), .FOLDS_A(FOLDS_A), .FOLDS_B(FOLDS_B)) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .s2_axis_tdata(s2_data), .s2_axis_tvalid(s2_valid), .s2_axis_tready(s2_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done && done2), .start(start)
    );
endmodule
`default_nettype wire
