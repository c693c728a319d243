// upsample.v - nearest neighbour: every pixel FACTOR_W times, every row FACTOR_H times; an image of NHWC order in and out.
//   With FACTOR_H > 1 holds two rows, otherwise two pixels, and with both factors 1 it is a register.
//   Writes the next row (pixel) while the present one is replayed.
// Beat: WIDTH bits, the lanes of one pixel; FOLDS beats a pixel.  Rows are counted by COLUMNS, images need no mark.
// Throughput: 1 beat/cycle at the output, no bubble within and between rows that are there.
// Latency 2 cycles from a beat taken to its first copy offered (1 with both factors 1), when it is the next in order.
// Memory: 2*FOLDS*COLUMNS words (2*FOLDS with FACTOR_H = 1).  s_axis_tready depends on registers only (with both
//   factors 1 on m_axis_tready).
// Reset: synchronous, active high, clears control.  Language: Verilog-2005.
// Test: sim/upsample_tb.v, test/hw/rows.test.ts, test/hw/memories.test.ts.
`default_nettype none
module upsample #(
    parameter WIDTH    = 8,  // bits per beat, >= 1
    parameter COLUMNS  = 4,  // pixels per input row, >= 1
    parameter FOLDS    = 1,  // beats per pixel, >= 1
    parameter FACTOR_H = 2,  // output rows per input row, >= 1
    parameter FACTOR_W = 2,  // output columns per input column, >= 1
    parameter BLOCK    = 0   // 1: block RAM; 0: LUT RAM
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output wire [WIDTH-1:0] m_axis_tdata,
    output wire             m_axis_tvalid,
    input  wire             m_axis_tready
);
    localparam ROW = FACTOR_H > 1 ? COLUMNS : 1;  // pixels in store
    // where pixels are not repeated, the two inner loops are one
    localparam INNER = FACTOR_W > 1 ? FOLDS : ROW * FOLDS;
    localparam OUTER = FACTOR_W > 1 ? ROW : 1;
    generate
        if (WIDTH < 1 || COLUMNS < 1 || FOLDS < 1 || FACTOR_H < 1 || FACTOR_W < 1 || BLOCK < 0 || BLOCK > 1) begin : gen_check
            upsample_ERROR_parameter_out_of_range see_header ();
        end
        if (FACTOR_H == 1 && FACTOR_W == 1) begin : gen_register
            reg [WIDTH-1:0] data;
            reg valid;
            assign {m_axis_tdata, m_axis_tvalid} = {data, valid};
            assign s_axis_tready = !valid || m_axis_tready;
            initial valid = 1'b0;
            always @(posedge clk) begin
                if (s_axis_tready) {data, valid} <= {s_axis_tdata, s_axis_tvalid};
                if (rst) valid <= 1'b0;
            end
        end else begin : gen_replay
            row_buffer #(
                .WIDTH(WIDTH), .WORDS(ROW * FOLDS), .BLOCK(BLOCK),
                .COUNT_0(INNER), .STRIDE_0(1),
                .COUNT_1(FACTOR_W), .STRIDE_1(0),
                .COUNT_2(OUTER), .STRIDE_2(FOLDS),
                .COUNT_3(FACTOR_H), .STRIDE_3(0)
            ) rows (
                .clk(clk), .rst(rst),
                .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
                .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready)
            );
        end
    endgenerate
endmodule
`default_nettype wire
