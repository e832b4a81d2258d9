// Remembers what was worked out lately, for a bounded number of keys.

/** A bounded memory. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/**
 * Makes one of two generations: when the younger is full it becomes the older, and what nobody has asked for since
 * is forgotten. Nothing is moved or sorted on the way.
 * @param size - entries of one generation
 */
export function createRecent<Value>(size: number): Recent<Value> {
  let younger = new Map<string, Value>();
  let older = new Map<string, Value>();
  const set = (key: string, value: Value): void => {
    if (younger.size >= size) {
      older = younger;
      younger = new Map();
    }
    younger.set(key, value);
  };
  return {
    set,
    delete(key) {
      younger.delete(key);
      older.delete(key);
    },
    get(key) {
      const young = younger.get(key);
      if (young !== undefined) return young;
      const old = older.get(key);
      if (old !== undefined) set(key, old);
      return old;
    },
  };
}
