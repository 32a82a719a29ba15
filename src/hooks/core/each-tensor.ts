/** @file Finding the tensors of an output. */
import { describe } from '../../check/index.ts';

/** Larger or deeper outputs are an error: they are searched at each call. */
const MOST_OBJECTS = 100_000;
const DEEPEST = 100;

/** Longer keys are cut. */
const LONGEST_KEY = 100;

/**
 * Visits the tensors of a value: the value itself, or those in arrays, Maps, Sets and own enumerable properties. An
 * object that occurs twice is searched once; a property whose getter throws is skipped.
 * @param visit gets the tensor and its place: '' for the value itself, else '/logits' or '/hidden/0'. Places are unique
 *   and printable
 * @returns whether there was any
 * @throws the first error of `visit`, after all were visited; RangeError for a value of more than 100,000 objects, or
 *   nested deeper than 100
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
    // The keys 1 and '1' of a Map have the same name, and so have 'a/b' and the 'b' inside 'a'.
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

/** C0, DEL, C1 and lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the point
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/gu;

function nameOf(key: unknown): string {
  if (typeof key === 'number') return String(key);
  const isObject = (typeof key === 'object' && key !== null) || typeof key === 'function';
  const text = isObject ? describe(key) : String(key);
  return (text.length > LONGEST_KEY ? `${text.slice(0, LONGEST_KEY)}…` : text).replace(UNPRINTABLE, ' ');
}

/** Whether to search a value. Typed arrays hold numbers; functions are modules. */
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
