// stream_fork_tb.v - bench of hw/stream_fork.v: words of input.mem in, words of expected.mem and
//   expected2.mem out (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module stream_fork_tb;
    parameter WIDTH = 8;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    parameter OUT2_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire m2_valid, m2_ready, complete, complete2;
    wire [31:0] start;
    wire [31:0] latency, cycles, latency2, cycles2;
    wire [WIDTH-1:0] s_data;
    wire [WIDTH-1:0] m_data;
    wire [WIDTH-1:0] m2_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(WIDTH), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    stream_fork #(.WIDTH(WIDTH)) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready),
        .m2_axis_tdata(m2_data), .m2_axis_tvalid(m2_valid), .m2_axis_tready(m2_ready)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT_WORDS), .ALONE(0)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start),
        .complete(complete), .latency(latency), .cycles(cycles)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT2_WORDS), .SECOND(1), .ALONE(0)) sink2 (
        .clk(clk), .rst(rst), .tdata(m2_data), .tvalid(m2_valid), .tready(m2_ready), .done(done), .start(start),
        .complete(complete2), .latency(latency2), .cycles(cycles2)
    );
    stream_verdict verdict (
        .clk(clk), .done(done), .complete(complete), .complete2(complete2),
        .latency(latency), .cycles(cycles), .latency2(latency2), .cycles2(cycles2)
    );
endmodule
`default_nettype wire
