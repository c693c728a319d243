// stream_tb.v - the two ends of every stream bench, for Icarus.
//   stream_source offers the words of input.mem; stream_sink compares what arrives with expected.mem, checks
//   that a stalled beat stays, and ends with one line: PASS with figures, or FAIL with what was found.
//   The bench resets once more in mid-stream; both ends start over then, and so must the module between them.
//   A module with two inputs has two sources, one with two outputs two sinks and a stream_verdict; the second of each
//   has its own file, pattern and random choices.
// Plusargs: +seed=N  of all random choices
//   +idle=P +stall=P  pattern of source and sink: 0 never, 1 half the time, 2 most of the time, 3 bursts
//   +idle2=P +stall2=P  pattern of the second source and sink
`default_nettype none
`timescale 1ns / 1ns
module stream_pattern #(
    parameter SALT = 0  // tells apart the users of one seed
) (
    input  wire       clk,
    input  wire [1:0] pattern,
    output reg        go
);
    integer seed, burst;
    initial begin
        if (!$value$plusargs("seed=%d", seed)) seed = 1;
        seed = seed * 1000 + SALT;
        burst = 0;
        go = 1'b1;
    end
    always @(posedge clk) begin
        case (pattern)
            2'd0: go <= 1'b1;
            2'd1: go <= $random(seed);
            2'd2: go <= ($random(seed) & 7) == 0;
            2'd3: begin
                burst = burst - 1;
                if (burst <= 0) begin
                    burst = $random(seed) & 15;
                    go <= $random(seed);
                end
            end
        endcase
    end
endmodule

module stream_clock (
    output reg clk,
    output reg rst
);
    integer seed, warmup;  // warmup: cycles before the reset in mid-stream
    initial begin
        if (!$value$plusargs("seed=%d", seed)) seed = 1;
        warmup = 17 + 7 * seed;
        clk = 1'b0;
        rst = 1'b1;
        repeat (2) @(posedge clk);
        rst <= 1'b0;
        repeat (warmup) @(posedge clk);
        rst <= 1'b1;
        @(posedge clk);
        rst <= 1'b0;
    end
    always #1 clk = !clk;
endmodule

module stream_source #(
    parameter WIDTH = 8,
    parameter WORDS = 1,   // in input.mem
    parameter SECOND = 0   // 1: the second source, with input2.mem
) (
    input  wire             clk,
    input  wire             rst,
    output reg  [WIDTH-1:0] tdata,
    output reg              tvalid,
    input  wire             tready,
    output wire             done,   // all words were taken
    output reg  [31:0]      start   // cycle of the first transfer since reset
);
    reg [WIDTH-1:0] words [0:WORDS-1];
    reg [1:0] pattern;
    reg started;
    reg [31:0] cycle;
    integer next;
    wire go;
    stream_pattern #(.SALT(SECOND ? 3 : 1)) idle (.clk(clk), .pattern(pattern), .go(go));
    assign done = next == WORDS && !tvalid;
    initial begin
        if (SECOND) begin
            if (!$value$plusargs("idle2=%d", pattern)) pattern = 0;
            $readmemh("input2.mem", words);
        end else begin
            if (!$value$plusargs("idle=%d", pattern)) pattern = 0;
            $readmemh("input.mem", words);
        end
        tvalid = 1'b0;
        next = 0;
    end
    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (tvalid && tready && !started) {started, start} <= {1'b1, cycle};
        if (!tvalid || tready) begin
            if (go && next < WORDS) begin
                {tvalid, tdata} <= {1'b1, words[next]};
                next <= next + 1;
            end else begin
                {tvalid, tdata} <= {1'b0, {WIDTH{1'bx}}};
            end
        end
        if (rst) begin
            tvalid <= 1'b0;
            next <= 0;
            cycle <= 0;
            started <= 1'b0;
        end
    end
endmodule

module stream_sink #(
    parameter WIDTH = 8,
    parameter WORDS = 1,   // in expected.mem
    parameter SECOND = 0,  // 1: the second sink, with expected2.mem
    parameter ALONE = 1,   // 0: a stream_verdict ends the run, not this sink
    parameter QUIET = 64   // cycles without a beat that end a run
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] tdata,
    input  wire             tvalid,
    output reg              tready,
    input  wire             done,   // the source has nothing left
    input  wire [31:0]      start,  // cycle of its first transfer
    output wire             complete,  // all words came, and no other for a while
    output wire [31:0]      latency,   // cycles from the first input transfer to the first word, and to the last
    output wire [31:0]      cycles
);
    reg [WIDTH-1:0] words [0:WORDS-1];
    reg [WIDTH-1:0] held_data;
    reg [1:0] pattern;
    reg held;
    reg [31:0] cycle, first, finish;
    integer next, quiet;
    wire go;
    stream_pattern #(.SALT(SECOND ? 4 : 2)) stall (.clk(clk), .pattern(pattern), .go(go));
    assign complete = next == WORDS && quiet > QUIET;
    assign latency = first - start;
    assign cycles = finish - start;
    initial begin
        if (SECOND) begin
            if (!$value$plusargs("stall2=%d", pattern)) pattern = 0;
            $readmemh("expected2.mem", words);
        end else begin
            if (!$value$plusargs("stall=%d", pattern)) pattern = 0;
            $readmemh("expected.mem", words);
        end
        tready = 1'b0;
        next = 0;
    end
    task fail;
        input [8*40:1] what;
        begin
            $display("FAIL %0s: cycle %0d, word %0d of %0d, found %h, expected %h",
                     what, cycle, next, WORDS, tdata, words[next]);
            $finish(0);
        end
    endtask
    always @(negedge clk) begin : check  // between the edges, when everything has settled
        if (!rst) begin
            if (tvalid !== 1'b0 && tvalid !== 1'b1) begin
                fail("valid is unknown");
                disable check;
            end
            if (held && (!tvalid || tdata !== held_data)) begin
                fail("a stalled beat changed");
                disable check;
            end
            if (tvalid && next == WORDS) begin
                fail("one word too many");
                disable check;
            end
            if (tvalid && tdata !== words[next]) begin
                fail("wrong word");
                disable check;
            end
            if (quiet > 40 * QUIET) begin
                fail("timeout");
                disable check;
            end
            if (ALONE && complete) begin
                if (!done) fail("input left over");
                else begin
                    $display("PASS words=%0d latency=%0d cycles=%0d", WORDS, latency, cycles);
                    $finish(0);
                end
            end
        end
    end
    always @(posedge clk) begin
        tready <= go;
        cycle <= cycle + 1;
        quiet <= quiet + 1;
        held <= tvalid && !tready;
        held_data <= tdata;
        if (tvalid && next == 0 && !held) first <= cycle;
        if (tvalid && tready) begin
            next <= next + 1;
            quiet <= 0;
            finish <= cycle;
        end
        if (rst) begin
            cycle <= 0;
            quiet <= 0;
            held <= 1'b0;
            next <= 0;
        end
    end
endmodule

module stream_verdict (  // ends the run of a module with two outputs
    input wire        clk,
    input wire        done,  // the sources have nothing left
    input wire        complete,
    input wire        complete2,
    input wire [31:0] latency,
    input wire [31:0] cycles,
    input wire [31:0] latency2,
    input wire [31:0] cycles2
);
    always @(negedge clk) begin
        if (complete === 1'b1 && complete2 === 1'b1) begin
            if (!done) $display("FAIL input left over");
            else $display("PASS latency=%0d cycles=%0d latency2=%0d cycles2=%0d", latency, cycles, latency2, cycles2);
            $finish(0);
        end
    end
endmodule
`default_nettype wire
