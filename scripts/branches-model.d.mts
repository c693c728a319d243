type Layer = Readonly<Record<string, unknown>>;

export function irregular(shape: readonly number[], most: number, seed: number): unknown;

export function conv(name: string, shape: readonly number[], rest: Record<string, unknown>): Layer;

export const BRANCHES: Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly layers: readonly Layer[];
};
