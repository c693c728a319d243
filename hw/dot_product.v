// dot_product.v - sum over lanes of activation * weight, combinational, modulo 2^Y_W.
//   A bipolar operand costs no multiplier: the other one is added or subtracted.  Two of them: popcount_dot is cheaper.
//   Behavioural; a module of its own so that structured arrays can take its place.
// Lanes: lane 0 in the low bits.  Result: signed, two's complement.  Latency 0, no clock.
// Language: Verilog-2005.  Test: sim/dot_product_tb.v, test/hw/dot_product.test.ts.
`default_nettype none
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
    wire [SIMD*Y_W-1:0] terms;
    genvar i;
    generate
        if (SIMD < 1 || A_W < 1 || W_W < 1 || Y_W < 1 || A_KIND < 0 || A_KIND > 2 || W_KIND < 0 || W_KIND > 2
            || (A_KIND == 2 && A_W != 1) || (W_KIND == 2 && W_W != 1)) begin : gen_check
            dot_product_ERROR_parameter_out_of_range see_header ();
        end
        for (i = 0; i < SIMD; i = i + 1) begin : gen_lane
            wire [A_W-1:0] a = activations[i*A_W +: A_W];
            wire [W_W-1:0] w = weights[i*W_W +: W_W];
            wire signed [PRODUCT_W-1:0] product;
            if (A_KIND == 2 && W_KIND == 2) begin : gen_agree
                assign product = {!(a ~^ w), 1'b1};  // +1 or -1
            end else if (W_KIND == 2) begin : gen_sign_of_weight
                wire [PRODUCT_W-1:0] wide = {A_KIND == 1 && a[A_W-1], a};
                assign product = w ? wide : -wide;
            end else if (A_KIND == 2) begin : gen_sign_of_activation
                wire [PRODUCT_W-1:0] wide = {W_KIND == 1 && w[W_W-1], w};
                assign product = a ? wide : -wide;
            end else if (A_KIND == 0 && W_KIND == 0) begin : gen_unsigned
                assign product = {1'b0, {{W_W{1'b0}}, a} * {{A_W{1'b0}}, w}};
            end else begin : gen_signed
                wire signed [PRODUCT_W-1:0] wide_a = {{W_W{A_KIND == 1 && a[A_W-1]}}, a};
                wire signed [PRODUCT_W-1:0] wide_w = {{A_W{W_KIND == 1 && w[W_W-1]}}, w};
                assign product = wide_a * wide_w;
            end
            if (Y_W > PRODUCT_W) begin : gen_extend
                assign terms[i*Y_W +: Y_W] = {{(Y_W - PRODUCT_W){product[PRODUCT_W-1]}}, product};
            end else begin : gen_truncate
                assign terms[i*Y_W +: Y_W] = product[Y_W-1:0];
                wire unused = &{1'b0, product};
            end
        end
    endgenerate
    integer lane;
    always @* begin
        sum = terms[Y_W-1:0];
        for (lane = 1; lane < SIMD; lane = lane + 1) sum = sum + terms[lane*Y_W +: Y_W];
    end
endmodule
`default_nettype wire
