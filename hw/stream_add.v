// stream_add.v - joins two streams: A_WEIGHT*a + B_WEIGHT*b + OFFSET in every lane, modulo 2^ACC_W.
//   An input waits in a register of its own for the other: a beat of either is taken whether or not the other is there.
// Beat: LANES values, lane 0 in the low bits; A_W bits each of s_axis, B_W of s2_axis, ACC_W of m_axis.
// Latency 2 + L cycles from the later of the two beats; 1 beat/cycle, also after stalls.  N bits enter the tables (see
//   weighted_pair.v; L = 0 without tables): GROUPS = 1 + ceil((N-6) / 5), L = floor((GROUPS-2) / 7), but at least 0;
//   that is 0 for N up to 41.  addLatency() in src/5-plan/add-latency.ts says the same.
// s_axis_tready and s2_axis_tready depend on m_axis_tready, and on no valid of an input.
// Reset: synchronous, active high, clears valids, and data that only waits in the tables.  Language: Verilog-2005.
// Test: sim/stream_add_tb.v, test/hw/stream_add.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module stream_add #(
    parameter LANES    = 4,           // values per beat, >= 1
    parameter A_W      = 8,           // bits per value of s_axis, 1 .. 48
    parameter A_SIGNED = 0,           // 1: they are two's complement
    parameter B_W      = 8,           // bits per value of s2_axis, 1 .. 48
    parameter B_SIGNED = 0,           // 1: they are two's complement
    parameter integer A_WEIGHT = 1,   // not 0, magnitude below 2^24
    parameter integer B_WEIGHT = 1,   // not 0, magnitude below 2^24
    parameter ACC_W    = 9,           // bits per value of m_axis, 1 .. 64
    parameter [ACC_W-1:0] OFFSET = {ACC_W{1'b0}}  // added constant, two's complement
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire [LANES*A_W-1:0]   s_axis_tdata,
    input  wire                   s_axis_tvalid,
    output wire                   s_axis_tready,
    input  wire [LANES*B_W-1:0]   s2_axis_tdata,
    input  wire                   s2_axis_tvalid,
    output wire                   s2_axis_tready,
    output reg  [LANES*ACC_W-1:0] m_axis_tdata,
    output wire                   m_axis_tvalid,
    input  wire                   m_axis_tready
);
    function integer trailing_zeros;
        input integer weight;
        begin
            trailing_zeros = 0;
            while (trailing_zeros < 31 && weight[trailing_zeros] == 1'b0) trailing_zeros = trailing_zeros + 1;
        end
    endfunction

    // Registers inside weighted_pair.
    function integer pair_latency;
        input integer unused;
        integer zeros_a, zeros_b, odd_a, odd_b, common, bits, wide_a, wide_b, is_signed;
        begin
            zeros_a = trailing_zeros(A_WEIGHT);
            zeros_b = trailing_zeros(B_WEIGHT);
            odd_a = (A_WEIGHT < 0 ? -A_WEIGHT : A_WEIGHT) >> zeros_a;
            odd_b = (B_WEIGHT < 0 ? -B_WEIGHT : B_WEIGHT) >> zeros_b;
            bits = A_W + B_W;
            if (bits > 6 && odd_a == odd_b) begin
                common = zeros_a < zeros_b ? zeros_a : zeros_b;
                is_signed = A_SIGNED != 0 || B_SIGNED != 0 || (A_WEIGHT < 0) != (B_WEIGHT < 0) ? 1 : 0;
                wide_a = A_W + zeros_a - common + (A_SIGNED == 0 ? is_signed : 0);
                wide_b = B_W + zeros_b - common + (B_SIGNED == 0 ? is_signed : 0);
                bits = odd_a == 1 ? 0 : (wide_a > wide_b ? wide_a : wide_b) + 1;
            end
            pair_latency = bits <= 11 ? 0 : ((bits - 2) / 5 - 1) / 7;
        end
    endfunction

    localparam STAGES = pair_latency(0) + 1;  // registers behind those that hold the inputs
    reg [LANES*A_W-1:0] a;
    reg [LANES*B_W-1:0] b;
    reg a_held, b_held;
    reg [STAGES-1:0] valids;  // bit s: stage s holds a beat
    wire [STAGES:0] next_valids = {valids, a_held && b_held};
    wire enable = !m_axis_tvalid || m_axis_tready;
    wire [LANES*ACC_W-1:0] sums;
    wire unused_valid = &{1'b0, next_valids[STAGES]};
    assign m_axis_tvalid = valids[STAGES-1];
    assign s_axis_tready = !a_held || (b_held && enable);
    assign s2_axis_tready = !b_held || (a_held && enable);
    initial {a_held, b_held, valids} = 0;
    always @(posedge clk) begin
        if (s_axis_tready) {a_held, a} <= {s_axis_tvalid, s_axis_tdata};
        if (s2_axis_tready) {b_held, b} <= {s2_axis_tvalid, s2_axis_tdata};
        if (enable) begin
            valids <= next_valids[STAGES-1:0];
            m_axis_tdata <= sums;
        end
        if (rst) {a_held, b_held, valids} <= 0;
    end
    genvar n;
    generate
        if (LANES < 1) begin : gen_check
            stream_add_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            weighted_pair #(
                .A_W(A_W), .A_SIGNED(A_SIGNED), .B_W(B_W), .B_SIGNED(B_SIGNED),
                .A_WEIGHT(A_WEIGHT), .B_WEIGHT(B_WEIGHT), .SUM_W(ACC_W), .OFFSET(OFFSET)
            ) pair (
                .clk(clk), .rst(rst), .enable(enable),
                .a(a[n*A_W +: A_W]), .b(b[n*B_W +: B_W]), .sum(sums[n*ACC_W +: ACC_W])
            );
        end
    endgenerate
endmodule
`default_nettype wire
