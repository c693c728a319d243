/** The module around a network for place and route: registers on both sides, three pins. */
import type { Stream } from '../../5-plan/types.js';
import { renderTemplate } from '../../6-emit/templates.js';

export const HARNESS_MODULE = 'narrowgate_harness';

/** Instance name of the network in the harness: every cell of the network has it as its first part. */
export const NETWORK_INSTANCE = 'network';

const HANDSHAKE_BITS = 3; // aresetn, s_axis_tvalid, m_axis_tready in; s_axis_tready, m_axis_tvalid, m_axis_tlast out

/** Verilog of the harness of the top module `network`. */
export function harnessVerilog(network: string, input: Stream, output: Stream): string {
  const range = ({ lanes, laneBits }: Stream) => {
    const top = lanes * laneBits + HANDSHAKE_BITS - 1;
    return { top, next: top - 1 };
  };
  const ports = { inputs: range(input), outputs: range(output) };
  return renderTemplate('harness.v', { module: HARNESS_MODULE, network, ...ports });
}

/** True for a logic cell that holds a register of the harness. */
export function isHarnessCell(cell: string): boolean {
  return /^(stimulus|captured|folded|serial_out)/.test(cell);
}
