// bit_count_tb.v - bench of hw/bit_count.v: words of input.mem in, counts of expected.mem out (see stream_tb.v);
//   the module is combinational and stands between the two ends of a stream.
`default_nettype none
`timescale 1ns / 1ns
module bit_count_tb;
    parameter N = 6;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    localparam Y_W = $clog2(N + 1);
    wire clk, rst, valid, ready, done;
    wire [31:0] start;
    wire [N-1:0] bits;
    wire [Y_W-1:0] y;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(N), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(bits), .tvalid(valid), .tready(ready),
        .done(done), .start(start)
    );
    bit_count #(.N(N)) dut (.bits(bits), .y(y));
    stream_sink #(.WIDTH(Y_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(y), .tvalid(valid), .tready(ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
