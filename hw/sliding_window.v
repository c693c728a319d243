// sliding_window.v - from the pixels of an image to the windows of a convolution, out of one circular line buffer.
//   For every output pixel (row-major) the taps of its window; with CHANNEL_MAJOR = 0 REPEATS times in a row
//     for ky, for kx, for fold;   with CHANNEL_MAJOR = 1   for fold: REPEATS times: for ky, for kx.
//   Tap (ky, kx) of output pixel (oy, ox) is input pixel (oy*STRIDE_H + ky*DILATION_H - PAD_TOP,
//   ox*STRIDE_W + kx*DILATION_W - PAD_LEFT); outside the image the beat is PAD.  The padding at the bottom and at the
//   right follows from OUT_HEIGHT and OUT_WIDTH.  Input pixels that no window uses are taken and dropped.
// Beat: WIDTH bits, opaque: some channels of a pixel.  In: HEIGHT*COLUMNS*FOLDS beats per image, images without a gap.
// Latency 2 cycles from the last beat of a pixel to its first tap (3 in the first cycle after a reset); the first tap
//   of an image waits for the image's first pixel, other taps in the padding wait for nothing.
// Throughput: 1 beat/cycle at the output, no bubble between taps, windows, rows and images while the pixels are there,
//   and 1 beat/cycle at the input at the same time.  s_axis_tready depends on registers only.
// Memory: PIXELS*FOLDS words, registered read: block RAM or LUTRAM.  When the last beat of a window is read, all pixels
//   before the first position of the next window (row and column clamped to the image) are released; while two rows
//   of windows begin in the same image row (top padding), that row is kept as a whole.
//   Least PIXELS that cannot deadlock: the maximum over windows of (last pixel used) - (first pixel kept) + 1, in row-major
//   numbers.  Least that never holds up a source with an even pace of one image per max(input, output) beats, so that
//   the output of such a source has no bubbles: leastPixels() and smoothPixels() in src/5-plan/window.ts.
// Reset: synchronous, active high, clears control and m_axis_tvalid.  Language: Verilog-2005.
// Test: sim/sliding_window_tb.v, test/hw/sliding_window.test.ts.
`default_nettype none
(* registered_boundary, operand_side *)  // registers lie on both sides, and no accumulator has a part in it
module sliding_window #(
    parameter WIDTH         = 8,   // bits per beat, >= 1
    parameter HEIGHT        = 5,   // rows of the image, >= 1
    parameter COLUMNS       = 5,   // pixels per row, >= 1
    parameter FOLDS         = 1,   // beats per pixel, >= 1
    parameter KERNEL_H      = 3,   // rows of a window, >= 1
    parameter KERNEL_W      = 3,   // taps per row of a window, >= 1
    parameter STRIDE_H      = 1,   // rows from a window to the one below, >= 1
    parameter STRIDE_W      = 1,   // columns from a window to the next, >= 1
    parameter DILATION_H    = 1,   // rows from a tap to the one below, >= 1
    parameter DILATION_W    = 1,   // columns from a tap to the next, >= 1
    parameter PAD_TOP       = 0,   // rows of padding above the image, >= 0
    parameter PAD_LEFT      = 0,   // columns of padding to the left, >= 0
    parameter OUT_HEIGHT    = 3,   // rows of windows, >= 1
    parameter OUT_WIDTH     = 3,   // windows per row, >= 1
    parameter PIXELS        = 16,  // pixels in the line buffer, >= 1
    parameter REPEATS       = 1,   // deliveries of a window, >= 1
    parameter CHANNEL_MAJOR = 0,   // 1: the folds one after the other, each with all its taps
    parameter [WIDTH-1:0] PAD = {WIDTH{1'b0}},  // the beat in the padding
    parameter BLOCK         = 0    // 1: block RAM; 0: LUTRAM, which iCE40 does not have
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] s_axis_tdata,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    output wire [WIDTH-1:0] m_axis_tdata,
    output reg              m_axis_tvalid,
    input  wire             m_axis_tready
);
    // Distances; positions are pixel numbers in row-major order, and run on in the padding and over images.
    localparam START = PAD_TOP * COLUMNS + PAD_LEFT;      // the first tap of an image lies so far before pixel 0
    localparam SPAN_H = (KERNEL_H - 1) * DILATION_H;
    localparam SPAN_W = (KERNEL_W - 1) * DILATION_W;
    localparam BACK = SPAN_H * COLUMNS + SPAN_W;          // from the last tap of a window to its first
    localparam LAST_TOP = (OUT_HEIGHT - 1) * STRIDE_H - PAD_TOP;    // first row of the last row of windows
    localparam LAST_LEFT = (OUT_WIDTH - 1) * STRIDE_W - PAD_LEFT;   // first column of the last window in a row
    localparam OVER_BOTTOM = LAST_TOP + SPAN_H >= HEIGHT ? LAST_TOP + SPAN_H - HEIGHT + 1 : 0;  // rows of padding
    localparam OVER_RIGHT = LAST_LEFT + SPAN_W >= COLUMNS ? LAST_LEFT + SPAN_W - COLUMNS + 1 : 0;
    localparam WORDS = PIXELS * FOLDS;
    localparam ADDRESS_W = WORDS > 1 ? $clog2(WORDS) : 1;

    // Kinds of steps from a tap to the next.
    localparam [2:0] FOLD = 0, TAP = 1, LINE = 2, REPEAT = 3, ACROSS = 4, DOWN = 5, NEXT = 6;
    localparam [2:0] FIRST = 7;       // the step from the first tap of an image, whatever kind it has:
    localparam [2:0] FIRST_KIND =
        CHANNEL_MAJOR == 0 && FOLDS > 1 ? FOLD : KERNEL_W > 1 ? TAP : KERNEL_H > 1 ? LINE : REPEATS > 1 ? REPEAT
        : FOLDS > 1 ? FOLD : OUT_WIDTH > 1 ? ACROSS : OUT_HEIGHT > 1 ? DOWN : NEXT;

    function integer pixel_step;  // of the position
        input [2:0] kind;
        case (kind)
            FOLD:    pixel_step = CHANNEL_MAJOR != 0 ? -BACK : 0;
            TAP:     pixel_step = DILATION_W;
            LINE:    pixel_step = DILATION_H * COLUMNS - SPAN_W;
            REPEAT:  pixel_step = -BACK;
            ACROSS:  pixel_step = STRIDE_W - BACK;
            DOWN:    pixel_step = STRIDE_H * COLUMNS - (OUT_WIDTH - 1) * STRIDE_W - BACK;
            default: pixel_step = (HEIGHT - (OUT_HEIGHT - 1) * STRIDE_H) * COLUMNS - (OUT_WIDTH - 1) * STRIDE_W - BACK;
        endcase
    endfunction
    function integer fold_step;  // of the beat within its pixel
        input [2:0] kind;
        fold_step = kind == FOLD ? 1 : CHANNEL_MAJOR == 0 || kind > REPEAT ? 1 - FOLDS : 0;
    endfunction
    function integer row_step;
        input [2:0] kind;
        case (kind)
            FOLD:    row_step = CHANNEL_MAJOR != 0 ? -SPAN_H : 0;
            TAP:     row_step = 0;
            LINE:    row_step = DILATION_H;
            REPEAT:  row_step = -SPAN_H;
            ACROSS:  row_step = -SPAN_H;
            DOWN:    row_step = STRIDE_H - SPAN_H;
            default: row_step = -SPAN_H - (OUT_HEIGHT - 1) * STRIDE_H;
        endcase
    endfunction
    function integer column_step;
        input [2:0] kind;
        case (kind)
            FOLD:    column_step = CHANNEL_MAJOR != 0 ? -SPAN_W : 0;
            TAP:     column_step = DILATION_W;
            LINE:    column_step = -SPAN_W;
            REPEAT:  column_step = -SPAN_W;
            ACROSS:  column_step = STRIDE_W - SPAN_W;
            default: column_step = -SPAN_W - (OUT_WIDTH - 1) * STRIDE_W;
        endcase
    endfunction

    // Tables by kind, 32 bits each.  `lead` counts from pixel 0 at the first tap of an image, so that this tap waits for it.
    localparam LEAD = 0, ADDRESS = 1, WRAPPED = 2, ROW = 3, COLUMN = 4;
    function [255:0] table_of;
        input integer quantity;
        integer number, pixels, address_step;
        reg [2:0] kind;
        for (number = 0; number < 8; number = number + 1) begin
            kind = number[2:0] == FIRST ? FIRST_KIND : number[2:0];
            pixels = pixel_step(kind);
            address_step = pixels * FOLDS + fold_step(kind);  // Icarus 11 knows no remainder of negative numbers here
            address_step = address_step < 0 ? WORDS - 1 - (-address_step - 1) % WORDS : address_step % WORDS;
            case (quantity)
                LEAD:    table_of[32*number +: 32] = (number[2:0] == FIRST ? START : 0) - (kind == NEXT ? START : 0) - pixels;
                ADDRESS: table_of[32*number +: 32] = address_step;
                WRAPPED: table_of[32*number +: 32] = address_step - WORDS;
                ROW:     table_of[32*number +: 32] = row_step(kind);
                default: table_of[32*number +: 32] = column_step(kind);
            endcase
        end
    endfunction
    localparam [255:0] LEAD_STEPS = table_of(LEAD);
    localparam [255:0] ADDRESS_STEPS = table_of(ADDRESS);
    localparam [31:0] FIRST_ADDRESS = (WORDS - START * FOLDS % WORDS) % WORDS;

    // Release, in pixels.  A row of windows holds its first image row while the next one begins in the same.
    localparam CROSS_ROW = PAD_TOP / STRIDE_H;            // the last row of windows that begins in image row 0 or above
    localparam HOLD_ROWS = CROSS_ROW < OUT_HEIGHT - 1 ? CROSS_ROW : OUT_HEIGHT - 1;
    localparam LOWEST = (HEIGHT + PAD_TOP - 1) / STRIDE_H;  // the last row of windows that begins above the image's end
    localparam END_ROW = LOWEST < OUT_HEIGHT - 1 ? LOWEST : OUT_HEIGHT - 1;
    localparam END_TOP = END_ROW * STRIDE_H > PAD_TOP ? END_ROW * STRIDE_H - PAD_TOP : 0;
    localparam CROSS_COLUMN = PAD_LEFT / STRIDE_W;        // the last window of a row that begins in column 0 or before
    localparam CROSS_LEFT = (CROSS_COLUMN + 1) * STRIDE_W - PAD_LEFT;
    localparam FULL_COLUMN = (COLUMNS + PAD_LEFT) / STRIDE_W;  // the last window of a row that begins in the row or at its end
    localparam RELEASED = LAST_LEFT < 0 ? 0 : LAST_LEFT < COLUMNS ? LAST_LEFT : COLUMNS;  // at the end of a row
    localparam [2:0] KEEP = 0, BEGIN_ROW = 1, IN_ROW = 2, END_OF_ROW = 3, BEGIN_IMAGE = 4, IN_IMAGE = 5, END_OF_IMAGE = 6;
    function [255:0] release_table;
        input integer unused_argument;  // Verilog-2005 functions have at least one
        begin
            release_table = 256'd0;
            release_table[32*BEGIN_ROW +: 32] = -(CROSS_LEFT < COLUMNS ? CROSS_LEFT : COLUMNS);
            release_table[32*IN_ROW +: 32] = -STRIDE_W;
            release_table[32*END_OF_ROW +: 32] = FULL_COLUMN * STRIDE_W - PAD_LEFT - COLUMNS;
            release_table[32*BEGIN_IMAGE +: 32] = RELEASED - ((CROSS_ROW + 1) * STRIDE_H - PAD_TOP) * COLUMNS;
            release_table[32*IN_IMAGE +: 32] = RELEASED - STRIDE_H * COLUMNS;
            release_table[32*END_OF_IMAGE +: 32] = RELEASED - (HEIGHT - END_TOP) * COLUMNS;
        end
    endfunction
    localparam [255:0] RELEASE_STEPS = release_table(0);

    // How far the reader, or what it releases, can be ahead of the writer.  The reader has passed a real tap of the same
    // image or of the one before.  If every window touches the image, that tap is at most a window and a stride away.
    localparam COVERED = PAD_TOP <= SPAN_H && OVER_BOTTOM <= SPAN_H && DILATION_H <= HEIGHT
        && PAD_LEFT <= SPAN_W && OVER_RIGHT <= SPAN_W && DILATION_W <= COLUMNS;
    localparam ROWS_WITHIN = SPAN_H + STRIDE_H;
    localparam ROWS_BETWEEN = HEIGHT - (LAST_TOP < 0 ? 0 : LAST_TOP) + SPAN_H;
    localparam ROWS_AHEAD = !COVERED ? 2 * HEIGHT + OVER_BOTTOM + SPAN_H
        : ROWS_WITHIN < ROWS_BETWEEN ? ROWS_BETWEEN : ROWS_WITHIN;
    localparam AHEAD = (ROWS_AHEAD + 2) * COLUMNS + OVER_RIGHT + SPAN_W;
    localparam BEHIND = PIXELS + START;
    localparam LEAD_W = $clog2((AHEAD < BEHIND ? BEHIND : AHEAD) + 2) + 1;
    localparam EXCESS_W = $clog2(PIXELS + AHEAD + 1) + 1;

    // Whether a tap of some window lies inside: rows or columns of the image, of the kernel, of the padding, of windows.
    function integer touches;
        input integer size, taps, stride, dilation, pad, windows;
        integer tap, window;
        begin
            touches = 0;
            for (tap = 0; tap < taps; tap = tap + 1) begin
                window = tap * dilation < pad ? (pad - tap * dilation + stride - 1) / stride : 0;  // the first not before
                if (window < windows && window * stride + tap * dilation - pad < size) touches = 1;
            end
        end
    endfunction
    generate
        if (WIDTH < 1 || HEIGHT < 1 || COLUMNS < 1 || FOLDS < 1 || KERNEL_H < 1 || KERNEL_W < 1 || STRIDE_H < 1
            || STRIDE_W < 1 || DILATION_H < 1 || DILATION_W < 1 || PAD_TOP < 0 || PAD_LEFT < 0 || OUT_HEIGHT < 1
            || OUT_WIDTH < 1 || PIXELS < 1 || REPEATS < 1 || CHANNEL_MAJOR < 0 || CHANNEL_MAJOR > 1 || BLOCK < 0
            || BLOCK > 1) begin : gen_check
            sliding_window_ERROR_parameter_out_of_range see_header ();
        end else if (touches(HEIGHT, KERNEL_H, STRIDE_H, DILATION_H, PAD_TOP, OUT_HEIGHT) == 0
            || touches(COLUMNS, KERNEL_W, STRIDE_W, DILATION_W, PAD_LEFT, OUT_WIDTH) == 0) begin : gen_untouched
            sliding_window_ERROR_no_window_touches_the_image see_header ();
        end
    endgenerate

    // The tap to be read.  Positions are compared by their distances, whose signs are the answers.
    reg [ADDRESS_W-1:0] address;        // of the tap
    reg [LEAD_W-1:0]    lead;           // pixels written - position of the tap - 1, signed
    reg [EXCESS_W-1:0]  excess;         // pixels written and not released - PIXELS, signed
    reg                 in_image, waits;  // the tap is a pixel; it must have been written
    reg [1:0]           primed;         // bit 1: all of these describe the tap
    reg [2:0]           step, release_step;            // what follows the tap
    reg [2:0]           next_step, next_release_step;  // what follows the tap after it
    wire enable = !m_axis_tvalid || m_axis_tready;
    wire read = enable && primed[1] && !(waits && lead[LEAD_W-1]);
    wire advance = read || !primed[1];
    wire write = s_axis_tvalid && s_axis_tready;
    wire [ADDRESS_W-1:0] write_address;
    wire pixel_ends, unused_write_last;
    wire [(FOLDS > 1 ? $clog2(FOLDS) : 1)-1:0] unused_write_fold;
    wire written = write && pixel_ends;

    assign s_axis_tready = excess[EXCESS_W-1];
    wrap_counter #(.COUNT(WORDS)) write_address_counter (
        .clk(clk), .rst(rst), .step(write), .value(write_address), .last(unused_write_last)
    );
    wrap_counter #(.COUNT(FOLDS)) write_fold_counter (
        .clk(clk), .rst(rst), .step(write), .value(unused_write_fold), .last(pixel_ends)
    );

    // Counters, two taps ahead.
    wire tap_step, line_step, repeat_step, fold_step_due, window_step, down_step, image_step;
    wire tap_last, line_last, repeat_last, fold_last, across_last, down_last;
    wire [(KERNEL_W > 1 ? $clog2(KERNEL_W) : 1)-1:0] unused_tap;
    wire [(KERNEL_H > 1 ? $clog2(KERNEL_H) : 1)-1:0] unused_line;
    wire [(REPEATS > 1 ? $clog2(REPEATS) : 1)-1:0] unused_repeat;
    wire [(FOLDS > 1 ? $clog2(FOLDS) : 1)-1:0] unused_fold;
    wire [(OUT_WIDTH > 1 ? $clog2(OUT_WIDTH) : 1)-1:0] across;
    wire [(OUT_HEIGHT > 1 ? $clog2(OUT_HEIGHT) : 1)-1:0] down;
    assign fold_step_due = CHANNEL_MAJOR == 0 || (repeat_step && repeat_last);
    assign tap_step = CHANNEL_MAJOR != 0 || fold_last;
    assign line_step = tap_step && tap_last;
    assign repeat_step = line_step && line_last;
    assign window_step = CHANNEL_MAJOR == 0 ? repeat_step && repeat_last : fold_step_due && fold_last;
    assign down_step = window_step && across_last;
    assign image_step = down_step && down_last;
    wrap_counter #(.COUNT(KERNEL_W)) tap_counter (
        .clk(clk), .rst(rst), .step(advance && tap_step), .value(unused_tap), .last(tap_last)
    );
    wrap_counter #(.COUNT(KERNEL_H)) line_counter (
        .clk(clk), .rst(rst), .step(advance && line_step), .value(unused_line), .last(line_last)
    );
    wrap_counter #(.COUNT(REPEATS)) repeat_counter (
        .clk(clk), .rst(rst), .step(advance && repeat_step), .value(unused_repeat), .last(repeat_last)
    );
    wrap_counter #(.COUNT(FOLDS)) fold_counter (
        .clk(clk), .rst(rst), .step(advance && fold_step_due), .value(unused_fold), .last(fold_last)
    );
    wrap_counter #(.COUNT(OUT_WIDTH)) across_counter (
        .clk(clk), .rst(rst), .step(advance && window_step), .value(across), .last(across_last)
    );
    wrap_counter #(.COUNT(OUT_HEIGHT)) down_counter (
        .clk(clk), .rst(rst), .step(advance && down_step), .value(down), .last(down_last)
    );
    reg first;  // the counters stand at the first tap of an image
    wire [2:0] repeat_or_fold = CHANNEL_MAJOR != 0 && repeat_last ? FOLD : REPEAT;
    wire [2:0] kind = START != 0 && first ? FIRST : image_step ? NEXT : down_step ? DOWN : window_step ? ACROSS
        : repeat_step ? repeat_or_fold : line_step ? LINE : tap_step ? TAP : FOLD;
    wire signed [31:0] window_column = {{(32 - (OUT_WIDTH > 1 ? $clog2(OUT_WIDTH) : 1)){1'b0}}, across};
    wire signed [31:0] window_row = {{(32 - (OUT_HEIGHT > 1 ? $clog2(OUT_HEIGHT) : 1)){1'b0}}, down};
    wire [2:0] row_release = window_row == END_ROW ? END_OF_IMAGE : window_row == CROSS_ROW ? BEGIN_IMAGE : IN_IMAGE;
    wire [2:0] column_release = window_column < CROSS_COLUMN ? KEEP : window_column == CROSS_COLUMN ? BEGIN_ROW
        : window_column < FULL_COLUMN ? IN_ROW : window_column == FULL_COLUMN ? END_OF_ROW : KEEP;
    wire [2:0] release_kind = !window_step || window_row < HOLD_ROWS || window_row > END_ROW ? KEEP
        : down_step ? row_release : column_release;

    // Row and column of the tap after, as far as there is padding.
    wire row_inside, column_inside;
    generate
        if (PAD_TOP > 0 || OVER_BOTTOM > 0) begin : gen_rows
            localparam [255:0] STEPS = table_of(ROW);
            localparam ROW_W = $clog2(HEIGHT + (PAD_TOP < OVER_BOTTOM ? OVER_BOTTOM : PAD_TOP));  // negative: HEIGHT and more
            localparam [31:0] TOP = -PAD_TOP;
            localparam [31:0] BOTTOM = HEIGHT - 1;
            reg [ROW_W-1:0] row;
            assign row_inside = row <= BOTTOM[ROW_W-1:0];
            initial row = TOP[ROW_W-1:0];
            always @(posedge clk) begin
                if (advance && primed[0]) row <= row + STEPS[{next_step, 5'd0} +: ROW_W];
                if (rst) row <= TOP[ROW_W-1:0];
            end
        end else begin : gen_no_rows
            assign row_inside = 1'b1;
        end
        if (PAD_LEFT > 0 || OVER_RIGHT > 0) begin : gen_columns
            localparam [255:0] STEPS = table_of(COLUMN);
            localparam COLUMN_W = $clog2(COLUMNS + (PAD_LEFT < OVER_RIGHT ? OVER_RIGHT : PAD_LEFT));
            localparam [31:0] LEFT = -PAD_LEFT;
            localparam [31:0] RIGHT = COLUMNS - 1;
            reg [COLUMN_W-1:0] column;
            assign column_inside = column <= RIGHT[COLUMN_W-1:0];
            initial column = LEFT[COLUMN_W-1:0];
            always @(posedge clk) begin
                if (advance && primed[0]) column <= column + STEPS[{next_step, 5'd0} +: COLUMN_W];
                if (rst) column <= LEFT[COLUMN_W-1:0];
            end
        end else begin : gen_no_columns
            assign column_inside = 1'b1;
        end
    endgenerate

    // One carry chain each: the pixel written enters as the carry.
    wire [LEAD_W-1:0] lead_change = read ? LEAD_STEPS[{step, 5'd0} +: LEAD_W] : {LEAD_W{1'b0}};
    wire [EXCESS_W-1:0] excess_change = read ? RELEASE_STEPS[{release_step, 5'd0} +: EXCESS_W] : {EXCESS_W{1'b0}};
    wire [LEAD_W:0] next_lead = {lead, 1'b1} + {lead_change, written};
    wire [EXCESS_W:0] next_excess = {excess, 1'b1} + {excess_change, written};
    wire unused_carries = &{1'b0, next_lead[0], next_excess[0]};
    wire [ADDRESS_W-1:0] next_address;
    generate
        if (WORDS == 2**ADDRESS_W || WORDS == 1) begin : gen_power
            assign next_address = address + ADDRESS_STEPS[{step, 5'd0} +: ADDRESS_W];
        end else begin : gen_wrap
            // address + step and address + step - WORDS side by side; the second counts if it is not negative
            localparam [255:0] WRAPPED_STEPS = table_of(WRAPPED);
            wire [ADDRESS_W-1:0] straight = address + ADDRESS_STEPS[{step, 5'd0} +: ADDRESS_W];
            wire [ADDRESS_W:0] wrapped = {1'b0, address} + WRAPPED_STEPS[{step, 5'd0} +: ADDRESS_W + 1];
            assign next_address = wrapped[ADDRESS_W] ? straight : wrapped[ADDRESS_W-1:0];
        end
    endgenerate

    localparam [31:0] FIRST_LEAD = -1;       // the first tap waits for pixel 0
    localparam [31:0] FIRST_EXCESS = -PIXELS;
    initial begin
        address = FIRST_ADDRESS[ADDRESS_W-1:0];
        lead = FIRST_LEAD[LEAD_W-1:0];
        excess = FIRST_EXCESS[EXCESS_W-1:0];
        primed = 2'b00;
        first = 1'b1;
        m_axis_tvalid = 1'b0;
    end
    always @(posedge clk) begin
        if (read) address <= next_address;
        lead <= next_lead[LEAD_W:1];
        excess <= next_excess[EXCESS_W:1];
        if (advance) begin
            primed <= {primed[0], 1'b1};
            first <= image_step;
            next_step <= kind;
            next_release_step <= release_kind;
            step <= next_step;
            release_step <= next_release_step;
            in_image <= row_inside && column_inside;
            waits <= (row_inside && column_inside) || next_step == FIRST;
        end
        if (enable) m_axis_tvalid <= read;
        if (rst) begin
            address <= FIRST_ADDRESS[ADDRESS_W-1:0];
            lead <= FIRST_LEAD[LEAD_W-1:0];
            excess <= FIRST_EXCESS[EXCESS_W-1:0];
            primed <= 2'b00;
            first <= 1'b1;
            m_axis_tvalid <= 1'b0;
        end
    end

    // The same twice: an attribute's value cannot depend on a parameter in every tool.
    generate
        if (BLOCK != 0) begin : gen_block
            (* ram_style = "block" *) reg [WIDTH-1:0] memory [0:WORDS-1];
            reg [WIDTH-1:0] data;
            assign m_axis_tdata = data;
            always @(posedge clk) begin
                if (write) memory[write_address] <= s_axis_tdata;
                if (read) data <= in_image ? memory[address] : PAD;
            end
        end else begin : gen_distributed
            (* ram_style = "distributed" *) reg [WIDTH-1:0] memory [0:WORDS-1];
            reg [WIDTH-1:0] data;
            assign m_axis_tdata = data;
            always @(posedge clk) begin
                if (write) memory[write_address] <= s_axis_tdata;
                if (read) data <= in_image ? memory[address] : PAD;
            end
        end
    endgenerate
endmodule
`default_nettype wire
