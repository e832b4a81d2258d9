// What is remembered about a request or an answer for as long as it lives, and seen by nobody else.
//
// A WeakMap says the same, but its entries outlive the young generation: at ten thousand requests a second the
// collector spent a tenth of the server's time on them (docs/decisions/039).

/** One kind of note. Each has its own: what one keeper writes no other reads. */
export interface Note<Value> {
  /** What was written about this object; undefined where nothing was. */
  get(about: object): Value | undefined;
  set(about: object, value: Value): void;
}

/** Makes a kind of note. */
export function createNote<Value>(): Note<Value> {
  const note: Note<Value> = {
    get: (about) => Notes.read(about, note) as Value | undefined,
    set: (about, value) => Notes.write(about, note, value),
  };
  return note;
}

/** Gives back what it is given, so that the fields of a class below come to stand on that. */
class Given {
  constructor(about: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the one way to put a private field on an object of others.
    return about;
  }
}

/** A private field is out of reach for everybody, is never printed, and goes when its object goes. */
class Notes extends Given {
  /** Kinds and values in turn: there are never many. */
  #written: unknown[] = [];

  static read(about: object, note: object): unknown {
    if (!(#written in about)) return undefined;
    const written = about.#written;
    // Kinds stand at even places alone: what is held may be anything, a kind of note as well.
    for (let at = 0; at < written.length; at += 2) if (written[at] === note) return written[at + 1];
    return undefined;
  }

  static write(about: object, note: object, value: unknown): void {
    const written = #written in about ? about.#written : (new Notes(about) as Notes).#written;
    let at = 0;
    while (at < written.length && written[at] !== note) at += 2;
    written[at] = note;
    written[at + 1] = value;
  }
}
