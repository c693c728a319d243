// sliding_window_pace_tb.v - hw/sliding_window.v behind a source with an even pace (see stream_tb.v for the files).
//   Beat b is offered in cycle floor(b * PACE_CYCLES / PACE_BEATS); cycles in which a beat is held up do not count, so
//   time that is lost stays lost.
`default_nettype none
`timescale 1ns / 1ns
module paced_source #(
    parameter WIDTH = 8,
    parameter WORDS = 1,        // in input.mem
    parameter PACE_CYCLES = 1,  // for PACE_BEATS beats, no less than these
    parameter PACE_BEATS = 1
) (
    input  wire             clk,
    input  wire             rst,
    output reg  [WIDTH-1:0] tdata,
    output reg              tvalid,
    input  wire             tready,
    output wire             done,  // all words were taken
    output reg  [31:0]      start  // cycle of the first transfer since reset
);
    reg [WIDTH-1:0] words [0:WORDS-1];
    reg started;
    reg [31:0] cycle;
    integer next, pace;
    assign done = next == WORDS && !tvalid;
    initial begin
        $readmemh("input.mem", words);
        tvalid = 1'b0;
        next = 0;
    end
    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (tvalid && tready && !started) {started, start} <= {1'b1, cycle};
        if (!tvalid || tready) begin
            pace <= pace + 1;
            tvalid <= 1'b0;
            if (next < WORDS && next * PACE_CYCLES / PACE_BEATS <= pace) begin
                {tvalid, tdata} <= {1'b1, words[next]};
                next <= next + 1;
            end
        end
        if (rst) begin
            tvalid <= 1'b0;
            next <= 0;
            pace <= 0;
            cycle <= 0;
            started <= 1'b0;
        end
    end
endmodule

module sliding_window_pace_tb;
    parameter WIDTH = 8;
    parameter HEIGHT = 5;
    parameter COLUMNS = 5;
    parameter FOLDS = 1;
    parameter KERNEL_H = 3;
    parameter KERNEL_W = 3;
    parameter STRIDE_H = 1;
    parameter STRIDE_W = 1;
    parameter DILATION_H = 1;
    parameter DILATION_W = 1;
    parameter PAD_TOP = 0;
    parameter PAD_LEFT = 0;
    parameter OUT_HEIGHT = 3;
    parameter OUT_WIDTH = 3;
    parameter PIXELS = 16;
    parameter REPEATS = 1;
    parameter CHANNEL_MAJOR = 0;
    parameter [WIDTH-1:0] PAD = 0;
    parameter BLOCK = 0;
    parameter PACE_CYCLES = 1;
    parameter PACE_BEATS = 1;
    parameter IN_WORDS = 1;
    parameter OUT_WORDS = 1;
    wire clk, rst, s_valid, s_ready, m_valid, m_ready, done;
    wire [31:0] start;
    wire [WIDTH-1:0] s_data;
    wire [WIDTH-1:0] m_data;
    stream_clock clock (.clk(clk), .rst(rst));
    paced_source #(.WIDTH(WIDTH), .WORDS(IN_WORDS), .PACE_CYCLES(PACE_CYCLES), .PACE_BEATS(PACE_BEATS)) source (
        .clk(clk), .rst(rst), .tdata(s_data), .tvalid(s_valid), .tready(s_ready), .done(done), .start(start)
    );
    sliding_window #(
        .WIDTH(WIDTH), .HEIGHT(HEIGHT), .COLUMNS(COLUMNS), .FOLDS(FOLDS), .KERNEL_H(KERNEL_H),
        .KERNEL_W(KERNEL_W), .STRIDE_H(STRIDE_H), .STRIDE_W(STRIDE_W), .DILATION_H(DILATION_H), .DILATION_W(DILATION_W),
        .PAD_TOP(PAD_TOP), .PAD_LEFT(PAD_LEFT), .OUT_HEIGHT(OUT_HEIGHT), .OUT_WIDTH(OUT_WIDTH), .PIXELS(PIXELS),
        .REPEATS(REPEATS), .CHANNEL_MAJOR(CHANNEL_MAJOR), .PAD(PAD), .BLOCK(BLOCK)
    ) dut (
        .clk(clk), .rst(rst),
        .s_axis_tdata(s_data), .s_axis_tvalid(s_valid), .s_axis_tready(s_ready),
        .m_axis_tdata(m_data), .m_axis_tvalid(m_valid), .m_axis_tready(m_ready)
    );
    stream_sink #(.WIDTH(WIDTH), .WORDS(OUT_WORDS), .QUIET(1000)) sink (
        .clk(clk), .rst(rst), .tdata(m_data), .tvalid(m_valid), .tready(m_ready), .done(done), .start(start)
    );
endmodule
`default_nettype wire
