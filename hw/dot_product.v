// dot_product.v - sum over lanes of activation * weight, combinational, modulo 2^Y_W.
//   A bipolar operand costs no multiplier: the other one is added or subtracted.  Two of them: popcount_dot is cheaper.
//   Behavioural; a module of its own so that structured arrays can take its place.
// Lanes: lane 0 in the low bits.  Result: signed, two's complement.  Latency 0, no clock.
// One process computes all lanes from the two input vectors, so that an event-driven simulator runs it once per
//   input change, not once per lane.
// Language: Verilog-2005.  Test: sim/dot_product_tb.v, test/hw/dot_product.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module dot_product #(
    parameter SIMD   = 4,  // lanes, >= 1
    parameter A_W    = 4,  // bits per activation, >= 1
    parameter A_KIND = 0,  // 0 unsigned, 1 signed two's complement, 2 bipolar (1 bit: 0 is -1, 1 is +1)
    parameter W_W    = 4,  // bits per weight, >= 1
    parameter W_KIND = 1,  // as A_KIND
    parameter Y_W    = 11  // bits of the result, >= 1; exact when the sum fits
) (
    input  wire [SIMD*A_W-1:0]   activations,
    input  wire [SIMD*W_W-1:0]   weights,
    output reg  [Y_W-1:0]        sum
);
    // exact bits of one product, signed: a negated operand needs one bit more, and so does unsigned * unsigned
    localparam PRODUCT_W = W_KIND == 2 ? A_W + 1 : A_KIND == 2 ? W_W + 1 :
                           A_W + W_W + (A_KIND == 0 && W_KIND == 0 ? 1 : 0);
    localparam TERM_W = Y_W > PRODUCT_W ? Y_W : PRODUCT_W;
    generate
        if (SIMD < 1 || A_W < 1 || W_W < 1 || Y_W < 1 || A_KIND < 0 || A_KIND > 2 || W_KIND < 0 || W_KIND > 2
            || (A_KIND == 2 && A_W != 1) || (W_KIND == 2 && W_W != 1)) begin : gen_check
            dot_product_ERROR_parameter_out_of_range see_header ();
        end
    endgenerate

    integer lane;
    reg [A_W-1:0] a;
    reg [W_W-1:0] w;
    reg signed [PRODUCT_W-1:0] wide_a, wide_w, product;
    reg signed [TERM_W-1:0] term, total;
    always @* begin
        total = {TERM_W{1'b0}};
        for (lane = 0; lane < SIMD; lane = lane + 1) begin
            a = activations[lane*A_W +: A_W];
            w = weights[lane*W_W +: W_W];
            wide_a = {{(PRODUCT_W - A_W){A_KIND == 1 && a[A_W-1]}}, a};
            wide_w = {{(PRODUCT_W - W_W){W_KIND == 1 && w[W_W-1]}}, w};
            if (W_KIND == 2 && A_KIND == 2) product = {{(PRODUCT_W - 1){a[0] ^ w[0]}}, 1'b1};  // +1 or -1
            else if (W_KIND == 2) product = w[0] ? wide_a : -wide_a;
            else if (A_KIND == 2) product = a[0] ? wide_w : -wide_w;
            else product = wide_a * wide_w;
            term = {{(TERM_W - PRODUCT_W){product[PRODUCT_W-1]}}, product};
            total = total + term;
        end
        sum = total[Y_W-1:0];
    end
endmodule
`default_nettype wire
