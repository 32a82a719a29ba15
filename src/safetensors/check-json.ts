import { checkUnicode } from './check-unicode.ts';
import { describe } from './describe.ts';

const COLON_FOLLOWS = /\s*:/y;
const STARTS_NUMBER = /[-\d]/;
const NUMBER = /[-+.\deE]+/y;
const PLAIN = /^\d+$/;
const LONGEST = 40;

/** The reference implementation reads no deeper, also in fields that it ignores. */
const DEEPEST = 127;

/**
 * Refuses what JSON.parse passes over in silence: a key that an object of the header has twice, and a size or an offset
 * that is written as `4.0`, `1e0` or `-0`. Anywhere, in unknown fields too, also a number beyond float64, text with half
 * of a surrogate pair, and nesting without end.
 *
 * @param json text that JSON.parse has accepted: a string is a key exactly where a colon follows it
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
      if (text.includes('\\u')) checkUnicode(JSON.parse(text), `safetensors: the header: the text ${describe(text)}`);
      if (depth > 2) continue;
      COLON_FOLLOWS.lastIndex = i + 1;
      if (!COLON_FOLLOWS.test(json)) continue;
      // "\u0061" and "a" are one key.
      const key = JSON.parse(text) as string;
      const seen = depth === 1 ? names : fields;
      if (seen.has(key)) {
        const path = depth === 1 ? [key] : [name, key];
        throw new Error(`safetensors: the header has ${path.map(describe).join(': ')} twice`);
      }
      seen.add(key);
      if (depth === 1) name = key;
      else field = key;
    } else if (STARTS_NUMBER.test(character)) {
      NUMBER.lastIndex = i;
      const [number] = NUMBER.exec(json)!;
      const where = `safetensors: tensor ${describe(name)}: `;
      const got = number.length > LONGEST ? `${number.slice(0, LONGEST)}…` : number;
      if (!Number.isFinite(Number(number))) throw new Error(`${where}the number ${got} is out of range`);
      if (depth === 3 && (field === 'shape' || field === 'data_offsets') && !PLAIN.test(number)) {
        throw new Error(`${where}${field} must be in plain digits, as 12 is; got ${got}`);
      }
      i += number.length - 1;
    }
  }
}
