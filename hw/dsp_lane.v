// dsp_lane.v - one multiply-accumulate with the registers of a DSP48: several neurons' weights times one activation.
//   packed = sum over lanes of weight[lane] * 2^(FIELD*lane), a signed number of (LANES-1)*FIELD + DIGIT_W bits
//   sum   <= addend + packed * activation               ACCUMULATE = 0: a link of a chain, or a product by itself
//   sum   <= (first ? addend : sum) + packed * activation   ACCUMULATE = 1
//   Every sum is modulo 2^SUM_W and linear in the lanes: sum = addend + sum over lanes of dot[lane] * 2^(FIELD*lane),
//   whatever the fields hold on the way.  Fields of the finished sum are the lanes' own when each is in 0 .. 2^FIELD-1.
// Packing is wiring: digit[0] = weight[0], digit[l] = weight[l] - (digit[l-1] < 0), each sign-extended to FIELD bits.
// Latency 3 cycles from digits and activation to sum (registers A and B, M, P), 1 from addend and first.
// Fits one DSP48E1 when packed has at most 25 bits, one DSP48E2 at 27; the activation has at most 18.
// Reset: none, data only.  Language: Verilog-2005.  Test: test/hw/dsp_matrix_vector.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
(* dsp_block *)            // synthesis for resources puts the multipliers of these modules into DSP blocks, no others
module dsp_lane #(
    parameter LANES      = 2,   // neurons, 1 .. 27
    parameter FIELD      = 11,  // bits from one lane to the next, DIGIT_W .. 48
    parameter DIGIT_W    = 5,   // bits per digit, signed, 1 .. 27
    parameter A_W        = 5,   // bits of the activation, signed, 1 .. 18
    parameter ACCUMULATE = 1,   // 1: sums over cycles
    parameter SUM_W      = 22   // bits of the sum, 1 .. 48
) (
    input  wire                     clk,
    input  wire                     enable,      // of registers A, B and M
    input  wire                     sum_enable,  // of register P
    input  wire                     first,       // with the product that begins a sum (ACCUMULATE = 1)
    input  wire [LANES*DIGIT_W-1:0] digits,
    input  wire [A_W-1:0]           activation,
    input  wire [SUM_W-1:0]         addend,
    output reg  [SUM_W-1:0]         sum
);
    localparam PACKED_W = (LANES - 1) * FIELD + DIGIT_W;
    localparam PRODUCT_W = PACKED_W + A_W;
    wire [PACKED_W-1:0] packed_digits;
    wire [SUM_W-1:0] wide_product;
    reg signed [PACKED_W-1:0] a;         // register A
    reg signed [A_W-1:0] b;              // register B
    reg signed [PRODUCT_W-1:0] product;  // register M
    genvar i;
    generate
        if (LANES < 1 || LANES > 27 || DIGIT_W < 1 || FIELD < DIGIT_W || FIELD > 48 || PACKED_W > 27 || A_W < 1
            || A_W > 18 || SUM_W < 1 || SUM_W > 48 || ACCUMULATE < 0 || ACCUMULATE > 1) begin : gen_check
            dsp_lane_ERROR_parameter_out_of_range see_header ();
        end
        for (i = 0; i < PACKED_W; i = i + 1) begin : gen_pack
            // bits above a digit are its sign; the top digit ends the word
            localparam LANE = i / FIELD < LANES ? i / FIELD : LANES - 1;
            localparam BIT = i - LANE * FIELD;
            assign packed_digits[i] = digits[LANE*DIGIT_W + (BIT < DIGIT_W ? BIT : DIGIT_W - 1)];
        end
        for (i = 0; i < SUM_W; i = i + 1) begin : gen_extend
            assign wide_product[i] = product[i < PRODUCT_W ? i : PRODUCT_W - 1];
        end
        if (ACCUMULATE != 0) begin : gen_accumulate
            wire [SUM_W-1:0] so_far = first ? addend : sum;
            always @(posedge clk) if (sum_enable) sum <= so_far + wide_product;
        end else begin : gen_add
            wire unused = &{1'b0, first};
            always @(posedge clk) if (sum_enable) sum <= addend + wide_product;
        end
    endgenerate
    always @(posedge clk) begin
        if (enable) begin
            a       <= packed_digits;
            b       <= activation;
            product <= a * b;
        end
    end
endmodule
`default_nettype wire
