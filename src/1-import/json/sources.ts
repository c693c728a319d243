import * as errors from '../../diagnostics/json-errors.js';
import { quote } from './describe.js';
import type { LayerDocument } from './document.js';
import type { Findings } from './findings.js';
import type { Source } from './layer.js';
import { nearest } from './nearest.js';

/** What later layers can name, and which of it they did. */
export class Sources {
  private readonly known = new Map<string, Source>();
  private readonly used = new Set<string>();
  private readonly later: ReadonlySet<string>;
  private readonly findings: Findings;
  private previous: Source;

  /** @param names of all layers of the file */
  constructor(input: Source, names: ReadonlySet<string>, findings: Findings) {
    this.previous = input;
    this.known.set(input.name, input);
    this.later = names;
    this.findings = findings;
  }

  /** Make a layer's result known, and the default input of the next layer. */
  add(source: Source): void {
    this.previous = source;
    this.known.set(source.name, source);
  }

  /** What a layer takes: the inputs it names, or the layer before. Unknown names are findings, and sources without shape. */
  of(layer: LayerDocument, path: string): Source[] {
    if ('inputs' in layer) return layer.inputs.map((name, k) => this.find(name, `${path}.inputs[${k}]`));
    if (layer.input !== undefined) return [this.find(layer.input, `${path}.input`)];
    this.used.add(this.previous.name);
    return [this.previous];
  }

  /** Whether any layer takes the result of this one. */
  isUsed(name: string): boolean {
    return this.used.has(name);
  }

  private find(name: string, path: string): Source {
    this.used.add(name);
    const found = this.known.get(name);
    if (found) return found;
    const later = this.later.has(name);
    const guess = later ? undefined : nearest(name, [...this.known.keys()]);
    this.findings.add(errors.modelUnknownLayer(this.findings.at(path), quote(name), later, guess));
    return { name, tensor: name };
  }
}
