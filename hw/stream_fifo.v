// stream_fifo.v - first-in first-out buffer of any depth, memory with a registered read (LUT RAM or block RAM).
//   Takes DEPTH beats while the output is stalled, and one more in its output register.
//   DEPTH = 1 is DEPTH = 2: with a single word it could not write and read in every cycle.
// Beat: WIDTH bits, opaque.  Latency 2 cycles; 1 beat/cycle, also after stalls.
// s_axis_tready depends on registers only.
// Reset: synchronous, active high, clears addresses, count and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/stream_fifo_tb.v, test/hw/stream.test.ts, test/hw/memories.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module stream_fifo #(
    parameter WIDTH = 8,  // bits per beat, >= 1
    parameter DEPTH = 4,  // beats in the memory, >= 1, any number
    parameter BLOCK = 0   // 1: block RAM; 0: LUT RAM
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output wire [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready
);
    localparam WORDS = DEPTH > 1 ? DEPTH : 2;
    localparam ADDRESS_W = $clog2(WORDS);
    localparam COUNT_W = $clog2(WORDS + 1);
    localparam [31:0] LAST = WORDS - 1;
    localparam [31:0] FULL = WORDS;

    reg [ADDRESS_W-1:0] write_address, read_address;
    reg [COUNT_W-1:0] count;  // beats in the memory
    wire write, read;
    generate
        if (WIDTH < 1 || DEPTH < 1 || BLOCK < 0 || BLOCK > 1) begin : gen_check
            stream_fifo_ERROR_parameter_out_of_range see_header ();
        end
    endgenerate
    assign s_axis_tready = count != FULL[COUNT_W-1:0];
    assign write = s_axis_tvalid && s_axis_tready;
    assign read = count != 0 && (!m_axis_tvalid || m_axis_tready);
    // equal addresses mean an empty memory, which is not read, or a full one, which is not written
    ram #(.WIDTH(WIDTH), .DEPTH(WORDS), .BLOCK(BLOCK)) store (
        .clk(clk), .write(write), .write_address(write_address), .write_data(s_axis_tdata),
        .read(read), .read_address(read_address), .read_data(m_axis_tdata)
    );
    initial begin
        write_address = 0;
        read_address = 0;
        count = 0;
        m_axis_tvalid = 1'b0;
    end
    always @(posedge clk) begin
        if (write) write_address <= write_address == LAST[ADDRESS_W-1:0] ? 0 : write_address + 1;
        if (read) read_address <= read_address == LAST[ADDRESS_W-1:0] ? 0 : read_address + 1;
        if (write && !read) count <= count + 1;
        if (read && !write) count <= count - 1;
        if (read || m_axis_tready) m_axis_tvalid <= read;
        if (rst) begin
            write_address <= 0;
            read_address <= 0;
            count <= 0;
            m_axis_tvalid <= 1'b0;
        end
    end
endmodule
`default_nettype wire
