const KEYWORDS = new Set(
  (
    'always and assign automatic begin buf case casex casez cell config deassign default defparam design disable edge else end endcase ' +
    'endconfig endfunction endgenerate endmodule endprimitive endspecify endtable endtask event for force forever fork function ' +
    'generate genvar if initial inout input instance integer join large liblist library localparam macromodule medium module nand ' +
    'negedge nor not or output parameter posedge primitive pulldown pullup real realtime reg release repeat scalared ' +
    'signed small specify specparam strong0 strong1 supply0 supply1 table task time tri triand trior trireg unsigned use vectored wait ' +
    'wand weak0 weak1 while wire wor xnor xor logic bit byte int do return type var void interface package program class bench'
  ).split(' '),
);

/** A Verilog identifier made from any text: letters, digits and underscores, no keyword. */
export function verilogName(text: string): string {
  const cleaned =
    text
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 60) || 'network';
  const started = /^[A-Za-z]/.test(cleaned) ? cleaned : `n_${cleaned}`;
  return KEYWORDS.has(started) ? `${started}_0` : started;
}
