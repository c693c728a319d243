// booth_dot.v - dot product of activations and weights by Booth rows folded into the adders' LUTs.
//   sum = (sum over lanes of a * w) + (a constant that depends on the weights alone), modulo 2^Y_W:
//   a negative digit at position d adds 4^d * (2^ROW_W - 1); each w adds 2^(A_W-1) * w when A_SIGNED is 1.
//   The constant of a neuron is known when the ROMs are written: matrix_vector starts with its negative.
// Digits: DIGITS of radix 4.  Odd widths and ternary weights (W_KIND 3) have a top digit in {-1, 0, 1}.
// Lanes: lane 0 in the low bits.  Latency 0, no clock.  Language: Verilog-2005.
// Test: sim/booth_dot_tb.v, test/hw/booth_dot.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module booth_dot #(
    parameter SIMD     = 8,  // lanes, >= 1
    parameter A_W      = 4,  // bits per activation, 1 .. 16
    parameter A_SIGNED = 0,  // 0: unsigned; 1: two's complement, taken as unsigned a + 2^(A_W-1) (sign bit flipped)
    parameter W_W      = 4,  // bits per weight, 1 .. 16
    parameter W_KIND   = 1,  // 0 unsigned, 1 signed two's complement, 2 bipolar (1 bit), 3 ternary (2 bits, never -2)
    parameter CHAIN    = 4,  // lanes per row of adders, >= 1
    parameter Y_W      = 12  // bits of the result, >= 1
) (
    input  wire [SIMD*A_W-1:0] activations,
    input  wire [SIMD*W_W-1:0] weights,
    output wire [Y_W-1:0]      sum
);
    localparam SIGNED_W = W_KIND == 0 ? W_W + 1 : W_W;  // an unsigned weight gets a sign bit of 0
    localparam DIGITS = W_KIND == 2 ? 1 : (SIGNED_W + 1) / 2;
    localparam SIGN = W_KIND == 2 ? 1 : 0;
    localparam [A_W-1:0] SIGN_MASK = A_SIGNED != 0 ? {1'b1, {(A_W - 1){1'b0}}} : {A_W{1'b0}};
    wire [SIMD*A_W-1:0] unsigned_activations = activations ^ {SIMD{SIGN_MASK}};
    wire [DIGITS*Y_W-1:0] parts;
    genvar d, i;
    generate
        if (SIMD < 1 || A_W < 1 || A_W > 16 || W_W < 1 || W_W > 16 || W_KIND < 0 || W_KIND > 3 || CHAIN < 1 || Y_W < 1
            || (W_KIND == 2 && W_W != 1) || (W_KIND == 3 && W_W != 2) || (W_KIND == 1 && W_W < 2)) begin : gen_check
            booth_dot_ERROR_parameter_out_of_range see_header ();
        end
        for (d = 0; d < DIGITS; d = d + 1) begin : gen_digit
            // the top digit of an odd width has only its sign bit left, so h = m
            localparam TOP = SIGN == 0 && (W_KIND == 3 || (d == DIGITS - 1 && SIGNED_W % 2 == 1)) ? 1 : 0;
            localparam ROW_W = A_W + (TOP != 0 || SIGN != 0 ? 0 : 1);
            localparam PART_W = $clog2(SIMD * ((1 << ROW_W) - 1) + 1);
            wire [3*SIMD-1:0] digits;
            wire [PART_W-1:0] part;
            for (i = 0; i < SIMD; i = i + 1) begin : gen_lane
                wire [SIGNED_W-1:0] w;
                if (W_KIND == 0) begin : gen_unsigned
                    assign w = {1'b0, weights[i*W_W +: W_W]};
                end else begin : gen_signed
                    assign w = weights[i*W_W +: W_W];
                end
                if (SIGN != 0) begin : gen_sign
                    assign digits[3*i +: 3] = {1'b0, w[0], 1'b0};
                end else if (W_KIND == 3) begin : gen_ternary
                    assign digits[3*i +: 3] = {w[1], w[0], 1'b0};  // +1 is 01, -1 is 11
                end else begin : gen_booth
                    assign digits[3*i+2] = 2*d+1 < SIGNED_W ? w[2*d+1 < SIGNED_W ? 2*d+1 : 0] : w[SIGNED_W-1];
                    assign digits[3*i+1] = w[2*d];
                    assign digits[3*i] = d > 0 ? w[d > 0 ? 2*d-1 : 0] : 1'b0;
                end
            end
            booth_chain #(.LANES(SIMD), .CHAIN(CHAIN), .A_W(A_W), .TOP(TOP), .SIGN(SIGN)) chain (
                .activations(unsigned_activations), .digits(digits), .y(part)
            );
            wire [PART_W+2*d-1:0] shifted = {part, {(2*d){1'b0}}};
            if (PART_W + 2*d >= Y_W) begin : gen_truncate
                assign parts[d*Y_W +: Y_W] = shifted[Y_W-1:0];
                wire unused = &{1'b0, shifted};
            end else begin : gen_extend
                assign parts[d*Y_W +: Y_W] = {{(Y_W - PART_W - 2*d){1'b0}}, shifted};
            end
            wire [Y_W-1:0] so_far;  // this digit and the lower ones
            if (d == 0) begin : gen_first
                assign so_far = parts[Y_W-1:0];
            end else begin : gen_join
                assign so_far = gen_digit[d-1].so_far + parts[d*Y_W +: Y_W];
            end
        end
        assign sum = gen_digit[DIGITS-1].so_far;
    endgenerate
endmodule
`default_nettype wire
