// popcount_dot.v - how many lanes of two bit vectors agree, modulo 2^Y_W.
//   The dot product of bipolar vectors (0 is -1, 1 is +1) is 2 * agreements - SIMD.
//   Three lanes are six bits: two LUT6 give the ones and the twos bit of their count; bit_count adds these up.
// Lanes: lane 0 in the low bits.  Latency 0, or 1 with PIPELINE; 1 count/cycle, registers hold while enable is low.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/popcount_dot_tb.v, test/hw/popcount_dot.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module popcount_dot #(
    parameter SIMD     = 8,  // lanes, >= 1
    parameter PIPELINE = 0,  // 1: registers behind the bits of the triples
    parameter Y_W      = 4   // bits of the count, >= 1; exact when >= clog2(SIMD + 1)
) (
    input  wire            clk,     // used with PIPELINE only
    input  wire            enable,
    input  wire [SIMD-1:0] activations,
    input  wire [SIMD-1:0] weights,
    output wire [Y_W-1:0]  agreements
);
    localparam TRIPLES = (SIMD + 2) / 3;
    localparam COUNT_W = $clog2(TRIPLES + 1);
    wire [SIMD-1:0] agree = activations ~^ weights;
    wire [3*TRIPLES-1:0] padded = {{(3 * TRIPLES - SIMD){1'b0}}, agree};
    wire [TRIPLES-1:0] ones, twos, ones_used, twos_used;
    wire [COUNT_W-1:0] count_ones, count_twos;
    wire [COUNT_W+1:0] total = {2'b0, count_ones} + {1'b0, count_twos, 1'b0};
    genvar t;
    generate
        if (SIMD < 1 || Y_W < 1) begin : gen_check
            popcount_dot_ERROR_parameter_out_of_range see_header ();
        end
        for (t = 0; t < TRIPLES; t = t + 1) begin : gen_triple
            wire [2:0] b = padded[3*t +: 3];
            assign ones[t] = ^b;
            assign twos[t] = (b[0] & b[1]) | (b[0] & b[2]) | (b[1] & b[2]);
        end
        if (PIPELINE != 0) begin : gen_registered
            reg [TRIPLES-1:0] ones_held, twos_held;
            always @(posedge clk) if (enable) {ones_held, twos_held} <= {ones, twos};
            assign {ones_used, twos_used} = {ones_held, twos_held};
        end else begin : gen_through
            assign {ones_used, twos_used} = {ones, twos};
            wire unused_clock = &{1'b0, clk, enable};
        end
        if (Y_W > COUNT_W + 2) begin : gen_extend
            assign agreements = {{(Y_W - COUNT_W - 2){1'b0}}, total};
        end else begin : gen_truncate
            assign agreements = total[Y_W-1:0];
            wire unused = &{1'b0, total};
        end
    endgenerate
    bit_count #(.N(TRIPLES)) ones_count (.bits(ones_used), .y(count_ones));
    bit_count #(.N(TRIPLES)) twos_count (.bits(twos_used), .y(count_twos));
endmodule
`default_nettype wire
