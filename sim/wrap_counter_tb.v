// wrap_counter_tb.v - bench of hw/wrap_counter.v: a stream of IN_WORDS beats steps it; {last, value} of every beat
//   must be the word of expected.mem (see stream_tb.v).
`default_nettype none
`timescale 1ns / 1ns
module wrap_counter_tb;
    parameter COUNT = 4;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    localparam VALUE_W = COUNT > 1 ? $clog2(COUNT) : 1;
    wire clk, rst, valid, ready, done, last;
    wire [31:0] start;
    wire [VALUE_W-1:0] value;
    wire unused_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(1), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(unused_data), .tvalid(valid), .tready(ready), .done(done), .start(start)
    );
    wrap_counter #(.COUNT(COUNT)) dut (
        .clk(clk), .rst(rst), .step(valid && ready), .value(value), .last(last)
    );
    stream_sink #(.WIDTH(VALUE_W + 1), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata({last, value}), .tvalid(valid), .tready(ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
