// row_buffer.v - store rows of WORDS words and deliver the words of each in another order, some of them several times.
//   The order is four nested loops, level 0 innermost: address = sum over levels k of i_k*STRIDE_k, i_k = 0 .. COUNT_k-1;
//   its last address has to be WORDS-1.  The store of upsample and depth_to_space.
//   Holds two rows: the next one is written while the present one is read.  A word is read as soon as it was written.
// Beat: WIDTH bits, opaque.  Throughput: 1 word/cycle at the output, no bubble within and between rows that are there.
// Latency 2 cycles from a word taken to the same word offered, when it is the next in order.
// Memory: 2*WORDS words, registered read.  s_axis_tready depends on registers only.
// Reset: synchronous, active high, clears addresses, counters and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/upsample_tb.v, sim/depth_to_space_tb.v, test/hw/rows.test.ts, test/hw/memories.test.ts.
`default_nettype none
(* registered_boundary *)  // registers lie on both sides: synthesis may map it by itself
module row_buffer #(
    parameter WIDTH = 8,     // bits per word, >= 1
    parameter WORDS = 4,     // words per row, >= 1
    parameter COUNT_0 = 2,   // steps of each level, >= 1
    parameter COUNT_1 = 2,
    parameter COUNT_2 = 1,
    parameter COUNT_3 = 1,
    parameter STRIDE_0 = 1,  // words from one step of a level to the next, >= 0
    parameter STRIDE_1 = 2,
    parameter STRIDE_2 = 0,
    parameter STRIDE_3 = 0,
    parameter BLOCK = 0      // 1: block RAM; 0: LUT RAM
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
    localparam ADDRESS_W = $clog2(2 * WORDS);
    localparam [31:0] LAST_0 = WORDS - 1;      // row 0 has the addresses 0 .. LAST_0
    localparam [31:0] FIRST_1 = WORDS;         // row 1 has the addresses FIRST_1 .. LAST_1
    localparam [31:0] LAST_1 = 2 * WORDS - 1;
    // from the last word of the levels below to the first of the next step, modulo 2^ADDRESS_W
    localparam [31:0] SPAN_0 = (COUNT_0 - 1) * STRIDE_0;
    localparam [31:0] SPAN_1 = SPAN_0 + (COUNT_1 - 1) * STRIDE_1;
    localparam [31:0] SPAN_2 = SPAN_1 + (COUNT_2 - 1) * STRIDE_2;
    localparam [31:0] SPAN_3 = SPAN_2 + (COUNT_3 - 1) * STRIDE_3;
    localparam [31:0] STEP_0 = STRIDE_0;
    localparam [31:0] STEP_1 = STRIDE_1 - SPAN_0;
    localparam [31:0] STEP_2 = STRIDE_2 - SPAN_1;
    localparam [31:0] STEP_3 = STRIDE_3 - SPAN_2;

    reg [ADDRESS_W-1:0] write_address, read_address;
    reg [1:0] complete;  // rows wholly written and not yet released
    wire [3:0] last;     // of each level
    wire enable = !m_axis_tvalid || m_axis_tready;  // the output register is free
    wire write = s_axis_tvalid && s_axis_tready;
    // without a complete row both addresses are in the same one
    wire read = enable && (complete != 0 || read_address < write_address);
    wire write_end = write_address == LAST_1[ADDRESS_W-1:0];
    wire written = write && (write_end || write_address == LAST_0[ADDRESS_W-1:0]);
    wire released = read && (&last);
    reg read_row;        // 0 or 1
    wire [ADDRESS_W-1:0] step = !last[0] ? STEP_0[ADDRESS_W-1:0] : !last[1] ? STEP_1[ADDRESS_W-1:0]
                              : !last[2] ? STEP_2[ADDRESS_W-1:0] : STEP_3[ADDRESS_W-1:0];
    wire [(COUNT_0 > 1 ? $clog2(COUNT_0) : 1)-1:0] unused_0;
    wire [(COUNT_1 > 1 ? $clog2(COUNT_1) : 1)-1:0] unused_1;
    wire [(COUNT_2 > 1 ? $clog2(COUNT_2) : 1)-1:0] unused_2;
    wire [(COUNT_3 > 1 ? $clog2(COUNT_3) : 1)-1:0] unused_3;
    generate
        if (WIDTH < 1 || WORDS < 1 || BLOCK < 0 || BLOCK > 1 || COUNT_0 < 1 || COUNT_1 < 1 || COUNT_2 < 1 || COUNT_3 < 1
            || STRIDE_0 < 0 || STRIDE_1 < 0 || STRIDE_2 < 0 || STRIDE_3 < 0) begin : gen_check_range
            row_buffer_ERROR_parameter_out_of_range see_header ();
        end else if (SPAN_3 != LAST_0) begin : gen_check_order
            row_buffer_ERROR_order_does_not_end_at_the_last_word see_header ();
        end
    endgenerate
    assign s_axis_tready = complete != 2;
    wrap_counter #(.COUNT(COUNT_0)) level_0 (.clk(clk), .rst(rst), .step(read), .value(unused_0), .last(last[0]));
    wrap_counter #(.COUNT(COUNT_1)) level_1 (
        .clk(clk), .rst(rst), .step(read && last[0]), .value(unused_1), .last(last[1])
    );
    wrap_counter #(.COUNT(COUNT_2)) level_2 (
        .clk(clk), .rst(rst), .step(read && (&last[1:0])), .value(unused_2), .last(last[2])
    );
    wrap_counter #(.COUNT(COUNT_3)) level_3 (
        .clk(clk), .rst(rst), .step(read && (&last[2:0])), .value(unused_3), .last(last[3])
    );
    ram #(.WIDTH(WIDTH), .DEPTH(2 * WORDS), .BLOCK(BLOCK)) store (
        .clk(clk), .write(write), .write_address(write_address), .write_data(s_axis_tdata),
        .read(read), .read_address(read_address), .read_data(m_axis_tdata)
    );
    initial begin
        write_address = 0;
        read_address = 0;
        read_row = 1'b0;
        complete = 0;
        m_axis_tvalid = 1'b0;
    end
    always @(posedge clk) begin
        if (write) write_address <= write_end ? 0 : write_address + 1;
        if (released) read_address <= read_row ? 0 : FIRST_1[ADDRESS_W-1:0];
        else if (read) read_address <= read_address + step;
        if (released) read_row <= !read_row;
        if (written && !released) complete <= complete + 1;
        if (released && !written) complete <= complete - 1;
        if (enable) m_axis_tvalid <= read;
        if (rst) begin
            write_address <= 0;
            read_address <= 0;
            read_row <= 1'b0;
            complete <= 0;
            m_axis_tvalid <= 1'b0;
        end
    end
endmodule
`default_nettype wire
