// vector_buffer.v - deliver every vector of BEATS words REPEATS times in order: b0..bN-1, b0..bN-1, ...
//   Stands in front of a folded engine that needs its input once per group of neurons.  Holds two vectors: the next
//   one is written while the present one is replayed.  A word is read as soon as it was written.
// Beat: WIDTH bits, opaque.  Throughput: 1 word/cycle at the output, no bubble between repeats and vectors.
// Latency 2 cycles from a word taken to the same word offered (empty buffer); 1 cycle when REPEATS = 1, which is a
//   register without memory, whose s_axis_tready depends on m_axis_tready (otherwise on registers only).
// Memory: 2*BEATS words, registered read: LUTRAM or block RAM.
// Reset: synchronous, active high, clears addresses, counters and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/vector_buffer_tb.v, test/hw/vector_buffer.test.ts.
`default_nettype none
(* registered_boundary, operand_side *)  // registers lie on both sides, and no accumulator has a part in it
module vector_buffer #(
    parameter WIDTH   = 8,  // bits per word, >= 1
    parameter BEATS   = 4,  // words per vector, >= 1
    parameter REPEATS = 2   // times a vector is delivered, >= 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output reg  [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready
);
    wire enable = !m_axis_tvalid || m_axis_tready;  // the output register is free
    initial m_axis_tvalid = 1'b0;
    generate
        if (WIDTH < 1 || BEATS < 1 || REPEATS < 1) begin : gen_check
            vector_buffer_ERROR_parameter_out_of_range see_header ();
        end
        if (REPEATS == 1) begin : gen_register
            assign s_axis_tready = enable;
            always @(posedge clk) begin
                if (enable) {m_axis_tvalid, m_axis_tdata} <= {s_axis_tvalid, s_axis_tdata};
                if (rst) m_axis_tvalid <= 1'b0;
            end
        end else begin : gen_replay
            localparam ADDRESS_W = $clog2(2 * BEATS);
            localparam REPEAT_W = $clog2(REPEATS);
            localparam [31:0] LAST_0 = BEATS - 1;      // vector 0 has the addresses 0 .. LAST_0
            localparam [31:0] FIRST_1 = BEATS;         // vector 1 has the addresses FIRST_1 .. LAST_1
            localparam [31:0] LAST_1 = 2 * BEATS - 1;
            localparam [31:0] LAST_REPEAT = REPEATS - 1;

            reg [WIDTH-1:0] memory [0:2*BEATS-1];
            reg [ADDRESS_W-1:0] write_address, read_address;
            reg read_vector;              // 0 or 1
            reg [REPEAT_W-1:0] pass;      // deliveries of the present vector that are complete
            reg [1:0] complete;           // vectors wholly written and not yet released
            wire write = s_axis_tvalid && s_axis_tready;
            wire read = enable && (complete != 0 || read_address != write_address);
            wire write_end = write_address == LAST_1[ADDRESS_W-1:0];
            wire write_last = write_end || write_address == LAST_0[ADDRESS_W-1:0];
            wire read_last = read_address == (read_vector ? LAST_1[ADDRESS_W-1:0] : LAST_0[ADDRESS_W-1:0]);
            wire written = write && write_last;
            wire released = read && read_last && pass == LAST_REPEAT[REPEAT_W-1:0];

            assign s_axis_tready = complete != 2;
            initial begin
                write_address = 0;
                read_address = 0;
                read_vector = 1'b0;
                pass = 0;
                complete = 0;
            end
            always @(posedge clk) begin
                if (write) memory[write_address] <= s_axis_tdata;
                if (read) m_axis_tdata <= memory[read_address];
            end
            always @(posedge clk) begin
                if (write) write_address <= write_end ? 0 : write_address + 1;
                if (read) begin
                    if (!read_last) read_address <= read_address + 1;
                    else read_address <= read_vector ^ released ? FIRST_1[ADDRESS_W-1:0] : 0;
                    if (read_last) pass <= released ? 0 : pass + 1;
                end
                if (released) read_vector <= !read_vector;
                if (written && !released) complete <= complete + 1;
                if (released && !written) complete <= complete - 1;
                if (enable) m_axis_tvalid <= read;
                if (rst) begin
                    write_address <= 0;
                    read_address <= 0;
                    read_vector <= 1'b0;
                    pass <= 0;
                    complete <= 0;
                    m_axis_tvalid <= 1'b0;
                end
            end
        end
    endgenerate
endmodule
`default_nettype wire
