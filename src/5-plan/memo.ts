/** What drafts of one network have in common: the planner tries many foldings, and most layers meet theirs again. */

/** Values by what they are of and by what else decides them. */
export class Memo {
  private readonly values = new WeakMap<object, Map<string, unknown>>();

  /**
   * @param of what the value is made of; it never changes
   * @param key of the rest that decides the value, and of its kind: one key always has values of one type
   */
  once<T>(of: object, key: string, make: () => T): T {
    let own = this.values.get(of);
    if (!own) {
      own = new Map();
      this.values.set(of, own);
    }
    if (!own.has(key)) own.set(key, make());
    return own.get(key) as T;
  }
}
