// booth_dot_tb.v - bench of hw/booth_dot.v: words {weights, activations} of input.mem in, sums of expected.mem out
//   (see stream_tb.v); the module is combinational and stands between the two ends of a stream.
`default_nettype none
`timescale 1ns / 1ns
module booth_dot_tb;
    parameter SIMD = 4;
    parameter A_W = 4;
    parameter A_KIND = 0;
    parameter W_W = 4;
    parameter W_KIND = 1;
    parameter CHAIN = 4;
    parameter Y_W = 11;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, valid, ready, done;
    wire [31:0] start;
    wire [SIMD*A_W-1:0] activations;
    wire [SIMD*W_W-1:0] weights;
    wire [Y_W-1:0] sum;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(SIMD * (A_W + W_W)), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata({weights, activations}), .tvalid(valid), .tready(ready),
        .done(done), .start(start)
    );
    booth_dot #(
        .SIMD(SIMD), .A_W(A_W), .A_KIND(A_KIND), .W_W(W_W), .W_KIND(W_KIND), .CHAIN(CHAIN), .Y_W(Y_W)
    ) dut (
        .clk(clk), .enable(1'b1), .activations(activations), .weights(weights), .sum(sum)
    );
    stream_sink #(.WIDTH(Y_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(sum), .tvalid(valid), .tready(ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
