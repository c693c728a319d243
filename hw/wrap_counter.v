// wrap_counter.v - count steps modulo COUNT: 0, 1, .. COUNT-1, 0, ...  With COUNT = 1 it is the constant 0.
// Latency 1 cycle from step to the next value.
// Reset: synchronous, active high, back to 0.  Language: Verilog-2005.
// Test: sim/wrap_counter_tb.v, test/hw/rom.test.ts.
`default_nettype none
module wrap_counter #(
    parameter COUNT = 4  // steps per round, >= 1
) (
    input  wire                                       clk,
    input  wire                                       rst,
    input  wire                                       step,
    output wire [(COUNT > 1 ? $clog2(COUNT) : 1)-1:0] value,
    output wire                                       last    // value is COUNT-1
);
    generate
        if (COUNT < 1) begin : gen_check
            wrap_counter_ERROR_parameter_out_of_range see_header ();
        end
        if (COUNT == 1) begin : gen_constant
            assign value = 1'b0;
            assign last = 1'b1;
            wire unused = &{1'b0, clk, rst, step};
        end else begin : gen_counter
            localparam VALUE_W = $clog2(COUNT);
            localparam [31:0] LAST = COUNT - 1;
            reg [VALUE_W-1:0] count;
            assign value = count;
            assign last = count == LAST[VALUE_W-1:0];
            initial count = 0;
            always @(posedge clk) begin
                if (step) count <= last ? 0 : count + 1;
                if (rst) count <= 0;
            end
        end
    endgenerate
endmodule
`default_nettype wire
