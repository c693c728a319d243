// output_port.v - values of the last layer to byte-aligned lanes with tlast: y = STEP * x + OFFSET, modulo 2^OUT_W.
//   Undoes what the engines leave out, as 2*count - inputs for bipolar products.
// Beat: LANES values of IN_W bits in, LANES values of PITCH bits out, sign- or zero-extended; lane 0 in the low bits.
// m_axis_tlast marks the last of every BEATS beats.
// Latency 1 cycle; 1 beat/cycle, also after stalls.  s_axis_tready depends on m_axis_tready.
// Reset: synchronous, active high, clears m_axis_tvalid and the beat counter.  Language: Verilog-2005.
// Test: sim/output_port_tb.v, test/hw/ports.test.ts.
`default_nettype none
module output_port #(
    parameter LANES     = 2,          // values per beat, >= 1
    parameter IN_W      = 4,          // bits per input value, >= 1
    parameter IN_SIGNED = 0,          // 1: input values are two's complement
    parameter integer STEP   = 1,     // factor, signed
    parameter integer OFFSET = 0,     // constant, signed
    parameter OUT_W      = 4,         // bits of the result that count, 1 .. PITCH
    parameter OUT_SIGNED = 0,         // 1: the result is two's complement and is sign-extended
    parameter PITCH      = 8,         // bits per output lane: 8, 16, 32 or 64
    parameter BEATS      = 1          // beats per inference, >= 1
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire [LANES*IN_W-1:0]  s_axis_tdata,
    input  wire                   s_axis_tvalid,
    output wire                   s_axis_tready,
    output reg  [LANES*PITCH-1:0] m_axis_tdata,
    output reg                    m_axis_tlast,
    output reg                    m_axis_tvalid,
    input  wire                   m_axis_tready
);
    function [63:0] sign_extended;
        input integer value;
        sign_extended = {{32{value[31]}}, value};
    endfunction
    localparam [63:0] WIDE_STEP = sign_extended(STEP);
    localparam [63:0] WIDE_OFFSET = sign_extended(OFFSET);
    localparam BEAT_W = BEATS > 1 ? $clog2(BEATS) : 1;
    wire last;
    wire [BEAT_W-1:0] unused_beat;
    wire [LANES*PITCH-1:0] y;
    assign s_axis_tready = !m_axis_tvalid || m_axis_tready;
    initial m_axis_tvalid = 1'b0;
    always @(posedge clk) begin
        if (s_axis_tready) {m_axis_tvalid, m_axis_tlast, m_axis_tdata} <= {s_axis_tvalid, last, y};
        if (rst) m_axis_tvalid <= 1'b0;
    end
    wrap_counter #(.COUNT(BEATS)) beat_counter (
        .clk(clk), .rst(rst), .step(s_axis_tready && s_axis_tvalid), .value(unused_beat), .last(last)
    );
    genvar n;
    generate
        if (LANES < 1 || IN_W < 1 || OUT_W < 1 || OUT_W > PITCH || BEATS < 1
            || (PITCH != 8 && PITCH != 16 && PITCH != 32 && PITCH != 64)) begin : gen_check
            output_port_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            wire [IN_W-1:0] x = s_axis_tdata[n*IN_W +: IN_W];
            wire [OUT_W-1:0] wide;    // x modulo 2^OUT_W
            wire [OUT_W-1:0] result = wide * WIDE_STEP[OUT_W-1:0] + WIDE_OFFSET[OUT_W-1:0];
            if (OUT_W > IN_W) begin : gen_extend
                assign wide = {{(OUT_W - IN_W){IN_SIGNED != 0 && x[IN_W-1]}}, x};
            end else begin : gen_truncate
                assign wide = x[OUT_W-1:0];
                wire unused = &{1'b0, x};
            end
            assign y[n*PITCH +: PITCH] = {{(PITCH - OUT_W){OUT_SIGNED != 0 && result[OUT_W-1]}}, result};
        end
    endgenerate
endmodule
`default_nettype wire
