import type { Form } from './forms.js';

/** A secret that must be nowhere, under a name that can be shown. */
export interface Marked {
  name: string;
  forms: Form[];
}

export interface Found {
  /** The name of the secret. */
  of: string;
  /** In which form it was found. */
  as: string;
  at: number;
}

/** Looks for many byte strings at once: a table of their first two bytes passes over nearly every place. */
export function createSearch(marked: readonly Marked[]): (bytes: Buffer) => Found[] {
  const begins = new Uint8Array(0x10000);
  const byStart = new Map<number, { form: Form; of: string }[]>();
  for (const { name, forms } of marked) {
    for (const form of forms) {
      if (form.bytes.length < 4) throw new RangeError(`${name} (${form.name}) is too short to look for`);
      begins[form.bytes.readUInt16BE(0)] = 1;
      const start = form.bytes.readUInt32BE(0);
      byStart.set(start, [...(byStart.get(start) ?? []), { form, of: name }]);
    }
  }
  return (bytes) => {
    const found: Found[] = [];
    for (let at = 0; at + 4 <= bytes.length; at += 1) {
      // In bounds: `at + 4` is.
      if (begins[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 0) continue;
      for (const { form, of } of byStart.get(bytes.readUInt32BE(at)) ?? []) {
        if (bytes.subarray(at, at + form.bytes.length).equals(form.bytes))
          found.push({ of, as: form.name, at });
      }
    }
    return found;
  };
}
