import type { OnnxNode } from './decode.js';
import type { ImportState, Value } from './values.js';

/** A node's values; undefined for an optional input that is absent. */
export type Inputs = readonly (Value | undefined)[];

/** Adds the Network nodes of an ONNX node that meets an activation, and declares its output. */
export type Handler = (state: ImportState, node: OnnxNode, inputs: Inputs) => void;
