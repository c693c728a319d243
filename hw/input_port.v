// input_port.v - byte-aligned lanes to packed codes: keeps the low LANE_W of every PITCH bits.
// Beat: LANES values of PITCH bits in, LANES values of LANE_W bits out; lane 0 in the low bits.
// Latency 1 cycle; 1 beat/cycle, also after stalls.  s_axis_tready and m_axis_* are registers of stream_register.
// Reset: synchronous, active high, clears the two occupancy bits only.  Language: Verilog-2005.
// Test: sim/input_port_tb.v, test/hw/ports.test.ts.
`default_nettype none
module input_port #(
    parameter LANES  = 2,  // values per beat, >= 1
    parameter LANE_W = 4,  // bits per value, 1 .. PITCH
    parameter PITCH  = 8   // bits per input lane, a multiple of 8
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire [LANES*PITCH-1:0]  s_axis_tdata,
    input  wire                    s_axis_tvalid,
    output wire                    s_axis_tready,
    output wire [LANES*LANE_W-1:0] m_axis_tdata,
    output wire                    m_axis_tvalid,
    input  wire                    m_axis_tready
);
    wire [LANES*LANE_W-1:0] packed_data;
    wire unused = &{1'b0, s_axis_tdata};  // the bits above LANE_W
    genvar n;
    generate
        if (LANES < 1 || LANE_W < 1 || LANE_W > PITCH || PITCH < 8 || PITCH % 8 != 0) begin : gen_check
            input_port_ERROR_parameter_out_of_range see_header ();
        end
        for (n = 0; n < LANES; n = n + 1) begin : gen_lane
            assign packed_data[n*LANE_W +: LANE_W] = s_axis_tdata[n*PITCH +: LANE_W];
        end
    endgenerate
    stream_register #(.WIDTH(LANES * LANE_W)) register (
        .clk(clk),
        .rst(rst),
        .s_axis_tdata(packed_data),
        .s_axis_tvalid(s_axis_tvalid),
        .s_axis_tready(s_axis_tready),
        .m_axis_tdata(m_axis_tdata),
        .m_axis_tvalid(m_axis_tvalid),
        .m_axis_tready(m_axis_tready)
    );
endmodule
`default_nettype wire
