// weighted_pair.v - A_WEIGHT*a + B_WEIGHT*b + OFFSET modulo 2^SUM_W, the arithmetic of one lane of stream_add.
//   Up to six bits in all are one table.  Weights that differ by a power of two and a sign only: one adder joins a and b,
//   and what remains is the product with one odd number, nothing for weights of 1.  All others are tables of the bits of
//   both.  See weighted_tables.v.
// Latency that of weighted_tables: 0 up to 41 bits that enter the tables, 1 more for every 35 bits beyond.
// Reset: as weighted_tables.  Language: Verilog-2005.  Test: sim/stream_add_tb.v, test/hw/stream_add.test.ts.
`default_nettype none
module weighted_pair #(
    parameter A_W = 8,                // bits of a, 1 .. 48
    parameter A_SIGNED = 0,           // 1: two's complement
    parameter B_W = 8,                // bits of b, 1 .. 48
    parameter B_SIGNED = 0,
    parameter integer A_WEIGHT = 1,   // not 0, magnitude below 2^24
    parameter integer B_WEIGHT = 1,
    parameter SUM_W = 9,              // bits of the sum, 1 .. 64
    parameter [SUM_W-1:0] OFFSET = {SUM_W{1'b0}}  // added constant, two's complement
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             enable,
    input  wire [A_W-1:0]   a,
    input  wire [B_W-1:0]   b,
    output wire [SUM_W-1:0] sum
);
    function integer trailing_zeros;
        input integer weight;
        begin
            trailing_zeros = 0;
            while (trailing_zeros < 31 && weight[trailing_zeros] == 1'b0) trailing_zeros = trailing_zeros + 1;
        end
    endfunction

    function integer odd_part;
        input integer weight;
        odd_part = (weight < 0 ? -weight : weight) >> trailing_zeros(weight);
    endfunction

    localparam A_ZEROS = trailing_zeros(A_WEIGHT);
    localparam B_ZEROS = trailing_zeros(B_WEIGHT);
    localparam ZEROS = A_ZEROS < B_ZEROS ? A_ZEROS : B_ZEROS;
    localparam ODD = odd_part(A_WEIGHT);
    localparam JOINED = A_W + B_W > 6 && ODD == odd_part(B_WEIGHT);
    // a and b where they are joined, shifted against each other; the sign that both have is left to the product
    localparam BOTH_NEGATIVE = A_WEIGHT < 0 && B_WEIGHT < 0;
    localparam A_MINUS = A_WEIGHT < 0 && !BOTH_NEGATIVE;
    localparam B_MINUS = B_WEIGHT < 0 && !BOTH_NEGATIVE;
    localparam JOINT_SIGNED = A_SIGNED != 0 || B_SIGNED != 0 || A_MINUS || B_MINUS;
    localparam A_JOINT_W = A_W + A_ZEROS - ZEROS + (JOINT_SIGNED && A_SIGNED == 0 ? 1 : 0);
    localparam B_JOINT_W = B_W + B_ZEROS - ZEROS + (JOINT_SIGNED && B_SIGNED == 0 ? 1 : 0);
    localparam JOINT_W = (A_JOINT_W > B_JOINT_W ? A_JOINT_W : B_JOINT_W) + 1;
    generate
        if (A_W < 1 || A_W > 48 || B_W < 1 || B_W > 48 || SUM_W < 1 || SUM_W > 64 || A_WEIGHT == 0 || B_WEIGHT == 0
            || A_WEIGHT >= 1 << 24 || -A_WEIGHT >= 1 << 24 || B_WEIGHT >= 1 << 24 || -B_WEIGHT >= 1 << 24) begin : gen_check_range
            weighted_pair_ERROR_parameter_out_of_range see_header ();
        end else if (JOINED && JOINT_W > 64) begin : gen_check_width
            weighted_pair_ERROR_sum_of_shifted_inputs_wider_than_64_bits see_header ();
        end else if (JOINED) begin : gen_joined
            wire [JOINT_W-1:0] wide_a = {{(JOINT_W - A_W){A_SIGNED != 0 && a[A_W-1]}}, a} << (A_ZEROS - ZEROS);
            wire [JOINT_W-1:0] wide_b = {{(JOINT_W - B_W){B_SIGNED != 0 && b[B_W-1]}}, b} << (B_ZEROS - ZEROS);
            wire [JOINT_W-1:0] joint;
            if (A_MINUS) begin : gen_b_minus_a
                assign joint = wide_b - wide_a;
            end else if (B_MINUS) begin : gen_a_minus_b
                assign joint = wide_a - wide_b;
            end else begin : gen_a_plus_b
                assign joint = wide_a + wide_b;
            end
            if (ODD == 1) begin : gen_unit
                localparam ALL_W = JOINT_W + ZEROS;
                wire [SUM_W-1:0] shifted;
                if (ALL_W < SUM_W) begin : gen_extend
                    assign shifted = {{(SUM_W - JOINT_W){JOINT_SIGNED && joint[JOINT_W-1]}}, joint} << ZEROS;
                end else begin : gen_cut
                    wire [ALL_W-1:0] all = {{ZEROS{1'b0}}, joint} << ZEROS;
                    assign shifted = all[SUM_W-1:0];
                    wire unused_all = &{1'b0, all};
                end
                assign sum = BOTH_NEGATIVE ? OFFSET - shifted : OFFSET + shifted;
                wire unused = &{1'b0, clk, rst, enable};
            end else begin : gen_product
                weighted_tables #(
                    .X_W(JOINT_W), .X_SIGNED(JOINT_SIGNED ? 1 : 0), .Y_W(0), .SUM_W(SUM_W), .OFFSET(OFFSET),
                    .X_WEIGHT(BOTH_NEGATIVE ? -(ODD << ZEROS) : ODD << ZEROS), .Y_WEIGHT(1)
                ) product (.clk(clk), .rst(rst), .enable(enable), .operands(joint), .sum(sum));
            end
        end else begin : gen_tables
            weighted_tables #(
                .X_W(A_W), .X_SIGNED(A_SIGNED), .X_WEIGHT(A_WEIGHT),
                .Y_W(B_W), .Y_SIGNED(B_SIGNED), .Y_WEIGHT(B_WEIGHT), .SUM_W(SUM_W), .OFFSET(OFFSET)
            ) tables (.clk(clk), .rst(rst), .enable(enable), .operands({b, a}), .sum(sum));
        end
    endgenerate
endmodule
`default_nettype wire
