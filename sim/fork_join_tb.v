// fork_join_tb.v - a fork whose branches meet in an addition: words of input.mem in, words of expected.mem out (see
//   stream_tb.v).  One branch regroups WAIT beats into one and back, so nothing leaves it before WAIT beats came; the
//   other is a FIFO of DEPTH beats.
`default_nettype none
`timescale 1ns / 1ns
module fork_join_tb;
    parameter WAIT = 8;
    parameter DEPTH = 8;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [7:0] s_data, short_in, short_out, long_in, long_out;
    wire [8*WAIT-1:0] group;
    wire [8:0] m_data;
    wire short_in_valid, short_in_ready, short_out_valid, short_out_ready;
    wire long_in_valid, long_in_ready, group_valid, group_ready, long_out_valid, long_out_ready;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(8), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    stream_fork #(.WIDTH(8)) fork_dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(short_in), .m_axis_tvalid(short_in_valid), .m_axis_tready(short_in_ready),
        .m2_axis_tdata(long_in), .m2_axis_tvalid(long_in_valid), .m2_axis_tready(long_in_ready)
    );
    stream_fifo #(.WIDTH(8), .DEPTH(DEPTH)) fifo (
        .clk(clk), .rst(rst),
        .s_axis_tdata(short_in), .s_axis_tvalid(short_in_valid), .s_axis_tready(short_in_ready),
        .m_axis_tdata(short_out), .m_axis_tvalid(short_out_valid), .m_axis_tready(short_out_ready)
    );
    stream_width #(.LANE_W(8), .IN_LANES(1), .OUT_LANES(WAIT)) join_beats (
        .clk(clk), .rst(rst),
        .s_axis_tdata(long_in), .s_axis_tvalid(long_in_valid), .s_axis_tready(long_in_ready),
        .m_axis_tdata(group), .m_axis_tvalid(group_valid), .m_axis_tready(group_ready)
    );
    stream_width #(.LANE_W(8), .IN_LANES(WAIT), .OUT_LANES(1)) split_beats (
        .clk(clk), .rst(rst),
        .s_axis_tdata(group), .s_axis_tvalid(group_valid), .s_axis_tready(group_ready),
        .m_axis_tdata(long_out), .m_axis_tvalid(long_out_valid), .m_axis_tready(long_out_ready)
    );
    stream_add #(.LANES(1), .A_W(8), .B_W(8), .ACC_W(9)) add (
        .clk(clk), .rst(rst),
        .s_axis_tdata(short_out), .s_axis_tvalid(short_out_valid), .s_axis_tready(short_out_ready),
        .s2_axis_tdata(long_out), .s2_axis_tvalid(long_out_valid), .s2_axis_tready(long_out_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(9), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
