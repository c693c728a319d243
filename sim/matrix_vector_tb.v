// matrix_vector_tb.v - bench of hw/matrix_vector.v: words of input.mem in, words of expected.mem out (see stream_tb.v).
//   Weights in w_pe000.mem, w_pe001.mem, ...; start values in s_pe000.mem, ... (with START_ROM).
`default_nettype none
`timescale 1ns / 1ns
module matrix_vector_tb;
    parameter PE = 2;
    parameter SIMD = 4;
    parameter SYNAPSE_FOLD = 2;
    parameter NEURON_FOLD = 2;
    parameter A_W = 4;
    parameter A_KIND = 0;
    parameter W_W = 4;
    parameter W_KIND = 1;
    parameter CHAIN = 4;
    parameter PIPELINE = 0;
    parameter START_ROM = 0;
    parameter ACC_W = 12;
    parameter [PE*6-1:0] PE_ACC_W = 0;
    parameter SIGNED = 0;
    parameter [ACC_W-1:0] INIT = 0;
    parameter BLOCK = 0;
    parameter SEPARATE = 0;
    localparam IN_W = (SEPARATE != 0 ? PE : 1) * SIMD * A_W;
    parameter WEIGHTS = "w";
    parameter STARTS = "s";
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [IN_W-1:0] s_data;
    wire [PE*ACC_W-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(IN_W), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    matrix_vector #(
        .PE(PE), .SIMD(SIMD), .SYNAPSE_FOLD(SYNAPSE_FOLD), .NEURON_FOLD(NEURON_FOLD), .A_W(A_W),
        .A_KIND(A_KIND), .W_W(W_W), .W_KIND(W_KIND), .CHAIN(CHAIN), .PIPELINE(PIPELINE), .START_ROM(START_ROM), .ACC_W(ACC_W),
        .PE_ACC_W(PE_ACC_W), .SIGNED(SIGNED), .INIT(INIT), .BLOCK(BLOCK), .SEPARATE(SEPARATE), .WEIGHTS(WEIGHTS), .STARTS(STARTS)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(PE*ACC_W), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
