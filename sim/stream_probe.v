// stream_probe.v - write every accepted beat of a stream to a file, when asked to; drives nothing.
//   With +probe=<prefix> on the simulator's command line, <prefix>_<ID>.txt gets "<cycle> <hex>" per beat; without
//   it the probe sleeps.  Reader: readProbe() in src/7-simulate/probe.ts.  Language: Verilog-2005.
// Cycles count the rising edges of clk since reset, as harness.cpp and bench_icarus.v number them.
`default_nettype none
module stream_probe #(
    parameter WIDTH = 8,  // bits of tdata, >= 1
    parameter ID    = 0   // number in the file name, unique in the bench
) (
    input wire             clk,
    input wire             rst,
    input wire             tvalid,
    input wire             tready,
    input wire [WIDTH-1:0] tdata
);
    reg [8*1024-1:0] prefix;  // up to 1024 characters
    reg [8*1040-1:0] name;
    integer          file;
    reg [63:0]       cycle;
    initial begin
        file = 0;
        cycle = 64'd0;
        if ($value$plusargs("probe=%s", prefix)) begin
            $sformat(name, "%0s_%0d.txt", prefix, ID);
            file = $fopen(name, "w");
        end
    end
    always @(posedge clk) begin
        if (file != 0) begin
            cycle <= rst ? 64'd0 : cycle + 64'd1;
            if (!rst && tvalid && tready) $fdisplay(file, "%0d %h", cycle, tdata);
        end
    end
endmodule
`default_nettype wire
