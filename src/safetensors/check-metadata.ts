import { checkUnicode } from './check-unicode.ts';
import { describe } from './describe.ts';

/** Refuses metadata other than text; it is checked alike when it comes from a file and from a caller. */
export function checkMetadata(entries: readonly (readonly [unknown, unknown])[]): [string, string][] {
  return entries.map(([key, text]) => {
    const where = `safetensors: metadata: the key ${describe(key)}`;
    if (typeof key !== 'string') throw new TypeError(`${where} must be a string`);
    if (typeof text !== 'string')
      throw new TypeError(`${where} must have a string as its value, got ${describe(text)}`);
    checkUnicode(key, where);
    checkUnicode(text, `${where} has a value that`);
    return [key, text];
  });
}
