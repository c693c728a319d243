// matrix_vector.v - the same folded matrix-vector product as hw/matrix_vector.v, written as FPGA tools are usually given it:
//   accumulator = accumulator + sum of a * w, and nothing said about how.  For measurements only; no design gets it.
//   The ROM, the streams and the counters are those of hw/matrix_vector.v, so that only the arithmetic differs.
// Accumulators are two's complement, of ACC_W bits; the sum of one cycle's products has the bits it needs, ACC_W at most.
// Latency 3 cycles from the last beat of a row to its output; 1 beat/cycle.  Reset: as in hw/.  Language: Verilog-2005.
`default_nettype none
module matrix_vector #(
    parameter PE           = 2,   // neurons in parallel
    parameter SIMD         = 4,   // inputs in parallel
    parameter SYNAPSE_FOLD = 2,   // input beats per row
    parameter NEURON_FOLD  = 2,   // rows per PE
    parameter A_W          = 4,   // bits per activation, unsigned
    parameter W_W          = 4,   // bits per weight, two's complement
    parameter ACC_W        = 12,  // bits per accumulator
    parameter BLOCK        = 0,   // 1: weights in block RAM; 0: in LUTs
    parameter WEIGHTS      = ""   // path prefix of the weight files
) (
    input  wire                clk,
    input  wire                rst,
    input  wire [SIMD*A_W-1:0] s_axis_tdata,
    input  wire                s_axis_tvalid,
    output wire                s_axis_tready,
    output wire [PE*ACC_W-1:0] m_axis_tdata,
    output reg                 m_axis_tvalid,
    input  wire                m_axis_tready
);
    localparam DEPTH = NEURON_FOLD * SYNAPSE_FOLD;
    localparam ADDRESS_W = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam SYNAPSE_W = SYNAPSE_FOLD > 1 ? $clog2(SYNAPSE_FOLD) : 1;
    localparam NEED_W = A_W + W_W + $clog2(SIMD);  // holds SIMD products
    localparam DOT_W = NEED_W < ACC_W ? NEED_W : ACC_W;

    wire enable = !m_axis_tvalid || m_axis_tready;
    wire last, unused_last_address;
    wire [ADDRESS_W-1:0] address;
    wire [SYNAPSE_W-1:0] unused_synapse;
    reg [SIMD*A_W-1:0] activations;  // beside the ROM's data register
    reg [1:0] valid, lasts;          // bit 0: beside the activations; bit 1: beside the dot products
    wire row_done = enable && valid[1] && lasts[1];

    assign s_axis_tready = enable;
    initial {valid, m_axis_tvalid} = 3'b000;
    always @(posedge clk) begin
        if (enable) begin
            activations   <= s_axis_tdata;
            valid         <= {valid[0], s_axis_tvalid};
            lasts         <= {lasts[0], last};
            m_axis_tvalid <= valid[1] && lasts[1];
        end
        if (rst) begin
            activations <= {SIMD*A_W{1'b0}};
            {valid, lasts, m_axis_tvalid} <= 5'b00000;
        end
    end

    wrap_counter #(.COUNT(DEPTH)) address_counter (
        .clk(clk), .rst(rst), .step(enable && s_axis_tvalid), .value(address), .last(unused_last_address)
    );
    wrap_counter #(.COUNT(SYNAPSE_FOLD)) synapse_counter (
        .clk(clk), .rst(rst), .step(enable && s_axis_tvalid), .value(unused_synapse), .last(last)
    );

    genvar p;
    generate
        for (p = 0; p < PE; p = p + 1) begin : gen_pe
            localparam [23:0] NUMBER = "000" + (p / 100) * 65536 + (p / 10 % 10) * 256 + p % 10;
            wire [SIMD*W_W-1:0] weights;
            reg signed [DOT_W-1:0] dot, dot_held;
            reg signed [ACC_W-1:0] accumulator, result;
            wire signed [ACC_W-1:0] accumulated = accumulator + dot_held;
            integer i;
            (* operand_side *)  // as in hw/
            rom #(
                .WIDTH(SIMD * W_W),
                .DEPTH(DEPTH),
                .BLOCK(BLOCK),
                .FILE(WEIGHTS == "" ? "" : {WEIGHTS, "_pe", NUMBER, ".mem"})
            ) weight_rom (
                .clk(clk), .enable(enable), .address(address), .data(weights)
            );
            always @* begin
                dot = {DOT_W{1'b0}};
                for (i = 0; i < SIMD; i = i + 1)
                    dot = dot + $signed({1'b0, activations[i*A_W +: A_W]}) * $signed(weights[i*W_W +: W_W]);
            end
            initial accumulator = {ACC_W{1'b0}};
            always @(posedge clk) begin
                if (enable) dot_held <= dot;
                if (rst || row_done) accumulator <= {ACC_W{1'b0}};
                else if (enable && valid[1]) accumulator <= accumulated;
                if (row_done) result <= accumulated;
            end
            assign m_axis_tdata[p*ACC_W +: ACC_W] = result;
        end
    endgenerate
endmodule
`default_nettype wire
