// popcount_few.v - how many of a few lanes of two bit vectors agree: for arrays whose count goes into an accumulator.
//   Three lanes are six bits: two LUT6 give the ones and the twos bit of their count.  These are registered, and the
//   rest of the count merges with the adder behind this module.  For many lanes that path would be long: popcount_dot.
//   agreements = count + carry, modulo 2^Y_W.  CARRY = 1: the last ones bit stays outside, for the carry input of the
//   adder behind; then with up to nine lanes every bit of the count is a function of five bits, which merges with a bit
//   of the accumulator into one LUT6.
// Lanes: lane 0 in the low bits.  Latency 1 cycle; registers hold while enable is low.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/matrix_vector_tb.v, test/hw/matrix_vector.test.ts.
`default_nettype none
module popcount_few #(
    parameter SIMD  = 8,  // lanes, 1 .. 18
    parameter CARRY = 0,  // 1: count lacks the bit that carry holds; 0: carry is 0
    parameter Y_W   = 4   // bits of the count, >= 1; exact when >= clog2(SIMD + 1)
) (
    input  wire            clk,
    input  wire            enable,
    input  wire [SIMD-1:0] activations,
    input  wire [SIMD-1:0] weights,
    output wire [Y_W-1:0]  count,
    output wire            carry
);
    localparam TRIPLES = (SIMD + 2) / 3;
    localparam PAIRS = SIMD % 3 == 1 ? TRIPLES - 1 : TRIPLES;  // a single last lane has no twos bit
    localparam [TRIPLES-1:0] NOT_LAST = {TRIPLES{1'b1}} >> 1;
    // padding agrees never: its weights are the complement of its activations
    wire [3*TRIPLES-1:0] a = {{(3 * TRIPLES - SIMD){1'b0}}, activations};
    wire [3*TRIPLES-1:0] not_w = {{(3 * TRIPLES - SIMD){1'b0}}, ~weights};
    wire [3*TRIPLES-1:0] agree = a ^ not_w;
    reg [TRIPLES-1:0] ones, twos;
    integer t;
    always @(posedge clk)
        if (enable)
            for (t = 0; t < TRIPLES; t = t + 1) begin
                ones[t] <= ^a[3*t +: 3] ^ ^not_w[3*t +: 3];
                twos[t] <= (agree[3*t] & agree[3*t+1]) | (agree[3*t] & agree[3*t+2]) | (agree[3*t+1] & agree[3*t+2]);
            end

    wire [6:0] low_bits = {{(7 - TRIPLES){1'b0}}, CARRY != 0 ? ones & NOT_LAST : ones};
    wire [6:0] high_bits = {{(7 - TRIPLES){1'b0}}, twos};
    wire [2:0] low;             // of weight 1, 2, 4
    wire [3:0] total_upper;     // of weight 2 and more
    wire [4:0] total = {total_upper, low[0]};
    assign carry = CARRY != 0 && ones[TRIPLES-1];
    wire unused_bits = &{1'b0, low_bits[6], high_bits[6:5]};
    bit_count #(.N(6)) ones_count (.bits(low_bits[5:0]), .y(low));
    generate
        if (SIMD < 1 || SIMD > 18 || Y_W < 1) begin : gen_check
            popcount_few_ERROR_parameter_out_of_range see_header ();
        end
        if (PAIRS <= 5) begin : gen_gates
            // the ones' carry is one more twos bit, and no adder is needed but the one behind
            wire [2:0] upper;
            bit_count #(.N(6)) twos_count (.bits({high_bits[4:0], low[1]}), .y(upper));
            assign total_upper = {upper[2] & upper[1] & low[2], upper[2] ^ (upper[1] & low[2]), upper[1] ^ low[2], upper[0]};
        end else begin : gen_adder
            wire [2:0] upper;
            bit_count #(.N(6)) twos_count (.bits(high_bits[5:0]), .y(upper));
            assign total_upper = {2'b00, low[2:1]} + {1'b0, upper};
        end
        if (Y_W > 5) begin : gen_extend
            assign count = {{(Y_W - 5){1'b0}}, total};
        end else begin : gen_truncate
            assign count = total[Y_W-1:0];
            wire unused = &{1'b0, total};
        end
    endgenerate
endmodule
`default_nettype wire
