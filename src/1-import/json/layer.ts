import type { NetworkNode } from '../types.js';

/** A node before it is wired to its neighbours. */
export type NodePart = Unwired<NetworkNode>;
type Unwired<Node> = Node extends NetworkNode ? Omit<Node, 'input' | 'output'> : never;

/** Where a layer stands in the file, and what flows into it. */
export interface LayerPlace {
  readonly name: string;
  readonly path: string; // JSON path, such as layers[0]
  readonly input?: readonly number[]; // shape per sample; absent when an earlier layer could not be read
  readonly sources: readonly Source[]; // all that flows into it, `input` being the shape of the first
}

/** What a layer can take: the network's input, or the result of an earlier layer. */
export interface Source {
  readonly name: string; // as the file calls it
  readonly tensor: string;
  readonly shape?: readonly number[]; // per sample; absent when it could not be read
  readonly realFrom?: string; // the layer that gives real values here; absent for codes
}

/** A layer as a chain of nodes that all give the same shape. Parts are missing when findings were reported. */
export interface LayerReading {
  readonly parts: readonly NodePart[];
  readonly shape?: readonly number[]; // per sample; absent when it could not be read
  readonly coded?: boolean; // true: the last part gives codes, false: real values; absent: as the layer's input
}
