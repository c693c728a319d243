// popcount_few.v - how many of a few lanes of two bit vectors agree: for arrays whose count goes into an accumulator.
//   Three lanes are six bits: two LUT6 give the ones and the twos bit of their count.  These are registered, and the
//   rest of the count merges with the adder behind this module.  For many lanes that path would be long: popcount_dot.
// Lanes: lane 0 in the low bits.  Latency 1 cycle; registers hold while enable is low.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/matrix_vector_tb.v, test/hw/matrix_vector.test.ts.
`default_nettype none
module popcount_few #(
    parameter SIMD = 8,  // lanes, 1 .. 18
    parameter Y_W  = 4   // bits of the count, >= 1; exact when >= clog2(SIMD + 1)
) (
    input  wire            clk,
    input  wire            enable,
    input  wire [SIMD-1:0] activations,
    input  wire [SIMD-1:0] weights,
    output wire [Y_W-1:0]  agreements
);
    localparam TRIPLES = (SIMD + 2) / 3;
    localparam PAIRS = SIMD % 3 == 1 ? TRIPLES - 1 : TRIPLES;  // a single last lane has no twos bit
    localparam ONES_W = $clog2(TRIPLES + 1);
    localparam TWOS_W = PAIRS > 0 ? $clog2(PAIRS + 1) : 1;
    wire [SIMD-1:0] agree = activations ~^ weights;
    wire [3*TRIPLES-1:0] padded = {{(3 * TRIPLES - SIMD){1'b0}}, agree};
    reg [TRIPLES-1:0] ones, twos;
    wire [ONES_W-1:0] count_ones;
    wire [TWOS_W-1:0] count_twos;
    wire [4:0] total;  // at most 18
    integer t;
    always @(posedge clk)
        if (enable)
            for (t = 0; t < TRIPLES; t = t + 1) begin
                ones[t] <= ^padded[3*t +: 3];
                twos[t] <= (padded[3*t] & padded[3*t+1]) | (padded[3*t] & padded[3*t+2]) | (padded[3*t+1] & padded[3*t+2]);
            end
    wire unused = &{1'b0, twos, total};
    generate
        if (SIMD < 1 || SIMD > 18 || Y_W < 1) begin : gen_check
            popcount_few_ERROR_parameter_out_of_range see_header ();
        end
        if (PAIRS > 0) begin : gen_twos
            bit_count #(.N(PAIRS)) twos_count (.bits(twos[PAIRS-1:0]), .y(count_twos));
        end else begin : gen_no_twos
            assign count_twos = 1'b0;
        end
        if (TRIPLES <= 3) begin : gen_gates
            // nine lanes at most: the ones' carry is a fourth twos bit, and no adder is needed
            wire [3:0] fours;  // bits of weight two
            wire [2:0] upper;
            wire [1:0] low = {{(2 - ONES_W){1'b0}}, count_ones};
            assign fours = {low[1], {(3 - TRIPLES){1'b0}}, twos};
            bit_count #(.N(4)) upper_count (.bits(fours), .y(upper));
            assign total = {1'b0, upper, low[0]};
            wire unused_count = &{1'b0, count_twos};
        end else begin : gen_adder
            wire [3:0] low = {{(4 - ONES_W){1'b0}}, count_ones};
            assign total[0] = low[0];
            assign total[4:1] = {1'b0, low[3:1]} + {{(4 - TWOS_W){1'b0}}, count_twos};
        end
        if (Y_W > 5) begin : gen_extend
            assign agreements = {{(Y_W - 5){1'b0}}, total};
        end else begin : gen_truncate
            assign agreements = total[Y_W-1:0];
        end
    endgenerate
    bit_count #(.N(TRIPLES)) ones_count (.bits(ones), .y(count_ones));
endmodule
`default_nettype wire
