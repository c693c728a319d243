import { type Diagnostic, type Location, NarrowgateError } from '../../diagnostics/diagnostic.js';

/** Collects messages while a model is read, so that the user learns of all of them at once. */
export class Findings {
  readonly file: string; // the model, as the user gave it
  readonly diagnostics: Diagnostic[] = [];

  constructor(file: string) {
    this.file = file;
  }

  add(...diagnostics: Diagnostic[]): undefined {
    for (const each of diagnostics) this.diagnostics.push(each);
  }

  /** The place of a JSON path, such as `layers[2].weights.bits`, in this model. */
  at(path: string): Location {
    return { file: this.file, path };
  }

  stopIfAny(): void {
    if (this.diagnostics.length > 0) throw new NarrowgateError(this.diagnostics);
  }
}
