// matrix_vector.v - folded matrix-vector product: PE neurons at a time, SIMD inputs of each per cycle.
//   accumulator = start + sum of the array, modulo 2^W, W being the width of the PE (PE_ACC_W).
//   The kinds of the operands choose the array:
//     both bipolar: the count of agreements (popcount_few, popcount_dot; product sum = 2 * count - inputs);
//     all others: booth_dot, the product sum plus a constant of the neuron.  Signed activations enter it with the sign
//     bit flipped, which adds 2^(A_W-1) * (sum of the neuron's weights) to the constant; bipolar activations select
//     weights, and twice that sum has the constant (sum of the weights), plus 2^W_W an input where weights have a sign.
//   start = INIT (PE_INIT: one for each PE); with START_ROM = 1 a word per neuron from a ROM, which can take the
//   neuron's constant back.  Without it what follows absorbs the constants (thresholds do), and the
//   accumulators are cleared by their own reset.
// Beat in: SIMD activations of A_W bits; SYNAPSE_FOLD beats are a vector, which comes NEURON_FOLD times in a row
//   (vector_buffer in front).  Beat out: PE accumulators of ACC_W bits, NEURON_FOLD beats per vector; lane pe of beat
//   fold is neuron fold*PE + pe, extended from the PE's own width.  Lane 0 in the low bits.
//   With SEPARATE = 1 (depthwise convolutions) a beat has PE*SIMD activations, of which PE p takes p*SIMD and following;
//   SYNAPSE_FOLD beats are the taps of PE channels, and NEURON_FOLD = channels / PE.
// Weights: PE p reads {WEIGHTS, "_pe", ppp, ".mem"} (ppp: 3 decimal digits), NEURON_FOLD*SYNAPSE_FOLD words of
//   SIMD*W_W bits, word fold*SYNAPSE_FOLD + synapse, lane 0 in the low bits.
// Starts: PE p reads {STARTS, "_pe", ppp, ".mem"}, NEURON_FOLD words of the PE's width.
// Latency 3 cycles, plus that of booth_dot or popcount_dot (PIPELINE), from the last beat of a row to its output; 1 beat/cycle, no
//   bubbles between rows and vectors.
// s_axis_tready depends on m_axis_tready: an output that is not taken stops the whole pipeline.
// Reset: synchronous, active high, clears valids, counters and the accumulators, and data where a chain of registers
//   with one enable would otherwise be a shift register of Yosys, which ignores the enable (its issue 6058).  Language: Verilog-2005.
// Test: sim/matrix_vector_tb.v, test/hw/matrix_vector.test.ts.
`default_nettype none
module matrix_vector #(
    parameter PE           = 2,   // neurons in parallel, 1 .. 1000
    parameter SIMD         = 4,   // inputs in parallel, 1 .. 65536
    parameter SYNAPSE_FOLD = 2,   // input beats per row, >= 1
    parameter NEURON_FOLD  = 2,   // rows per PE, >= 1
    parameter A_W          = 4,   // bits per activation, 1 .. 16
    parameter A_KIND       = 0,   // 0 unsigned, 1 signed two's complement, 2 bipolar (1 bit: 0 is -1, 1 is +1)
    parameter W_W          = 4,   // bits per weight, 1 .. 16
    parameter W_KIND       = 1,   // as A_KIND, or 3: ternary (2 bits, two's complement, never -2)
    parameter CHAIN        = 8,   // lanes per chain of adders in booth_dot, 1 .. 1024
    parameter PIPELINE     = 1,   // 1: registers inside the array, at most 7 adders on a path (CHAIN <= 8)
    parameter ACC_W        = 12,  // bits per accumulator, the widest, and per lane of the output, 1 .. 48
    parameter [PE*6-1:0] PE_ACC_W = {PE*6{1'b0}},  // 6 bits for each PE, PE 0 lowest: its own width, 1 .. ACC_W; 0: ACC_W
    parameter SIGNED       = 0,   // 1: narrower accumulators are two's complement; 0: unsigned
    parameter [ACC_W-1:0] INIT = {ACC_W{1'b0}},  // start value of every accumulator, unless START_ROM
    parameter [PE*ACC_W-1:0] PE_INIT = {PE{INIT}},  // a start value for each PE, PE 0 lowest, instead of INIT
    parameter START_ROM    = 0,   // 1: a start value per neuron, from STARTS
    parameter SEPARATE     = 0,   // 1: every PE has activations of its own; 0: all have the same
    parameter BLOCK        = 0,   // 1: weights in block RAM; 0: in LUTs
    parameter WEIGHTS      = "",  // path prefix of the weight files
    parameter STARTS       = ""   // path prefix of the start values' files, with START_ROM only
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [(SEPARATE != 0 ? PE : 1)*SIMD*A_W-1:0] s_axis_tdata,
    input  wire                 s_axis_tvalid,
    output wire                 s_axis_tready,
    output wire [PE*ACC_W-1:0]  m_axis_tdata,
    output reg                  m_axis_tvalid,
    input  wire                 m_axis_tready
);
    localparam DEPTH = NEURON_FOLD * SYNAPSE_FOLD;
    localparam ADDRESS_W = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam SYNAPSE_W = SYNAPSE_FOLD > 1 ? $clog2(SYNAPSE_FOLD) : 1;
    localparam FOLD_W = NEURON_FOLD > 1 ? $clog2(NEURON_FOLD) : 1;
    localparam COUNTS = A_KIND == 2 && W_KIND == 2;  // 1: count agreements
    localparam FEW = COUNTS && SIMD <= 18;         // 1: the count merges with the accumulator's adder
    localparam SELECTS = A_KIND == 2 && !COUNTS;   // 1: the array's result is half of what is accumulated

    // Bits of the array's result, which is unsigned.
    function integer array_width;
        input integer unused_argument;  // Verilog-2005 functions have at least one
        integer digit, digits, signed_w, row_w;
        reg [63:0] largest;
        begin
            signed_w = W_KIND == 0 ? W_W + 1 : W_W;
            digits = W_KIND == 2 ? 1 : (signed_w + 1) / 2;
            array_width = 0;
            largest = 0;
            for (digit = 0; digit < digits; digit = digit + 1) begin
                row_w = W_KIND == 2 || W_KIND == 3 || (digit == digits - 1 && signed_w % 2 == 1) ? A_W : A_W + 1;
                largest = largest + (((64'd1 << row_w) - 1) << (2 * digit)) * SIMD;
            end
            if (COUNTS) largest = 64'd1 * SIMD;
            else if (SELECTS) largest = ((64'd1 << W_W) - 1) * SIMD;
            while (largest != 0) begin
                array_width = array_width + 1;
                largest = largest >> 1;
            end
        end
    endfunction
    localparam EXACT_W = array_width(0);

    // Registers inside the array, as booth_dot and popcount_dot have them.
    localparam SIGNED_W = W_KIND == 0 ? W_W + 1 : W_W;
    localparam DIGITS = SELECTS || W_KIND == 2 ? 1 : (SIGNED_W + 1) / 2;
    localparam JOINS = DIGITS - 1 + $clog2((SIMD + CHAIN - 1) / (CHAIN < 1 ? 1 : CHAIN));
    localparam INSIDE = FEW || PIPELINE == 0 ? 0 : !COUNTS && JOINS > 7 ? 2 : 1;
    localparam BEAT_W = (SEPARATE != 0 ? PE : 1) * SIMD * A_W;
    localparam STAGES = INSIDE + 1;            // from the ROM's data register to the last one before the dot products

    wire enable = !m_axis_tvalid || m_axis_tready;
    wire accept = enable && s_axis_tvalid;
    wire last;                                 // the beat offered is the last of its row
    wire [ADDRESS_W-1:0] address;              // of the weights of the beat offered
    reg [BEAT_W-1:0] activations;  // stage 1, beside the ROM's data register
    reg [STAGES-1:0] stage_valid, stage_last;  // bit 0: stage 1
    reg dot_valid, dot_last;                   // beside the dot products
    wire row_done = enable && dot_valid && dot_last;
    wire [STAGES:0] next_valid = {stage_valid, s_axis_tvalid};
    wire [STAGES:0] next_last = {stage_last, last};

    assign s_axis_tready = enable;
    initial {dot_valid, m_axis_tvalid} = 2'b00;
    initial stage_valid = {STAGES{1'b0}};
    always @(posedge clk) begin
        if (enable) begin
            activations   <= s_axis_tdata;
            stage_valid   <= next_valid[STAGES-1:0];
            stage_last    <= next_last[STAGES-1:0];
            dot_valid     <= next_valid[STAGES];
            dot_last      <= next_last[STAGES];
            m_axis_tvalid <= dot_valid && dot_last;
        end
        if (rst) begin
            // last and data too: without a reset Yosys makes a shift register in a LUT of three and more, which ignores
            // the enable (xilinx_srl, YosysHQ/yosys issue 6058).  A constant weight lets an activation pass the array.
            activations <= {BEAT_W{1'b0}};
            stage_valid <= {STAGES{1'b0}};
            stage_last  <= {STAGES{1'b0}};
            {dot_valid, dot_last, m_axis_tvalid} <= 3'b000;
        end
    end

    wire unused_last_address;
    wire [SYNAPSE_W-1:0] unused_synapse;
    wrap_counter #(.COUNT(DEPTH)) address_counter (
        .clk(clk), .rst(rst), .step(accept), .value(address), .last(unused_last_address)
    );
    wrap_counter #(.COUNT(SYNAPSE_FOLD)) synapse_counter (
        .clk(clk), .rst(rst), .step(accept), .value(unused_synapse), .last(last)
    );

    // Start values: the row of the beat in the stage before the dot products, and whether it begins there.
    wire [FOLD_W-1:0] fold;
    wire dot_first;  // beside the dot products
    genvar p;
    generate
        if (START_ROM != 0) begin : gen_rows
            reg row_begins, begins_held;
            wire unused_fold_last;
            initial row_begins = 1'b1;
            always @(posedge clk) begin
                if (enable) begins_held <= row_begins;
                if (enable && next_valid[STAGES]) row_begins <= next_last[STAGES];
                if (rst) row_begins <= 1'b1;
            end
            wrap_counter #(.COUNT(NEURON_FOLD)) fold_counter (
                .clk(clk), .rst(rst), .step(enable && next_valid[STAGES] && next_last[STAGES]), .value(fold),
                .last(unused_fold_last)
            );
            assign dot_first = begins_held;
        end else begin : gen_no_rows
            assign fold = {FOLD_W{1'b0}};
            assign dot_first = 1'b0;
        end
        if (PE < 1 || PE > 1000 || SIMD < 1 || SIMD > 65536 || SYNAPSE_FOLD < 1 || NEURON_FOLD < 1
            || A_W < 1 || A_W > 16 || W_W < 1 || W_W > 16 || ACC_W < 1 || ACC_W > 48 || CHAIN < 1 || CHAIN > 1024
            || A_KIND < 0 || A_KIND > 2 || W_KIND < 0 || W_KIND > 3
            || SEPARATE < 0 || SEPARATE > 1 || (A_KIND == 2 && A_W != 1) || (W_KIND == 2 && W_W != 1) || (W_KIND == 3 && W_W != 2)) begin : gen_check
            matrix_vector_ERROR_parameter_out_of_range see_header ();
        end

        for (p = 0; p < PE; p = p + 1) begin : gen_pe
            localparam [23:0] NUMBER = "000" + (p / 100) * 65536 + (p / 10 % 10) * 256 + p % 10;
            localparam [31:0] OWN_W = {26'd0, PE_ACC_W[p*6 +: 6]};
            localparam W = OWN_W == 0 ? ACC_W : OWN_W;
            localparam [W-1:0] OWN_INIT = PE_INIT[p*ACC_W +: W];
            localparam DOT_W = EXACT_W < W ? EXACT_W : W;  // sums are modulo 2^W anyway
            wire [SIMD*A_W-1:0] own_activations = activations[(SEPARATE != 0 ? p : 0)*SIMD*A_W +: SIMD*A_W];
            wire [SIMD*W_W-1:0] weights;  // stage 1
            wire [DOT_W-1:0] dot_held;    // the dot products' stage
            wire [W-1:0] wide_dot;
            wire [W-1:0] accumulated;
            reg [W-1:0] result;       // the last stage
            if (W > ACC_W) begin : gen_check
                matrix_vector_ERROR_PE_ACC_W_out_of_range see_header ();
            end
            (* operand_side *)  // whatever the accumulators are: synthesis may map it apart from them
            rom #(
                .WIDTH(SIMD * W_W),
                .DEPTH(DEPTH),
                .BLOCK(BLOCK),
                .FILE(WEIGHTS == "" ? "" : {WEIGHTS, "_pe", NUMBER, ".mem"})
            ) weight_rom (
                .clk(clk), .enable(enable), .address(address), .data(weights)
            );
            wire dot_carry;  // of weight 1, beside the dot products
            if (FEW) begin : gen_count_few
                popcount_few #(.SIMD(SIMD), .CARRY(SYNAPSE_FOLD > 1 && START_ROM == 0 ? 1 : 0), .Y_W(DOT_W)) array (
                    .clk(clk), .enable(enable), .activations(own_activations), .weights(weights), .count(dot_held),
                    .carry(dot_carry)
                );
            end else begin : gen_array
                wire [DOT_W-1:0] dot;
                reg [DOT_W-1:0] held;
                always @(posedge clk) begin
                    if (enable) held <= dot;
                    if (rst) held <= {DOT_W{1'b0}};
                end
                assign dot_held = held;
                assign dot_carry = 1'b0;
                if (COUNTS) begin : gen_count
                    popcount_dot #(.SIMD(SIMD), .PIPELINE(PIPELINE), .Y_W(DOT_W)) array (
                        .clk(clk), .enable(enable), .activations(own_activations), .weights(weights), .agreements(dot)
                    );
                end else begin : gen_booth
                    booth_dot #(
                        .SIMD(SIMD), .A_W(A_W), .W_W(W_W), .W_KIND(W_KIND), .A_KIND(A_KIND),
                        .CHAIN(CHAIN), .PIPELINE(PIPELINE), .Y_W(DOT_W)
                    ) array (
                        .clk(clk), .enable(enable), .activations(own_activations), .weights(weights), .sum(dot)
                    );
                end
            end
            if (SELECTS) begin : gen_twice
                wire [W:0] twice = {{(W - DOT_W){1'b0}}, dot_held, 1'b0};
                assign wide_dot = twice[W-1:0];
                wire unused_top = twice[W];
            end else begin : gen_once
                assign wide_dot = {{(W - DOT_W){1'b0}}, dot_held};
            end
            if (START_ROM != 0) begin : gen_start
                // the start value enters the adder's own LUTs on the first beat of a row
                wire [W-1:0] start;  // beside the dot products
                rom #(
                    .WIDTH(W),
                    .DEPTH(NEURON_FOLD),
                    .FILE(STARTS == "" ? "" : {STARTS, "_pe", NUMBER, ".mem"})
                ) start_rom (
                    .clk(clk), .enable(enable), .address(fold), .data(start)
                );
                if (SYNAPSE_FOLD == 1) begin : gen_no_accumulator
                    wire unused = &{1'b0, dot_first, dot_carry};
                    assign accumulated = start + wide_dot;
                end else begin : gen_accumulator
                    reg [W-1:0] accumulator;
                    wire [W-1:0] so_far = dot_first ? start : accumulator;
                    wire unused = dot_carry;
                    assign accumulated = so_far + wide_dot;
                    always @(posedge clk) if (enable && dot_valid) accumulator <= accumulated;
                end
            end else if (SYNAPSE_FOLD == 1) begin : gen_no_accumulator
                wire unused = &{1'b0, dot_first, fold, dot_carry};
                assign accumulated = OWN_INIT + wide_dot;
            end else begin : gen_accumulator
                reg [W-1:0] accumulator;
                wire unused = &{1'b0, dot_first, fold};
                if (FEW) begin : gen_merge
                    // the accumulator is the narrower operand, so that it feeds the carry chain and the count's gates
                    // merge with the adder; below them is the carry input
                    wire [W-1:0] upper = accumulator >> DOT_W << DOT_W;
                    wire unused_bit;
                    assign {accumulated, unused_bit} = {{(W - DOT_W){1'b0}}, accumulator[DOT_W-1:0], dot_carry}
                                                     + {upper | wide_dot, dot_carry};
                end else begin : gen_add
                    assign accumulated = accumulator + wide_dot;
                    wire unused_carry = dot_carry;
                end
                initial accumulator = OWN_INIT;
                always @(posedge clk) begin
                    if (rst || row_done) accumulator <= OWN_INIT;  // the flip-flops' own reset: no multiplexer
                    else if (enable && dot_valid) accumulator <= accumulated;
                end
            end
            always @(posedge clk) if (row_done) result <= accumulated;
            assign m_axis_tdata[p*ACC_W +: ACC_W] = {{(ACC_W - W){SIGNED != 0 && result[W-1]}}, result};
        end
    endgenerate
endmodule
`default_nettype wire
