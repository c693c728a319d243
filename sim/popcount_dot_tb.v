// popcount_dot_tb.v - bench of hw/popcount_dot.v: words {weights, activations} of input.mem in, counts of expected.mem
//   out (see stream_tb.v); the module, here without registers, stands between the two ends of a stream.
`default_nettype none
`timescale 1ns / 1ns
module popcount_dot_tb;
    parameter SIMD = 8;
    parameter Y_W = 4;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, valid, ready, done;
    wire [31:0] start;
    wire [SIMD-1:0] activations, weights;
    wire [Y_W-1:0] agreements;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(2 * SIMD), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata({weights, activations}), .tvalid(valid), .tready(ready),
        .done(done), .start(start)
    );
    popcount_dot #(.SIMD(SIMD), .Y_W(Y_W)) dut (
        .clk(clk), .enable(1'b1), .activations(activations), .weights(weights), .agreements(agreements)
    );
    stream_sink #(.WIDTH(Y_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(agreements), .tvalid(valid), .tready(ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
