// global_pool.v - the maximum or the sum of every channel over a whole image, as the image streams by.
// Beat in: LANES channels of a pixel, IN_W bits each; FOLDS beats per pixel, PIXELS pixels per image, images without a gap.
// Beat out: LANES results of OUT_W bits, FOLDS beats per image, in the order of the folds.  Lane 0 in the low bits.
// Latency 2 cycles from a beat of the last pixel to its result, 1 with FOLDS = 1; 1 beat/cycle, no bubbles.
// s_axis_tready depends on m_axis_tready: a result that is not taken stops the whole pipeline.
// Memory: FOLDS words of partial results, registered read: LUTRAM or block RAM; with FOLDS = 1 the result's own register.
// Reset: synchronous, active high, clears counters and valids.  Language: Verilog-2005.
// Test: sim/global_pool_tb.v, test/hw/pool.test.ts.
`default_nettype none
module global_pool #(
    parameter LANES  = 2,   // channels per beat, >= 1
    parameter IN_W   = 4,   // bits of a value, >= 1
    parameter OUT_W  = 8,   // bits of a result, >= 1: sums are modulo 2^OUT_W; >= IN_W for maxima, which are extended
    parameter SIGNED = 0,   // 1: values are two's complement; 0: unsigned
    parameter PIXELS = 16,  // pixels per image, >= 1
    parameter FOLDS  = 2,   // beats per pixel, >= 1
    parameter MODE   = 0    // 0: maximum; 1: sum
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire [LANES*IN_W-1:0]  s_axis_tdata,
    input  wire                   s_axis_tvalid,
    output wire                   s_axis_tready,
    output wire [LANES*OUT_W-1:0] m_axis_tdata,
    output wire                   m_axis_tvalid,
    input  wire                   m_axis_tready
);
    localparam PARTIAL_W = MODE != 0 ? OUT_W : IN_W;  // a maximum is kept as narrow as the values
    generate
        if (LANES < 1 || IN_W < 1 || OUT_W < 1 || SIGNED < 0 || SIGNED > 1 || PIXELS < 1 || FOLDS < 1 || MODE < 0
            || MODE > 1 || (MODE == 0 && OUT_W < IN_W)) begin : gen_check
            global_pool_ERROR_parameter_out_of_range see_header ();
        end
        if (FOLDS == 1) begin : gen_one
            pool #(
                .LANES(LANES), .IN_W(IN_W), .OUT_W(OUT_W), .SIGNED(SIGNED), .TAPS(PIXELS), .MODE(MODE)
            ) image (
                .clk(clk), .rst(rst),
                .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
                .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready)
            );
        end else begin : gen_folds
            localparam FOLD_W = FOLDS > 1 ? $clog2(FOLDS) : 1;
            reg [LANES*PARTIAL_W-1:0] memory [0:FOLDS-1];
            reg [LANES*PARTIAL_W-1:0] partial, result;  // partial: stage 1, beside the values it belongs to
            reg [LANES*IN_W-1:0] values;
            reg [FOLD_W-1:0] held_fold;
            reg valid, first, last;                     // of stage 1: first and last pixel
            reg result_valid, first_pixel;
            wire [FOLD_W-1:0] fold;
            wire fold_last, pixel_last;
            wire [(PIXELS > 1 ? $clog2(PIXELS) : 1)-1:0] unused_pixel;
            wire [LANES*PARTIAL_W-1:0] gathered;
            wire enable = !result_valid || m_axis_tready;
            wire accept = enable && s_axis_tvalid;
            assign s_axis_tready = enable;
            assign m_axis_tvalid = result_valid;
            wrap_counter #(.COUNT(FOLDS)) fold_counter (
                .clk(clk), .rst(rst), .step(accept), .value(fold), .last(fold_last)
            );
            wrap_counter #(.COUNT(PIXELS)) pixel_counter (
                .clk(clk), .rst(rst), .step(accept && fold_last), .value(unused_pixel), .last(pixel_last)
            );
            genvar lane;
            for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
                wire [PARTIAL_W-1:0] own = result[lane*PARTIAL_W +: PARTIAL_W];
                pool_lane #(.IN_W(IN_W), .OUT_W(PARTIAL_W), .SIGNED(SIGNED), .MODE(MODE)) gather (
                    .first(first), .partial(partial[lane*PARTIAL_W +: PARTIAL_W]), .x(values[lane*IN_W +: IN_W]),
                    .y(gathered[lane*PARTIAL_W +: PARTIAL_W])
                );
                if (OUT_W > PARTIAL_W) begin : gen_extend
                    assign m_axis_tdata[lane*OUT_W +: OUT_W] =
                        {{(OUT_W - PARTIAL_W){SIGNED != 0 && own[PARTIAL_W-1]}}, own};
                end else begin : gen_plain
                    assign m_axis_tdata[lane*OUT_W +: OUT_W] = own;
                end
            end
            initial {valid, result_valid, first_pixel} = 3'b001;
            // a fold comes back after two beats or more, when its word has been written
            always @(posedge clk) begin
                if (enable && valid) memory[held_fold] <= gathered;
                if (accept) partial <= memory[fold];
            end
            always @(posedge clk) begin
                if (accept) begin
                    values <= s_axis_tdata;
                    held_fold <= fold;
                    first <= first_pixel;
                    last <= pixel_last;
                    if (fold_last) first_pixel <= pixel_last;
                end
                if (enable) valid <= s_axis_tvalid;
                if (enable) result_valid <= valid && last;
                if (enable && valid && last) result <= gathered;
                if (rst) {valid, result_valid, first_pixel} <= 3'b001;
            end
        end
    endgenerate
endmodule
`default_nettype wire
