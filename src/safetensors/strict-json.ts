import { quote } from '../check/index.ts';

const COLON_FOLLOWS = /\s*:/y;
const STARTS_NUMBER = /[-\d]/;
const NUMBER = /[-+.\deE]+/y;
const DIGITS = /^\d+$/;
// With the u flag, a whole surrogate pair does not match.
const LONE_SURROGATE = /\p{Surrogate}/u;

/** As in the reference implementation, which counts fields that it ignores too. */
const DEEPEST = 127;

/**
 * Refuses text that UTF-8 cannot hold. JavaScript's strings and JSON's escapes can.
 * @param where begins the error message
 */
export function checkUnicode(text: string, where: string): void {
  if (LONE_SURROGATE.test(text)) throw new RangeError(`${where} is not valid Unicode: it has a lone surrogate`);
}

/**
 * Refuses what JSON.parse silently accepts: in the header and in its entries the same key twice; sizes and offsets
 * written as `4.0`, `1e0` or `-0`; and at any depth, in unknown fields too, numbers beyond float64, lone surrogates and
 * nesting without end.
 *
 * @param json text that JSON.parse has accepted, so that a string is a key exactly if a colon follows it
 */
export function checkJson(json: string): void {
  const names = new Set<string>();
  let fields = new Set<string>();
  let [name, field] = ['', ''];
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json[i]!;
    if (character === '{' || character === '[') {
      depth++;
      if (depth > DEEPEST) throw new Error(`safetensors: the header is nested more than ${DEEPEST} deep`);
      if (depth === 2) fields = new Set();
    } else if (character === '}' || character === ']') {
      depth--;
    } else if (character === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++;
      const text = json.slice(start, i + 1);
      if (text.includes('\\u')) checkUnicode(JSON.parse(text), `safetensors: the header: the text ${quote(text)}`);
      if (depth > 2) continue;
      COLON_FOLLOWS.lastIndex = i + 1;
      if (!COLON_FOLLOWS.test(json)) continue;
      // "\u0061" and "a" are one key.
      const key = JSON.parse(text) as string;
      const seen = depth === 1 ? names : fields;
      if (seen.has(key)) {
        const path = depth === 1 ? [key] : [name, key];
        throw new Error(`safetensors: the header has ${path.map(quoteName).join(': ')} twice`);
      }
      seen.add(key);
      if (depth === 1) name = key;
      else field = key;
    } else if (STARTS_NUMBER.test(character)) {
      NUMBER.lastIndex = i;
      const [number] = NUMBER.exec(json)!;
      const where = `safetensors: tensor ${quoteName(name)}`;
      const got = number.length > LONGEST_NUMBER ? `${number.slice(0, LONGEST_NUMBER)}…` : number;
      if (!Number.isFinite(Number(number))) throw new Error(`${where}: the number ${got} is out of range`);
      if (depth === 3 && (field === 'shape' || field === 'data_offsets') && !DIGITS.test(number)) {
        throw new Error(`${where}: ${field} must be written in plain digits, as 12 is, got ${got}`);
      }
      i += number.length - 1;
    }
  }
}

const LONGEST_NUMBER = 40;

/** A tensor's name, or a key of the metadata, in a message. */
export const quoteName = (name: string): string => quote(name, 80);
