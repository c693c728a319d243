// pool_lane.v - take one value into a maximum or a sum: y = first ? x : MODE ? partial + x : max(partial, x).
//   Maxima are extended from IN_W bits, sums are modulo 2^OUT_W.
// Combinational, latency 0.  Language: Verilog-2005.  Test: pool and global_pool, test/hw/pool.test.ts.
`default_nettype none
module pool_lane #(
    parameter IN_W   = 4,  // bits of a value, >= 1
    parameter OUT_W  = 8,  // bits of the result, >= 1; >= IN_W for a maximum
    parameter SIGNED = 0,  // 1: values are two's complement; 0: unsigned
    parameter MODE   = 0   // 0: maximum; 1: sum
) (
    input  wire             first,    // nothing to add to or to compare with
    input  wire [OUT_W-1:0] partial,
    input  wire [IN_W-1:0]  x,
    output wire [OUT_W-1:0] y
);
    localparam EXTENDED_W = OUT_W > IN_W ? OUT_W : IN_W;
    wire [EXTENDED_W-1:0] extended;
    generate
        if (IN_W < 1 || OUT_W < 1 || SIGNED < 0 || SIGNED > 1 || MODE < 0 || MODE > 1
            || (MODE == 0 && OUT_W < IN_W)) begin : gen_check
            pool_lane_ERROR_parameter_out_of_range see_header ();
        end
        if (OUT_W > IN_W) begin : gen_extend
            assign extended = {{(OUT_W - IN_W){SIGNED != 0 && x[IN_W-1]}}, x};
        end else begin : gen_plain
            assign extended = x;
        end
        if (MODE != 0) begin : gen_sum
            if (IN_W > OUT_W) begin : gen_dropped
                wire unused = &{1'b0, extended[EXTENDED_W-1:OUT_W]};
            end
            assign y = extended[OUT_W-1:0] + (first ? {OUT_W{1'b0}} : partial);
        end else begin : gen_maximum
            // the lowest IN_W bits say all of a maximum; an inverted sign bit orders two's complement
            localparam [IN_W:0] BIAS = {SIGNED != 0, {IN_W{1'b0}}} >> 1;
            wire replaces = first || ({1'b0, x} ^ BIAS) > ({1'b0, partial[IN_W-1:0]} ^ BIAS);
            assign y = replaces ? extended : partial;
        end
    endgenerate
endmodule
`default_nettype wire
