// stream_concat.v - channels of two images side by side: per pixel FOLDS_A beats of s_axis, then FOLDS_B of s2_axis.
// Beat: WIDTH bits, opaque.  Latency 1 cycle; 1 beat/cycle, also after stalls and when the input changes.
// s_axis_tready and s2_axis_tready depend on m_axis_tready, and on no valid of an input.
// Reset: synchronous, active high, clears the beat counter and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/stream_concat_tb.v, test/hw/branches.test.ts.
`default_nettype none
module stream_concat #(
    parameter WIDTH   = 8,  // bits per beat, >= 1
    parameter FOLDS_A = 1,  // beats per pixel of s_axis, >= 1
    parameter FOLDS_B = 1   // beats per pixel of s2_axis, >= 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    input  wire [WIDTH-1:0] s2_axis_tdata,
    input  wire             s2_axis_tvalid,
    output wire             s2_axis_tready,
    output reg  [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready
);
    localparam FOLDS = FOLDS_A + FOLDS_B;
    localparam [31:0] LAST_A = FOLDS_A - 1;
    reg second;  // the next beat is one of s2_axis
    wire [$clog2(FOLDS)-1:0] beat;
    wire last;
    wire enable = !m_axis_tvalid || m_axis_tready;
    wire move = enable && (second ? s2_axis_tvalid : s_axis_tvalid);
    generate
        if (WIDTH < 1 || FOLDS_A < 1 || FOLDS_B < 1) begin : gen_check
            stream_concat_ERROR_parameter_out_of_range see_header ();
        end
    endgenerate
    wrap_counter #(.COUNT(FOLDS)) beats (.clk(clk), .rst(rst), .step(move), .value(beat), .last(last));
    assign s_axis_tready = enable && !second;
    assign s2_axis_tready = enable && second;
    initial {second, m_axis_tvalid} = 2'b00;
    always @(posedge clk) begin
        if (enable) begin
            m_axis_tdata <= second ? s2_axis_tdata : s_axis_tdata;
            m_axis_tvalid <= move;
        end
        if (move && last) second <= 1'b0;
        else if (move && beat == LAST_A[$clog2(FOLDS)-1:0]) second <= 1'b1;
        if (rst) {second, m_axis_tvalid} <= 2'b00;
    end
endmodule
`default_nettype wire
