// stream_register.v - two-entry skid buffer: cuts the valid/data path and the ready path of a stream.
//   m_axis_* come from registers; s_axis_tready is the inverse of a register, independent of m_axis_tready.
// Beat: WIDTH bits, opaque.  Latency 1 cycle; 1 beat/cycle, also after stalls.
// Reset: synchronous, active high, clears the two occupancy bits only.  Language: Verilog-2005.
// Test: sim/stream_register_tb.v, test/hw/stream.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module stream_register #(
    parameter WIDTH = 8  // bits per beat, >= 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output reg  [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready
);
    reg [WIDTH-1:0] spare;        // the beat that was under way when the output stalled
    reg             spare_valid;
    generate
        if (WIDTH < 1) begin : gen_check
            stream_register_ERROR_parameter_out_of_range see_header ();
        end
    endgenerate
    assign s_axis_tready = !spare_valid;
    initial {m_axis_tvalid, spare_valid} = 2'b00;
    always @(posedge clk) begin
        if (!spare_valid) spare <= s_axis_tdata;
        if (!m_axis_tvalid || m_axis_tready) begin
            m_axis_tdata  <= spare_valid ? spare : s_axis_tdata;
            m_axis_tvalid <= spare_valid || s_axis_tvalid;
            spare_valid   <= 1'b0;
        end else if (s_axis_tvalid) begin
            spare_valid <= 1'b1;
        end
        if (rst) {m_axis_tvalid, spare_valid} <= 2'b00;
    end
endmodule
`default_nettype wire
