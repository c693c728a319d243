// popcount_dot.v - number of lanes whose bipolar activation and weight agree, combinational, modulo 2^Y_W.
//   The bipolar dot product is 2 * agreements - SIMD; the constants go into what follows (thresholds, output
//   port).
// Lanes: 1 bit each, 0 is -1, 1 is +1.  Result: unsigned.  Latency 0, no clock.
// Language: Verilog-2005.  Test: sim/popcount_dot_tb.v, test/hw/dot_product.test.ts.
`default_nettype none
module popcount_dot #(
    parameter SIMD = 8,  // lanes, >= 1
    parameter Y_W  = 4   // bits of the count, >= 1; exact when SIMD fits
) (
    input  wire [SIMD-1:0] activations,
    input  wire [SIMD-1:0] weights,
    output reg  [Y_W-1:0]  agreements
);
    wire [SIMD-1:0] agree = activations ~^ weights;
    integer lane;
    generate
        if (SIMD < 1 || Y_W < 1) begin : gen_check
            popcount_dot_ERROR_parameter_out_of_range see_header ();
        end
    endgenerate
    always @* begin
        agreements = {{(Y_W - 1){1'b0}}, agree[0]};
        for (lane = 1; lane < SIMD; lane = lane + 1)
            agreements = agreements + {{(Y_W - 1){1'b0}}, agree[lane]};
    end
endmodule
`default_nettype wire
