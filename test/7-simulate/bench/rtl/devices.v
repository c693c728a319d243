// Devices for the tests of the simulation layer: a sound one, and one with a fault of choice.
`default_nettype none
// y = 2x + ROM[0], one register, full rate.
module doubling_register #(
    parameter WIDTH = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output reg  [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready
);
    reg [7:0] rom [0:0];
    wire [WIDTH-1:0] addend = {{WIDTH-8{1'b0}}, rom[0]};
    initial $readmemh("addend.mem", rom);
    assign s_axis_tready = !m_axis_tvalid || m_axis_tready;
    always @(posedge clk) begin
        if (s_axis_tready) begin
            m_axis_tvalid <= s_axis_tvalid;
            m_axis_tdata <= {s_axis_tdata[WIDTH-2:0], 1'b0} + addend;
        end
        if (rst) m_axis_tvalid <= 1'b0;
    end
endmodule

// y = x through a skid buffer (one spare register, registered ready), with a fault.
module skid_register #(
    parameter WIDTH = 8,
    parameter FAULT = "none"  // none, deadlock, valid_dropped, data_changed, surplus, unknown, finish
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output wire [WIDTH-1:0] m_axis_tdata,
    output wire             m_axis_tvalid,
    input  wire             m_axis_tready
);
    reg [WIDTH-1:0] main, spare;
    reg             main_valid, spare_valid, again;
    reg [15:0]      seen;     // beats accepted
    reg             waiting;  // the beat at the output was offered before
    reg             never_written;
    assign s_axis_tready = !spare_valid && !(FAULT == "deadlock" && seen == 16'd5);
    assign m_axis_tvalid = main_valid && !(FAULT == "valid_dropped" && waiting && seen > 16'd3);
    assign m_axis_tdata = FAULT == "data_changed" && waiting && seen > 16'd3 ? main ^ 1
                        : FAULT == "unknown" && seen > 16'd3 ? {WIDTH{never_written}} : main;
    wire take = s_axis_tvalid && s_axis_tready;
    wire give = m_axis_tready || !main_valid;
    wire repeat_beat = FAULT == "surplus" && seen >= 16'd9 && main_valid && !again;
    always @(posedge clk) begin
        if (FAULT == "finish" && seen == 16'd7) $finish;
        waiting <= main_valid && !m_axis_tready;
        if (take) seen <= seen + 16'd1;
        if (give && repeat_beat) again <= 1'b1;
        if (give && !repeat_beat) begin
            main <= spare_valid ? spare : s_axis_tdata;
            main_valid <= spare_valid || take;
            spare_valid <= 1'b0;
        end else if (take) begin
            spare <= s_axis_tdata;
            spare_valid <= 1'b1;
        end
        if (rst) {main_valid, spare_valid, waiting, again, seen} <= 0;
    end
endmodule
`default_nettype wire
