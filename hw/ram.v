// ram.v - memory with one write port and one registered read port: the store of buffers and FIFOs.
//   A reader must not ask for a word in the cycle in which it is written: block RAM leaves that undefined.
// Latency 1 cycle from an address with read to its data, which holds while read is low; 1 word/cycle at each port.
// Reset: none, data only.  Language: Verilog-2005.  Test: sim/stream_fifo_tb.v, test/hw/memories.test.ts.
`default_nettype none
module ram #(
    parameter WIDTH = 8,  // bits per word, >= 1
    parameter DEPTH = 4,  // words, >= 2
    parameter BLOCK = 0   // 1: block RAM; 0: LUT RAM
) (
    input  wire                     clk,
    input  wire                     write,
    input  wire [$clog2(DEPTH)-1:0] write_address,
    input  wire [WIDTH-1:0]         write_data,
    input  wire                     read,
    input  wire [$clog2(DEPTH)-1:0] read_address,
    output reg  [WIDTH-1:0]         read_data
);
    generate
        if (WIDTH < 1 || DEPTH < 2 || BLOCK < 0 || BLOCK > 1) begin : gen_check
            ram_ERROR_parameter_out_of_range see_header ();
        end
        if (BLOCK != 0) begin : gen_block
            (* ram_style = "block" *) reg [WIDTH-1:0] memory [0:DEPTH-1];
            always @(posedge clk) begin
                if (write) memory[write_address] <= write_data;
                if (read) read_data <= memory[read_address];
            end
        end else begin : gen_logic
            // the same as gen_block: an attribute's value cannot depend on a parameter in every tool
            (* ram_style = "distributed" *) reg [WIDTH-1:0] memory [0:DEPTH-1];
            always @(posedge clk) begin
                if (write) memory[write_address] <= write_data;
                if (read) read_data <= memory[read_address];
            end
        end
    endgenerate
endmodule
`default_nettype wire
