// bit_count.v - how many of N bits are 1, from 6:3 counters: each is three LUT6 and leaves three bits of six.
//   Counts of six bits have a ones, a twos and a fours bit; the bits of equal weight are counted again by the same
//   module, and the three counts are added.  Written in gates: sums of single bits would become carry chains.
// Latency 0, no clock.  Language: Verilog-2005.  Test: sim/bit_count_tb.v, test/hw/popcount_dot.test.ts.
`default_nettype none
module bit_count #(
    parameter N   = 6,                // bits, >= 1
    parameter Y_W = $clog2(N + 1)     // derived: bits of the count
) (
    input  wire [N-1:0]   bits,
    output wire [Y_W-1:0] y
);
    genvar g;
    generate
        if (N < 1) begin : gen_check
            bit_count_ERROR_parameter_out_of_range see_header ();
        end
        if (N == 1) begin : gen_one
            assign y = bits;
        end else if (N == 2) begin : gen_two
            assign y = {bits[0] & bits[1], bits[0] ^ bits[1]};
        end else if (N <= 6) begin : gen_six
            wire [5:0] b = {{(6 - N){1'b0}}, bits};
            wire low = b[0] ^ b[1] ^ b[2];
            wire high = b[3] ^ b[4] ^ b[5];
            wire low_two = (b[0] & b[1]) | (b[0] & b[2]) | (b[1] & b[2]);
            wire high_two = (b[3] & b[4]) | (b[3] & b[5]) | (b[4] & b[5]);
            wire carry = low & high;
            wire [2:0] count = {(low_two & high_two) | (low_two & carry) | (high_two & carry),
                                low_two ^ high_two ^ carry, low ^ high};
            assign y = count[Y_W-1:0];
            wire unused = &{1'b0, count};
        end else begin : gen_groups
            localparam GROUPS = (N + 5) / 6;
            localparam GROUP_W = $clog2(GROUPS + 1);
            wire [6*GROUPS-1:0] padded = {{(6 * GROUPS - N){1'b0}}, bits};
            wire [GROUPS-1:0] ones, twos, fours;
            wire [GROUP_W-1:0] count_ones, count_twos, count_fours;
            for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
                bit_count #(.N(6)) six (.bits(padded[6*g +: 6]), .y({fours[g], twos[g], ones[g]}));
            end
            bit_count #(.N(GROUPS)) ones_count (.bits(ones), .y(count_ones));
            bit_count #(.N(GROUPS)) twos_count (.bits(twos), .y(count_twos));
            bit_count #(.N(GROUPS)) fours_count (.bits(fours), .y(count_fours));
            // GROUP_W + 3 bits hold the sum; the upper ones are 0 when Y_W is smaller
            wire [GROUP_W+2:0] total = {3'b0, count_ones} + {2'b0, count_twos, 1'b0} + {1'b0, count_fours, 2'b0};
            assign y = total[Y_W-1:0];
            wire unused = &{1'b0, total};
        end
    endgenerate
endmodule
`default_nettype wire
