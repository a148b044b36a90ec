/** Strings by number, each held once. */
export interface Interned {
  /** The string's number, a new one if it was not seen before. */
  idOf(text: string): number;
  /** The string's number if it was seen before. */
  find(text: string): number | undefined;
  textOf(id: number): string;
  readonly size: number;
}

export function interned(): Interned {
  const ids = new Map<string, number>();
  const texts: string[] = [];
  return {
    idOf: (text) => {
      const known = ids.get(text);
      if (known !== undefined) return known;
      ids.set(text, texts.length);
      return texts.push(text) - 1;
    },
    find: (text) => ids.get(text),
    textOf: (id) => texts[id] ?? '',
    get size() {
      return texts.length;
    },
  };
}
