// output_port_tb.v - bench of hw/output_port.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
//   The top bit of an expected word is m_axis_tlast.
`default_nettype none
`timescale 1ns / 1ns
module output_port_tb;
    parameter LANES = 2;
    parameter IN_W = 4;
    parameter IN_SIGNED = 0;
    parameter integer STEP = 1;
    parameter integer OFFSET = 0;
    parameter OUT_W = 4;
    parameter OUT_SIGNED = 0;
    parameter PITCH = 8;
    parameter BEATS = 1;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    localparam DATA_W = LANES * PITCH;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [LANES*IN_W-1:0] s_data;
    wire [DATA_W:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(LANES*IN_W), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    output_port #(
        .LANES(LANES), .IN_W(IN_W), .IN_SIGNED(IN_SIGNED), .STEP(STEP), .OFFSET(OFFSET), .OUT_W(OUT_W),
        .OUT_SIGNED(OUT_SIGNED), .PITCH(PITCH), .BEATS(BEATS)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data[DATA_W-1:0]), .m_axis_tlast(m_data[DATA_W]),
        .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(DATA_W + 1), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
