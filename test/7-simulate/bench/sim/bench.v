// A bench as templates write it, with small devices: 0 and 1 sound (narrow and wide), the others with a fault.
`default_nettype none
module bench #(
    parameter IN_BITS  = 200,
    parameter OUT_BITS = 200
) (
    input  wire                clk,
    input  wire                rst,
    input  wire [7:0]          select,
    input  wire [IN_BITS-1:0]  s_axis_tdata,
    input  wire                s_axis_tvalid,
    output wire                s_axis_tready,
    output wire [OUT_BITS-1:0] m_axis_tdata,
    output wire                m_axis_tvalid,
    output wire                m_axis_tlast,
    input  wire                m_axis_tready
);
    localparam DEVICES = 8;
    wire [DEVICES-1:0] ready, valid;
    wire [7:0]         data0, data2, data3, data4, data5, data6, data7;
    wire [IN_BITS-1:0] data1, middle;
    wire               middle_valid, middle_ready;

    skid_register #(.WIDTH(8)) device0 (
        .clk(clk), .rst(rst || select != 0),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 0), .s_axis_tready(ready[0]),
        .m_axis_tdata(data0), .m_axis_tvalid(valid[0]), .m_axis_tready(m_axis_tready)
    );

    skid_register #(.WIDTH(IN_BITS)) device1_first (
        .clk(clk), .rst(rst || select != 1),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid && select == 1), .s_axis_tready(ready[1]),
        .m_axis_tdata(middle), .m_axis_tvalid(middle_valid), .m_axis_tready(middle_ready)
    );
    stream_probe #(.WIDTH(IN_BITS), .ID(7)) probe7 (
        .clk(clk), .rst(rst || select != 1), .tvalid(middle_valid), .tready(middle_ready), .tdata(middle)
    );
    doubling_register #(.WIDTH(IN_BITS)) device1_second (
        .clk(clk), .rst(rst || select != 1),
        .s_axis_tdata(middle), .s_axis_tvalid(middle_valid), .s_axis_tready(middle_ready),
        .m_axis_tdata(data1), .m_axis_tvalid(valid[1]), .m_axis_tready(m_axis_tready)
    );

    skid_register #(.WIDTH(8), .FAULT("deadlock")) device2 (
        .clk(clk), .rst(rst || select != 2),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 2), .s_axis_tready(ready[2]),
        .m_axis_tdata(data2), .m_axis_tvalid(valid[2]), .m_axis_tready(m_axis_tready)
    );
    skid_register #(.WIDTH(8), .FAULT("valid_dropped")) device3 (
        .clk(clk), .rst(rst || select != 3),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 3), .s_axis_tready(ready[3]),
        .m_axis_tdata(data3), .m_axis_tvalid(valid[3]), .m_axis_tready(m_axis_tready)
    );
    skid_register #(.WIDTH(8), .FAULT("data_changed")) device4 (
        .clk(clk), .rst(rst || select != 4),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 4), .s_axis_tready(ready[4]),
        .m_axis_tdata(data4), .m_axis_tvalid(valid[4]), .m_axis_tready(m_axis_tready)
    );
    skid_register #(.WIDTH(8), .FAULT("surplus")) device5 (
        .clk(clk), .rst(rst || select != 5),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 5), .s_axis_tready(ready[5]),
        .m_axis_tdata(data5), .m_axis_tvalid(valid[5]), .m_axis_tready(m_axis_tready)
    );
    skid_register #(.WIDTH(8), .FAULT("unknown")) device6 (
        .clk(clk), .rst(rst || select != 6),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 6), .s_axis_tready(ready[6]),
        .m_axis_tdata(data6), .m_axis_tvalid(valid[6]), .m_axis_tready(m_axis_tready)
    );
    skid_register #(.WIDTH(8), .FAULT("finish")) device7 (
        .clk(clk), .rst(rst || select != 7),
        .s_axis_tdata(s_axis_tdata[7:0]), .s_axis_tvalid(s_axis_tvalid && select == 7), .s_axis_tready(ready[7]),
        .m_axis_tdata(data7), .m_axis_tvalid(valid[7]), .m_axis_tready(m_axis_tready)
    );

    // tlast: every fourth beat of the output.
    reg [1:0] position;
    always @(posedge clk)
        if (rst) position <= 2'd0;
        else if (m_axis_tvalid && m_axis_tready) position <= position + 2'd1;
    assign m_axis_tlast = position == 2'd3;

    assign s_axis_tready = ready[select[2:0]];
    assign m_axis_tvalid = valid[select[2:0]];
    assign m_axis_tdata = select == 0 ? data0 : select == 1 ? data1 : select == 2 ? data2 : select == 3 ? data3
                        : select == 4 ? data4 : select == 5 ? data5 : select == 6 ? data6 : data7;
endmodule
`default_nettype wire
