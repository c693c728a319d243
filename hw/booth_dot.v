// booth_dot.v - dot product of activations and weights by Booth rows folded into the adders' LUTs.
//   sum = (sum over lanes of a * w) + (a constant that depends on the weights alone), modulo 2^Y_W:
//   a negative digit at position d adds 4^d * (2^ROW_W - 1); each w adds 2^(A_W-1) * w when A_KIND is 1.
//   Bipolar activations (A_KIND 2) select weights: rows are the weights of the lanes with +1.  The sum is then half of
//   (sum of a * w) + (sum of w), plus 2^(W_W-1) a lane where weights have a sign.
//   The constant of a neuron is known when the ROMs are written: thresholds absorb it, or matrix_vector starts with
//   its negative.
// Digits: DIGITS of radix 4.  Odd widths and ternary weights (W_KIND 3) have a top digit in {-1, 0, 1}.
// Lanes: lane 0 in the low bits.  Latency LATENCY: 0 with PIPELINE = 0; 1, or 2 where one row of registers leaves more
//   than 7 adders on a path (weights of at most 15 bits).  Registers hold while enable is low.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/booth_dot_tb.v, test/hw/booth_dot.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module booth_dot #(
    parameter SIMD     = 8,  // lanes, >= 1
    parameter A_W      = 4,  // bits per activation, 1 .. 16
    // 0 unsigned; 1 two's complement, taken as unsigned a + 2^(A_W-1) (sign bit flipped); 2 bipolar (1 bit: 0 is -1)
    parameter A_KIND   = 0,
    parameter W_W      = 4,  // bits per weight, 1 .. 16
    parameter W_KIND   = 1,  // 0 unsigned, 1 signed two's complement, 2 bipolar (1 bit), 3 ternary (2 bits, never -2)
    parameter CHAIN    = 8,  // lanes per chain of adders, 1 .. 1024
    parameter PIPELINE = 0,  // 1: registers so that no path has more than 7 adders (CHAIN <= 8)
    parameter Y_W      = 12  // bits of the result, >= 1
) (
    input  wire                clk,     // used with PIPELINE only
    input  wire                enable,
    input  wire [SIMD*A_W-1:0] activations,
    input  wire [SIMD*W_W-1:0] weights,
    output wire [Y_W-1:0]      sum
);
    localparam SIGNED_W = W_KIND == 0 ? W_W + 1 : W_W;  // an unsigned weight gets a sign bit of 0
    localparam SELECTS = A_KIND == 2 ? 1 : 0;           // 1: the weights are what is summed
    localparam ROW_A_W = SELECTS != 0 ? W_W : A_W;      // bits of the operand that rows are made of
    localparam DIGITS = SELECTS != 0 || W_KIND == 2 ? 1 : (SIGNED_W + 1) / 2;
    localparam SIGN = SELECTS != 0 ? (W_KIND == 0 ? 3 : 2) : W_KIND == 2 ? 1 : 0;
    localparam TOP = SIGN == 0 && (W_KIND == 3 || SIGNED_W % 2 == 1) ? 1 : 0;
    localparam LEVELS = $clog2((SIMD + CHAIN - 1) / (CHAIN < 1 ? 1 : CHAIN));  // joins of lanes
    // where DIGITS - 1 + LEVELS adders would follow the first registers and are more than 7
    localparam REGISTER_AT = PIPELINE != 0 && DIGITS + LEVELS > 8 ? DIGITS + LEVELS - 7 : 0;
    localparam [A_W-1:0] SIGN_MASK = A_KIND == 1 ? {1'b1, {(A_W - 1){1'b0}}} : {A_W{1'b0}};

    // Largest sum of one lane.
    function [63:0] largest_lane;
        input integer unused_argument;  // Verilog-2005 functions have at least one
        integer digit;
        begin
            largest_lane = 0;
            for (digit = 0; digit < DIGITS; digit = digit + 1)
                largest_lane = largest_lane
                    + (((64'd1 << (SIGN != 0 || (TOP != 0 && digit == DIGITS - 1) ? ROW_A_W : ROW_A_W + 1)) - 64'd1) << (2 * digit));
        end
    endfunction
    function integer bits_of;
        input [63:0] number;
        reg [63:0] left;
        begin
            left = number;
            bits_of = 0;
            while (left != 0) begin
                bits_of = bits_of + 1;
                left = left >> 1;
            end
        end
    endfunction
    localparam [63:0] UNIT = largest_lane(0);
    localparam EXACT_W = bits_of(UNIT * SIMD);

    wire [SIMD*ROW_A_W-1:0] operands;  // what rows are made of
    wire [SIMD*DIGITS*3-1:0] digits;
    wire [EXACT_W-1:0] exact;
    genvar d, i;
    generate
        if (SIMD < 1 || A_W < 1 || A_W > 16 || W_W < 1 || W_W > 16 || W_KIND < 0 || W_KIND > 3 || CHAIN < 1 || Y_W < 1
            || CHAIN > 1024 || SIMD > 65536
            || A_KIND < 0 || A_KIND > 2 || (A_KIND == 2 && (A_W != 1 || W_KIND == 2))
            || (W_KIND == 2 && W_W != 1) || (W_KIND == 3 && W_W != 2) || (W_KIND == 1 && W_W < 2 && A_KIND != 2)
            ) begin : gen_check
            booth_dot_ERROR_parameter_out_of_range see_header ();
        end
        if (SELECTS != 0) begin : gen_select
            assign operands = weights;
        end else begin : gen_multiply
            assign operands = activations ^ {SIMD{SIGN_MASK}};
        end
        for (i = 0; i < SIMD; i = i + 1) begin : gen_lane
            wire [SIGNED_W-1:0] w;
            if (W_KIND == 0) begin : gen_unsigned
                assign w = {1'b0, weights[i*W_W +: W_W]};
            end else begin : gen_signed
                assign w = weights[i*W_W +: W_W];
            end
            for (d = 0; d < DIGITS; d = d + 1) begin : gen_digit
                localparam AT = 3 * (i * DIGITS + d);
                if (SELECTS != 0) begin : gen_select
                    assign digits[AT +: 3] = {1'b0, activations[i], 1'b0};
                    wire unused = &{1'b0, w};
                end else if (SIGN != 0) begin : gen_sign
                    assign digits[AT +: 3] = {1'b0, w[0], 1'b0};
                end else if (W_KIND == 3) begin : gen_ternary
                    assign digits[AT +: 3] = {w[1], w[0], 1'b0};  // +1 is 01, -1 is 11
                end else begin : gen_booth
                    // the top digit of an odd width has only its sign bit left, so h = m
                    assign digits[AT+2] = w[2*d+1 < SIGNED_W ? 2*d+1 : SIGNED_W-1];
                    assign digits[AT+1] = w[2*d];
                    assign digits[AT] = d > 0 ? w[d > 0 ? 2*d-1 : 0] : 1'b0;
                end
            end
        end
        if (EXACT_W >= Y_W) begin : gen_truncate
            assign sum = exact[Y_W-1:0];
            wire unused = &{1'b0, exact};
        end else begin : gen_extend
            assign sum = {{(Y_W - EXACT_W){1'b0}}, exact};
        end
    endgenerate
    booth_tree #(
        .LANES(SIMD), .CHAIN(CHAIN < 1 ? 1 : CHAIN), .A_W(ROW_A_W), .DIGITS(DIGITS), .TOP(TOP), .SIGN(SIGN), .PIPELINE(PIPELINE),
        .REGISTER_AT(REGISTER_AT), .UNIT(UNIT), .Y_W(EXACT_W), .KEEP_W(Y_W)
    ) tree (
        .clk(clk), .enable(enable), .activations(operands), .digits(digits), .y(exact)
    );
endmodule
`default_nettype wire
