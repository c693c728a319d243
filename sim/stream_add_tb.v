// stream_add_tb.v - bench of hw/stream_add.v: words of input.mem and input2.mem in, words of
//   expected.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module stream_add_tb;
    parameter LANES = 4;
    parameter A_W = 8;
    parameter A_SIGNED = 0;
    parameter B_W = 8;
    parameter B_SIGNED = 0;
    parameter A_WEIGHT = 1;
    parameter B_WEIGHT = 1;
    parameter ACC_W = 9;
    parameter [ACC_W-1:0] OFFSET = 0;
    parameter IN_WORDS = 1;
    parameter IN2_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire s2_valid, s2_ready, done2;
    wire [31:0] start, start2;
    wire [LANES*A_W-1:0] s_data;
    wire [LANES*B_W-1:0] s2_data;
    wire [LANES*ACC_W-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(LANES*A_W), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    stream_source #(.WIDTH(LANES*B_W), .WORDS(IN2_WORDS), .SECOND(1)) source2 (
        .clk(clk), .rst(rst), .tdata(s2_data), .tvalid(s2_valid), .tready(s2_ready), .done(done2), .start(start2)
    );
    stream_add #(
        .LANES(LANES), .A_W(A_W), .A_SIGNED(A_SIGNED), .B_W(B_W),
        .B_SIGNED(B_SIGNED), .A_WEIGHT(A_WEIGHT), .B_WEIGHT(B_WEIGHT), .ACC_W(ACC_W), .OFFSET(OFFSET)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .s2_axis_tdata(s2_data), .s2_axis_tvalid(s2_valid), .s2_axis_tready(s2_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(LANES*ACC_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done && done2), .start(start)
    );
endmodule
`default_nettype wire
