// dsp_matrix_vector.v - folded matrix-vector product in DSP blocks; streams, folds and vector order of matrix_vector.
//   LANES neurons share a DSP block (dsp_lane): their weights lie FIELD bits apart in one operand, the activation is
//   the other.  The last group of PE mod LANES neurons leaves lanes empty.  SIMD blocks form a chain along the inputs.
//   SPLIT = 0 (SIMD = 1 or SYNAPSE_FOLD = 1): the block's own P register accumulates; every lane begins a row with START.
//     field = START + product sum of a row, and must lie in 0 .. 2^FIELD-1 (the top lane: modulo 2^48).
//   SPLIT = 1: the chain sums one beat; field = START + product sum of a beat, in 0 .. 2^FIELD-1.  Accumulators of
//     ACC_W + DROP bits behind it begin with INIT and add the fields, modulo 2^(ACC_W + DROP).
//   Result: the field or the accumulator without its DROP low bits, modulo 2^ACC_W; FLIP inverts its top bit.
// Beat in: SIMD activations of A_W bits; SYNAPSE_FOLD beats are a vector, which comes NEURON_FOLD times in a row
//   (vector_buffer in front).  Beat out: PE results of ACC_W bits, NEURON_FOLD beats per vector; lane pe of beat fold
//   is neuron fold*PE + pe.  Lane 0 in the low bits.
// Weights: position s of group g (neurons g*LANES .. of a beat) reads {WEIGHTS, "_g", ggg, "_s", ss, ".mem"} (decimal
//   digits), NEURON_FOLD*SYNAPSE_FOLD words of LANES*DIGIT_W bits: the digits of dsp_lane.
// Latency 4 cycles, plus SIMD-1, plus SPLIT, from the last beat of a row to its output; 1 beat/cycle, no bubbles.
// s_axis_tready depends on m_axis_tready: an output that is not taken stops the whole pipeline.
// Reset: synchronous, active high, clears valids, counters and delayed activations.  Language: Verilog-2005.
// Test: sim/dsp_matrix_vector_tb.v, test/hw/dsp_matrix_vector.test.ts.
`default_nettype none
module dsp_matrix_vector #(
    parameter PE           = 2,   // neurons in parallel, 1 .. 1000
    parameter SIMD         = 1,   // inputs in parallel, 1 .. 64
    parameter SYNAPSE_FOLD = 2,   // input beats per row, >= 1
    parameter NEURON_FOLD  = 2,   // rows per PE, >= 1
    parameter A_W          = 4,   // bits per activation, 1 .. 16
    parameter A_KIND       = 0,   // 0 unsigned, 1 signed two's complement, 2 bipolar (1 bit: 0 is -1, 1 is +1)
    parameter LANES        = 2,   // neurons per DSP block, 1 .. 27; LANES*FIELD <= 48
    parameter FIELD        = 12,  // bits of a lane inside the DSP block, DIGIT_W .. 48
    parameter DIGIT_W      = 5,   // bits per digit of a weight, signed, 1 .. 27
    parameter SPLIT        = 0,   // 1: accumulators in LUTs behind the chain
    parameter ACC_W        = 12,  // bits per result, 1 .. 48
    parameter DROP         = 0,   // low bits left out of the result, 0 or 1
    parameter FLIP         = 0,   // 1: the top bit of the result is inverted
    parameter [FIELD-1:0] START = {FIELD{1'b0}},                   // added to every field
    parameter [ACC_W+DROP-1:0] INIT = {(ACC_W + DROP){1'b0}},      // start value of the accumulators (SPLIT)
    parameter BLOCK        = 0,   // 1: weights in block RAM; 0: in LUTs
    parameter WEIGHTS      = ""   // path prefix of the weight files
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [SIMD*A_W-1:0]  s_axis_tdata,
    input  wire                 s_axis_tvalid,
    output wire                 s_axis_tready,
    output wire [PE*ACC_W-1:0]  m_axis_tdata,
    output reg                  m_axis_tvalid,
    input  wire                 m_axis_tready
);
    localparam DEPTH = NEURON_FOLD * SYNAPSE_FOLD;
    localparam ADDRESS_W = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam SYNAPSE_W = SYNAPSE_FOLD > 1 ? $clog2(SYNAPSE_FOLD) : 1;
    localparam GROUPS = (PE + LANES - 1) / LANES;
    localparam OPERAND_W = A_KIND == 2 ? 2 : A_KIND == 1 ? A_W : A_W + 1;  // signed
    localparam SUM_W = LANES * FIELD;
    localparam RESULT_W = ACC_W + DROP;
    localparam [ACC_W:0] TOP = {{ACC_W{1'b0}}, FLIP != 0} << (ACC_W - 1);
    localparam STAGES = SIMD + 2;  // bit 0: beside the ROM's data register; then A and B, M, and a link each

    wire enable = !m_axis_tvalid || m_axis_tready;
    wire accept = enable && s_axis_tvalid;
    wire last;                                 // the beat offered is the last of its row
    reg begins;                                // the beat offered is the first of its row
    wire [ADDRESS_W-1:0] address;              // of the weights of the beat offered
    reg [SIMD*A_W-1:0] activations;            // stage 0
    reg [STAGES-1:0] stage_valid, stage_last, stage_first;
    wire sum_first;                            // beside the accumulators' operand (SPLIT)
    wire sum_valid;
    wire finished;                             // the next result is there after this cycle
    wire [STAGES:0] next_valid = {stage_valid, s_axis_tvalid};
    wire [STAGES:0] next_last = {stage_last, last};
    wire [STAGES:0] next_first = {stage_first, begins};

    assign s_axis_tready = enable;
    initial {begins, m_axis_tvalid} = 2'b10;
    initial stage_valid = {STAGES{1'b0}};
    always @(posedge clk) begin
        if (enable) begin
            activations <= s_axis_tdata;
            stage_valid <= next_valid[STAGES-1:0];
            stage_last  <= next_last[STAGES-1:0];
            stage_first <= next_first[STAGES-1:0];
            m_axis_tvalid <= finished;
        end
        if (accept) begins <= last;
        if (rst) begin
            // chains of data too, here and below: without a reset Yosys makes them shift registers in LUTs, and those
            // ignore the enable (xilinx_srl, YosysHQ/yosys issue 6058)
            stage_valid <= {STAGES{1'b0}};
            stage_last  <= {STAGES{1'b0}};
            stage_first <= {STAGES{1'b0}};
            {begins, m_axis_tvalid} <= 2'b10;
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

    // Position s works s cycles behind position 0: its activation and its weights' address wait as long.
    wire [SIMD*OPERAND_W-1:0] operands;
    wire [SIMD*ADDRESS_W-1:0] addresses;
    genvar g, s, l;
    generate
        if (PE < 1 || PE > 1000 || SIMD < 1 || SIMD > 64 || SYNAPSE_FOLD < 1 || NEURON_FOLD < 1 || A_W < 1 || A_W > 16
            || A_KIND < 0 || A_KIND > 2 || (A_KIND == 2 && A_W != 1) || LANES < 1 || SUM_W > 48 || FIELD < 1
            || SPLIT < 0 || SPLIT > 1 || (SPLIT == 0 && (SIMD > 1 && SYNAPSE_FOLD > 1)) || ACC_W < 1 || ACC_W > 48
            || (SPLIT == 0 && RESULT_W > FIELD) || DROP < 0 || DROP > 1 || FLIP < 0 || FLIP > 1) begin : gen_check
            dsp_matrix_vector_ERROR_parameter_out_of_range see_header ();
        end
        if (SPLIT != 0) begin : gen_split
            reg valid, first_held, last_held;
            initial valid = 1'b0;
            always @(posedge clk) begin
                if (enable) begin
                    valid <= next_valid[STAGES];
                    last_held <= next_last[STAGES];
                    first_held <= next_first[STAGES];
                end
                if (rst) valid <= 1'b0;
            end
            assign sum_valid = valid;
            assign sum_first = first_held;
            assign finished = valid && last_held;
        end else begin : gen_whole
            wire unused = &{1'b0, next_first[STAGES]};
            assign sum_valid = 1'b0;
            assign sum_first = 1'b0;
            assign finished = next_valid[STAGES] && next_last[STAGES];
        end
        for (s = 0; s < SIMD; s = s + 1) begin : gen_position
            wire [A_W-1:0] activation;
            if (s == 0) begin : gen_now
                assign activation = activations[A_W-1:0];
                assign addresses[ADDRESS_W-1:0] = address;
            end else begin : gen_later
                reg [s*A_W-1:0] waiting;
                reg [ADDRESS_W-1:0] address_before;
                wire [(s+1)*A_W-1:0] queue = {waiting, activations[s*A_W +: A_W]};
                always @(posedge clk) begin
                    if (enable) begin
                        waiting <= queue[s*A_W-1:0];
                        address_before <= addresses[(s-1)*ADDRESS_W +: ADDRESS_W];
                    end
                    if (rst) waiting <= {(s * A_W){1'b0}};
                end
                assign activation = queue[s*A_W +: A_W];
                assign addresses[s*ADDRESS_W +: ADDRESS_W] = address_before;
            end
            if (A_KIND == 2) begin : gen_bipolar
                assign operands[s*OPERAND_W +: OPERAND_W] = {!activation[0], 1'b1};
            end else if (A_KIND == 1) begin : gen_signed
                assign operands[s*OPERAND_W +: OPERAND_W] = activation;
            end else begin : gen_unsigned
                assign operands[s*OPERAND_W +: OPERAND_W] = {1'b0, activation};
            end
        end

        for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
            localparam [23:0] NUMBER = "000" + (g / 100) * 65536 + (g / 10 % 10) * 256 + g % 10;
            wire [(SIMD+1)*SUM_W-1:0] chain;  // link s is the addend of position s
            assign chain[SUM_W-1:0] = {LANES{START}};
            for (s = 0; s < SIMD; s = s + 1) begin : gen_link
                localparam [15:0] PLACE = "00" + (s / 10) * 256 + s % 10;
                wire [LANES*DIGIT_W-1:0] digits;
                rom #(
                    .WIDTH(LANES * DIGIT_W),
                    .DEPTH(DEPTH),
                    .BLOCK(BLOCK),
                    .FILE(WEIGHTS == "" ? "" : {WEIGHTS, "_g", NUMBER, "_s", PLACE, ".mem"})
                ) weight_rom (
                    .clk(clk), .enable(enable), .address(addresses[s*ADDRESS_W +: ADDRESS_W]), .data(digits)
                );
                dsp_lane #(
                    .LANES(LANES), .FIELD(FIELD), .DIGIT_W(DIGIT_W), .A_W(OPERAND_W),
                    .ACCUMULATE(SPLIT == 0 && SYNAPSE_FOLD > 1 ? 1 : 0), .SUM_W(SUM_W)
                ) lane (
                    .clk(clk), .enable(enable), .sum_enable(enable && stage_valid[s+2]), .first(stage_first[s+2]),
                    .digits(digits), .activation(operands[s*OPERAND_W +: OPERAND_W]),
                    .addend(chain[s*SUM_W +: SUM_W]), .sum(chain[(s+1)*SUM_W +: SUM_W])
                );
            end

            for (l = 0; l < LANES; l = l + 1) begin : gen_lane
                wire [FIELD-1:0] field = chain[SIMD*SUM_W + l*FIELD +: FIELD];
                if (g * LANES + l >= PE) begin : gen_empty
                    wire unused = &{1'b0, field};
                end else begin : gen_result
                    wire [RESULT_W-1:0] result;
                    wire unused = &{1'b0, field, result, sum_first, sum_valid};
                    if (SPLIT != 0) begin : gen_accumulator
                        reg [RESULT_W-1:0] accumulator;
                        wire [RESULT_W-1:0] so_far = sum_first ? INIT : accumulator;
                        wire [RESULT_W-1:0] term;
                        if (FIELD >= RESULT_W) begin : gen_cut
                            assign term = field[RESULT_W-1:0];
                        end else begin : gen_extend
                            assign term = {{(RESULT_W - FIELD){1'b0}}, field};
                        end
                        always @(posedge clk) if (enable && sum_valid) accumulator <= so_far + term;
                        assign result = accumulator;
                    end else begin : gen_field
                        assign result = field[RESULT_W-1:0];
                    end
                    assign m_axis_tdata[(g*LANES+l)*ACC_W +: ACC_W] = result[RESULT_W-1:DROP] ^ TOP[ACC_W-1:0];
                end
            end
        end
    endgenerate
endmodule
`default_nettype wire
