/** @file The tensors of an output, found in one way wherever outputs are read. */
import { describe } from '../../check/index.ts';

/** An output is looked through at each call: one with more objects than this is an error, and so is a deeper one. */
const MOST_OBJECTS = 100_000;
const DEEPEST = 100;

/** A key may be any text, or any object in a Map; more of it than this makes no name. */
const LONGEST_KEY = 100;

/**
 * Visits the tensors of a value: itself, or those in arrays, Maps, Sets and own enumerable properties of objects. An object
 * that is found twice, as in a cycle, is looked through once; a property whose getter throws is passed over.
 * @param visit is given the tensor, and where it is: '' for the value itself, else '/logits' or '/hidden/0'. Each place is
 *   another one, of characters that can be printed
 * @returns whether there was any
 * @throws the first error of `visit`, when all were visited; RangeError for a value of more than 100,000 objects, or nested
 *   deeper than 100
 */
export function forEachTensor(
  value: unknown,
  isTensor: (value: unknown) => boolean,
  visit: (tensor: unknown, place: string) => void,
): boolean {
  if (isTensor(value)) {
    visit(value, '');
    return true;
  }
  if (!isContainer(value)) return false;
  const seen = new Set<object>();
  const errors: unknown[] = [];
  const places = new Set<string>();
  const visitPart = (tensor: unknown, wanted: string): void => {
    // The keys 1 and '1' of a Map have one name, and so have 'a/b' and the 'b' in an 'a'.
    let place = wanted;
    for (let other = 2; places.has(place); other++) place = `${wanted} (${other})`;
    places.add(place);
    try {
      visit(tensor, place);
    } catch (error) {
      errors.push(error);
    }
  };
  const look = (container: object, place: string, depth: number): void => {
    if (seen.has(container)) return;
    seen.add(container);
    if (seen.size > MOST_OBJECTS || depth > DEEPEST) {
      const much = depth > DEEPEST ? `is nested deeper than ${DEEPEST}` : `has more than ${MOST_OBJECTS} objects`;
      throw new RangeError(`${describe(value)} ${much}; its tensors are not looked for`);
    }
    for (const [key, part] of partsOf(container)) {
      if (isTensor(part)) visitPart(part, `${place}/${nameOf(key)}`);
      else if (isContainer(part)) look(part, `${place}/${nameOf(key)}`, depth + 1);
    }
  };
  look(value, '', 1);
  if (errors.length > 0) throw errors[0];
  return places.size > 0;
}

/** C0, DEL, C1, and half of a surrogate pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/gu;

function nameOf(key: unknown): string {
  if (typeof key === 'number') return String(key);
  const isObject = (typeof key === 'object' && key !== null) || typeof key === 'function';
  const text = isObject ? describe(key) : String(key);
  return (text.length > LONGEST_KEY ? `${text.slice(0, LONGEST_KEY)}…` : text).replace(UNPRINTABLE, ' ');
}

/** Whether a value may hold tensors. Typed arrays hold numbers; a function is a module, or computes something. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function* partsOf(container: object): Iterable<readonly [key: unknown, part: unknown]> {
  if (Array.isArray(container) || container instanceof Map) yield* container.entries();
  else if (container instanceof Set) yield* [...container].entries();
  else {
    for (const key of Object.keys(container)) {
      let part: unknown;
      try {
        part = (container as Record<string, unknown>)[key];
      } catch {
        continue;
      }
      yield [key, part];
    }
  }
}
