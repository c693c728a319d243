// rom_tb.v - bench of hw/rom.v: addresses of input.mem in, words of rom.mem out, as expected.mem has them (see
//   stream_tb.v).  A register beside the ROM carries valid, as in the engines; DEPTH = 1 has the same timing.
`default_nettype none
`timescale 1ns / 1ns
module rom_tb;
    parameter WIDTH = 8;
    parameter DEPTH = 4;
    parameter BLOCK = 0;
    parameter FILE = "rom.mem";
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    localparam ADDRESS_W = DEPTH > 1 ? $clog2(DEPTH) : 1;
    wire clk, rst, s_valid, m_ready, done;
    wire [31:0] start;
    wire [ADDRESS_W-1:0] address;
    wire [WIDTH-1:0] data;
    reg m_valid;
    wire enable = !m_valid || m_ready;
    always @(posedge clk) begin
        if (enable) m_valid <= s_valid;
        if (rst) m_valid <= 1'b0;
    end
    stream_clock clock (.clk(clk), .rst(rst));
    stream_source #(.WIDTH(ADDRESS_W), .WORDS(IN_WORDS)) source (
        .clk(clk), .rst(rst), .tdata(address), .tvalid(s_valid), .tready(enable), .done(done), .start(start)
    );
    rom #(.WIDTH(WIDTH), .DEPTH(DEPTH), .BLOCK(BLOCK), .FILE(FILE)) dut (
        .clk(clk), .enable(enable), .address(address), .data(data)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT_WORDS)) sink (
        .clk(clk), .rst(rst), .tdata(data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
