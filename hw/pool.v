// pool.v - the maximum or the sum of TAPS beats, lane by lane.
//   Stands behind a sliding_window with CHANNEL_MAJOR = 1, whose TAPS = KERNEL_H*KERNEL_W beats are a window of LANES channels.
// Beat in: LANES values of IN_W bits; beat out: LANES results of OUT_W bits, one for TAPS beats.  Lane 0 in the low bits.
// Latency 1 cycle from the last beat of a window to its result; 1 beat/cycle, no bubbles between windows.
// s_axis_tready depends on m_axis_tready: a result that is not taken stops the input, as its register gathers the next.
// Reset: synchronous, active high, clears the counter and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/pool_tb.v, test/hw/pool.test.ts.
`default_nettype none
module pool #(
    parameter LANES  = 2,  // values per beat, >= 1
    parameter IN_W   = 4,  // bits of a value, >= 1
    parameter OUT_W  = 8,  // bits of a result, >= 1: sums are modulo 2^OUT_W; >= IN_W for maxima, which are extended
    parameter SIGNED = 0,  // 1: values are two's complement; 0: unsigned
    parameter TAPS   = 4,  // beats per result, >= 1
    parameter MODE   = 0   // 0: maximum; 1: sum
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire [LANES*IN_W-1:0]  s_axis_tdata,
    input  wire                   s_axis_tvalid,
    output wire                   s_axis_tready,
    output reg  [LANES*OUT_W-1:0] m_axis_tdata,
    output reg                    m_axis_tvalid,
    input  wire                   m_axis_tready
);
    wire enable = !m_axis_tvalid || m_axis_tready;
    wire accept = enable && s_axis_tvalid;
    wire last;   // the beat offered is the last of its window
    reg  first;  // it is the first
    wire [LANES*OUT_W-1:0] gathered;
    wire [(TAPS > 1 ? $clog2(TAPS) : 1)-1:0] unused_tap;
    wrap_counter #(.COUNT(TAPS)) tap_counter (
        .clk(clk), .rst(rst), .step(accept), .value(unused_tap), .last(last)
    );
    genvar lane;
    generate
        if (LANES < 1 || IN_W < 1 || OUT_W < 1 || SIGNED < 0 || SIGNED > 1 || TAPS < 1 || MODE < 0 || MODE > 1
            || (MODE == 0 && OUT_W < IN_W)) begin : gen_check
            pool_ERROR_parameter_out_of_range see_header ();
        end
        for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
            pool_lane #(.IN_W(IN_W), .OUT_W(OUT_W), .SIGNED(SIGNED), .MODE(MODE)) gather (
                .first(first), .partial(m_axis_tdata[lane*OUT_W +: OUT_W]), .x(s_axis_tdata[lane*IN_W +: IN_W]),
                .y(gathered[lane*OUT_W +: OUT_W])
            );
        end
    endgenerate
    assign s_axis_tready = enable;
    initial {first, m_axis_tvalid} = 2'b10;
    always @(posedge clk) begin
        if (accept) m_axis_tdata <= gathered;
        if (accept) first <= last;
        if (enable) m_axis_tvalid <= s_axis_tvalid && last;
        if (rst) {first, m_axis_tvalid} <= 2'b10;
    end
endmodule
`default_nettype wire
