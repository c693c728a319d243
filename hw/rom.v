// rom.v - read-only memory with a registered read, filled from a file of hexadecimal words.
//   DEPTH = 1 is the constant itself: no register, clk, enable and address have no effect.
// Latency 1 cycle from an address with enable to its data, which holds while enable is low; 1 word/cycle.
// FILE = "" leaves all words zero: Yosys also elaborates modules with their default parameters, and must find no
//   file name there.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/rom_tb.v, test/hw/rom.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module rom #(
    parameter WIDTH = 8,  // bits per word, >= 1
    parameter DEPTH = 4,  // words, >= 1
    // 1: block RAM; 0: LUTs. By default the depth alone decides: a word that is a bit narrower never costs more LUTs
    parameter BLOCK = DEPTH >= 512 ? 1 : 0,
    parameter FILE  = ""  // path of the $readmemh file: DEPTH words, address 0 first
) (
    input  wire                                       clk,
    input  wire                                       enable,
    input  wire [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] address,
    output wire [WIDTH-1:0]                           data
);
    generate
        if (WIDTH < 1 || DEPTH < 1 || BLOCK < 0 || BLOCK > 1) begin : gen_check
            rom_ERROR_parameter_out_of_range see_header ();
        end
        if (DEPTH == 1) begin : gen_constant
            reg [WIDTH-1:0] memory [0:0];
            if (FILE != "") begin : gen_load
                initial $readmemh(FILE, memory);
            end else begin : gen_zero
                initial memory[0] = {WIDTH{1'b0}};
            end
            assign data = memory[0];
            wire unused = &{1'b0, clk, enable, address};
        end else if (BLOCK != 0) begin : gen_block
            // the same as gen_logic: an attribute's value cannot depend on a parameter in every tool
            (* rom_style = "block" *) reg [WIDTH-1:0] memory [0:DEPTH-1];
            reg [WIDTH-1:0] read_data;
            if (FILE != "") begin : gen_load
                initial $readmemh(FILE, memory);
            end else begin : gen_zero
                integer word;
                initial for (word = 0; word < DEPTH; word = word + 1) memory[word] = {WIDTH{1'b0}};
            end
            assign data = read_data;
            always @(posedge clk) if (enable) read_data <= memory[address];
        end else begin : gen_logic
            (* logic_block *) reg [WIDTH-1:0] memory [0:DEPTH-1];
            reg [WIDTH-1:0] read_data;
            if (FILE != "") begin : gen_load
                initial $readmemh(FILE, memory);
            end else begin : gen_zero
                integer word;
                initial for (word = 0; word < DEPTH; word = word + 1) memory[word] = {WIDTH{1'b0}};
            end
            assign data = read_data;
            always @(posedge clk) if (enable) read_data <= memory[address];
        end
    endgenerate
endmodule
`default_nettype wire
