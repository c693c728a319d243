// stream_fork.v - every beat to two outputs; each takes it when it likes, and the next beat follows when both have.
//   One register for the data and a flag per output: no output is more than one beat ahead of the other.
// Beat: WIDTH bits, opaque.  Latency 1 cycle; 1 beat/cycle, also after stalls.
// No valid depends on a ready; s_axis_tready depends on m_axis_tready and m2_axis_tready.
// Reset: synchronous, active high, clears both flags.  Language: Verilog-2005.
// Test: sim/stream_fork_tb.v, test/hw/branches.test.ts.
`default_nettype none
module stream_fork #(
    parameter WIDTH = 8  // bits per beat, >= 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output wire [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready,
    output wire [WIDTH-1:0] m2_axis_tdata,
    output reg              m2_axis_tvalid,
    input  wire             m2_axis_tready
);
    reg [WIDTH-1:0] data;
    generate
        if (WIDTH < 1) begin : gen_check
            stream_fork_ERROR_parameter_out_of_range see_header ();
        end
    endgenerate
    assign m_axis_tdata = data;
    assign m2_axis_tdata = data;
    assign s_axis_tready = (!m_axis_tvalid || m_axis_tready) && (!m2_axis_tvalid || m2_axis_tready);
    initial {m_axis_tvalid, m2_axis_tvalid} = 2'b00;
    always @(posedge clk) begin
        if (s_axis_tready) begin
            data <= s_axis_tdata;
            {m_axis_tvalid, m2_axis_tvalid} <= {2{s_axis_tvalid}};
        end else begin
            if (m_axis_tready) m_axis_tvalid <= 1'b0;
            if (m2_axis_tready) m2_axis_tvalid <= 1'b0;
        end
        if (rst) {m_axis_tvalid, m2_axis_tvalid} <= 2'b00;
    end
endmodule
`default_nettype wire
