// bench_icarus.v - drive `bench` in Icarus: stream beats in, collect beats out, watch the stream contract.
//   Twin: harness.cpp, cycle by cycle, stalls included; the plusargs and the result file are described there.
//   An extra outcome: `unknown`, when a handshake signal or an accepted output beat holds x or z.
// No races: one process does everything; inputs change while clk is low, outputs are read just before it rises.
`default_nettype none
module bench_icarus;
    parameter IN_BITS  = 8;  // width of s_axis_tdata of bench, set on the command line of iverilog
    parameter OUT_BITS = 8;  // width of m_axis_tdata of bench
    localparam RESET_CYCLES = 8;  // as in harness.cpp
    localparam PATH_CHARACTERS = 1024;

    reg                 clk, rst;
    reg  [7:0]          select;
    reg  [IN_BITS-1:0]  s_axis_tdata;
    reg                 s_axis_tvalid;
    wire                s_axis_tready;
    wire [OUT_BITS-1:0] m_axis_tdata;
    wire                m_axis_tvalid, m_axis_tlast;
    reg                 m_axis_tready;
    bench bench (
        .clk(clk), .rst(rst), .select(select),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tlast(m_axis_tlast),
        .m_axis_tready(m_axis_tready)
    );

    reg [8*PATH_CHARACTERS-1:0] in_path, result_path;
    integer      in_file, result, matched;
    reg [63:0]   beats, expected, timeout, drain;         // meanings: harness.cpp
    reg [31:0]   out_bits, stall_in, stall_out, seed_in, seed_out;
    reg [63:0]   accepted, received, idle, cycle;
    reg          presented;                               // an input beat stands at the port
    reg          holding, held_last, stalled;
    reg [OUT_BITS-1:0] held, known_mask;
    reg          running;

    task stop_early;
        begin
            $display("bench_icarus: a plusarg is missing, or a file is missing or too short");
            $finish;
        end
    endtask

    // One step of xorshift32, the same sequence as in harness.cpp.
    function [31:0] xorshift(input [31:0] state);
        begin
            xorshift = state;
            xorshift = xorshift ^ (xorshift << 13);
            xorshift = xorshift ^ (xorshift >> 17);
            xorshift = xorshift ^ (xorshift << 5);
        end
    endfunction

    task finish(input [8*13-1:0] outcome);
        begin
            $fdisplay(result, "end %0s %0d", outcome, cycle);
            running = 1'b0;
        end
    endtask

    task drive_inputs;
        begin
            if (!presented && accepted < beats) begin
                stalled = 1'b0;
                if (stall_in != 0) begin
                    seed_in = xorshift(seed_in);
                    stalled = (seed_in >> 8) % 100 < stall_in;
                end
                if (!stalled) begin
                    matched = $fscanf(in_file, "%h", s_axis_tdata);
                    if (matched != 1) stop_early;
                    presented = 1'b1;
                end
            end
            s_axis_tvalid = presented;
            stalled = 1'b0;
            if (stall_out != 0) begin
                seed_out = xorshift(seed_out);
                stalled = (seed_out >> 8) % 100 < stall_out;
            end
            m_axis_tready = !stalled;
        end
    endtask

    task sample_outputs;
        begin
            idle = idle + 1;
            if (s_axis_tvalid && s_axis_tready === 1'b1) begin
                $fdisplay(result, "i %0d", cycle);
                accepted = accepted + 1;
                presented = 1'b0;
                idle = 0;
            end
            if ((^{s_axis_tready, m_axis_tvalid}) === 1'bx) finish("unknown");
            else if (holding && !m_axis_tvalid) finish("valid_dropped");
            else if (holding && {m_axis_tdata, m_axis_tlast} !== {held, held_last}) finish("data_changed");
            else if (m_axis_tvalid && received == expected) finish("surplus");
            else if (m_axis_tvalid && m_axis_tready) begin
                if ((^{m_axis_tdata & known_mask, m_axis_tlast}) === 1'bx) finish("unknown");
                else begin
                    $fdisplay(result, "o %0d %b %0h", cycle, m_axis_tlast, m_axis_tdata);
                    received = received + 1;
                    idle = 0;
                end
            end
            holding = m_axis_tvalid && !m_axis_tready;
            if (holding) {held, held_last} = {m_axis_tdata, m_axis_tlast};
            if (running) begin
                if (accepted == beats && received == expected) begin
                    if (idle >= drain) finish("complete");
                end else if (idle >= timeout) finish("no_progress");
            end
        end
    endtask

    initial begin
        clk = 1'b0;
        rst = 1'b1;
        s_axis_tdata = 0;
        s_axis_tvalid = 1'b0;
        m_axis_tready = 1'b0;
        if (!$value$plusargs("in=%s", in_path)) stop_early;
        if (!$value$plusargs("result=%s", result_path)) stop_early;
        if (!$value$plusargs("select=%d", select)) stop_early;
        if (!$value$plusargs("beats=%d", beats)) stop_early;
        if (!$value$plusargs("expected=%d", expected)) stop_early;
        if (!$value$plusargs("timeout=%d", timeout)) stop_early;
        if (!$value$plusargs("drain=%d", drain)) stop_early;
        if (!$value$plusargs("out_bits=%d", out_bits)) stop_early;
        if (!$value$plusargs("stall_in=%d", stall_in)) stop_early;
        if (!$value$plusargs("stall_out=%d", stall_out)) stop_early;
        if (!$value$plusargs("seed_in=%d", seed_in)) stop_early;
        if (!$value$plusargs("seed_out=%d", seed_out)) stop_early;
        in_file = $fopen(in_path, "r");
        result = $fopen(result_path, "w");
        if (in_file == 0 || result == 0) stop_early;
        known_mask = ~({OUT_BITS{1'b1}} << out_bits);

        repeat (RESET_CYCLES) begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
        end
        rst = 1'b0;
        {accepted, received, idle, cycle} = 0;
        {presented, holding} = 2'b00;
        running = 1'b1;
        while (running) begin
            drive_inputs;
            #1 sample_outputs;
            clk = 1'b1;
            #1 clk = 1'b0;
            cycle = cycle + 1;
        end
        $fclose(result);
        $finish;
    end
endmodule
`default_nettype wire
