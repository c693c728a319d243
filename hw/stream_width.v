// stream_width.v - regroup a stream of lanes into narrower or wider beats; lane 0 comes first and lies lowest.
// Beat: IN_LANES lanes in, OUT_LANES lanes out, LANE_W bits each; one lane count divides the other.
// Latency 1 cycle from the beat that completes an output beat (0 with equal lane counts, which are plain wires).
// Throughput: the narrow side moves 1 beat/cycle without bubbles; the next beat of the input is taken in the cycle in
//   which the last piece of the previous one leaves.  s_axis_tready depends on m_axis_tready.
// Reset: synchronous, active high, clears the piece counter and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/stream_width_tb.v, test/hw/stream.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module stream_width #(
    parameter LANE_W    = 8,  // bits per lane, >= 1
    parameter IN_LANES  = 4,  // lanes per input beat, >= 1
    parameter OUT_LANES = 2   // lanes per output beat, >= 1, a divisor or a multiple of IN_LANES
) (
    input  wire                        clk,
    input  wire                        rst,
    input  wire [IN_LANES*LANE_W-1:0]  s_axis_tdata,
    input  wire                        s_axis_tvalid,
    output wire                        s_axis_tready,
    output wire [OUT_LANES*LANE_W-1:0] m_axis_tdata,
    output wire                        m_axis_tvalid,
    input  wire                        m_axis_tready
);
    localparam IN_W = IN_LANES * LANE_W;
    localparam OUT_W = OUT_LANES * LANE_W;
    generate
        if (LANE_W < 1 || IN_LANES < 1 || OUT_LANES < 1) begin : gen_check_range
            stream_width_ERROR_parameter_out_of_range see_header ();
        end else if (IN_LANES % OUT_LANES != 0 && OUT_LANES % IN_LANES != 0) begin : gen_check_ratio
            stream_width_ERROR_lane_counts_do_not_divide see_header ();
        end
        if (IN_LANES == OUT_LANES) begin : gen_wires
            assign m_axis_tdata = s_axis_tdata;
            assign m_axis_tvalid = s_axis_tvalid;
            assign s_axis_tready = m_axis_tready;
            wire unused = &{1'b0, clk, rst};
        end else if (IN_LANES > OUT_LANES) begin : gen_split
            localparam PIECES = IN_LANES / OUT_LANES;
            localparam COUNT_W = $clog2(PIECES);
            localparam [31:0] LAST = PIECES - 1;
            reg [IN_W-1:0] pieces;     // the next piece to leave lies lowest
            reg [COUNT_W-1:0] behind;  // pieces that follow the present one
            reg valid;
            assign m_axis_tdata = pieces[OUT_W-1:0];
            assign m_axis_tvalid = valid;
            assign s_axis_tready = !valid || (m_axis_tready && behind == 0);
            initial valid = 1'b0;
            always @(posedge clk) begin
                if (s_axis_tready) begin
                    pieces <= s_axis_tdata;
                    behind <= LAST[COUNT_W-1:0];
                    valid <= s_axis_tvalid;
                end else if (m_axis_tready) begin
                    pieces <= {{OUT_W{1'b0}}, pieces[IN_W-1:OUT_W]};
                    behind <= behind - 1;
                end
                if (rst) valid <= 1'b0;
            end
        end else begin : gen_join
            localparam PIECES = OUT_LANES / IN_LANES;
            localparam COUNT_W = $clog2(PIECES);
            localparam [31:0] LAST = PIECES - 1;
            reg [OUT_W-1:0] pieces;   // enter at the top, so that the first one ends up lowest
            reg [COUNT_W-1:0] taken;  // pieces of the output beat in the making
            reg valid;
            assign m_axis_tdata = pieces;
            assign m_axis_tvalid = valid;
            assign s_axis_tready = !valid || m_axis_tready;
            initial {valid, taken} = 0;
            always @(posedge clk) begin
                if (s_axis_tready) begin
                    valid <= s_axis_tvalid && taken == LAST[COUNT_W-1:0];
                    if (s_axis_tvalid) begin
                        pieces <= {s_axis_tdata, pieces[OUT_W-1:IN_W]};
                        taken <= taken == LAST[COUNT_W-1:0] ? 0 : taken + 1;
                    end
                end
                if (rst) {valid, taken} <= 0;
            end
        end
    endgenerate
endmodule
`default_nettype wire
