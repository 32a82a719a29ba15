/** @file What a comparison could not see, or saw less exactly, in sentences: with them nothing is a plain PASS. */
import type { Comparison } from './comparison.ts';
import { placeOf } from './difference.ts';
import type { Plan, PlannedPair } from './plan.ts';
import { isTensorPart, type Tree, tensorParts } from './recording.ts';
import { isFloat, roundoff } from './tolerance.ts';

export const notesOf = ({ pairs }: Plan, mode: Comparison['mode']): string[] => [
  ...samples(pairs, mode),
  ...types(pairs),
  ...missingTensors(pairs),
  ...values(pairs),
];

function samples(pairs: readonly PlannedPair[], mode: Comparison['mode']): string[] {
  const sampled = pairs.flatMap(({ output }) =>
    output.flatMap((one) => (one?.indices === undefined ? [] : [one.indices])),
  );
  if (sampled.length === 0) return [];
  const orders = sampled.filter(({ length }) => length === 0).length;
  const alone = orders === 0 ? '' : `, of ${orders} of them the statistics alone, since their layouts differ`;
  const own = mode === 'locked' ? '; what reads them ran with the values of b' : '';
  return [
    `of ${sampled.length} outputs the statistics and 4,096 samples were compared${alone}: a recording had reached its limit${own}`,
  ];
}

function types(pairs: readonly PlannedPair[]): string[] {
  const counts = new Map<string, number>();
  for (const { b, output } of pairs) {
    const [expected] = output;
    const [part] = tensorParts(b.output);
    if (expected === undefined || part === undefined) continue;
    const [inA, inB] = [expected.part.dtype, part.dtype];
    // Integers are equal in any type.
    if (inA === inB || !(isFloat(inA) || isFloat(inB))) continue;
    const coarser = roundoff([inB]) > roundoff([inA]) ? inB : inA;
    const how = isFloat(inA) && isFloat(inB) ? `: compared with the tolerance of ${nameOfType(coarser)}` : '';
    const note = `${nameOfType(inB)} in b and ${nameOfType(inA)} in a${how}`;
    counts.set(note, (counts.get(note) ?? 0) + 1);
  }
  return [...counts].map(([note, count]) => `${count} ${count === 1 ? 'output is' : 'outputs are'} ${note}`);
}

const nameOfType = (dtype: string): string =>
  dtype
    .replace(/^F(?=\d)/, 'float')
    .replace(/^BF/, 'bfloat')
    .replace(/^I(?=\d)/, 'int')
    .replace(/^U(?=\d)/, 'uint');

/** Tensors in the output of the model in a that b's output has not. What modules inside pass on is compared where it is read. */
function missingTensors(pairs: readonly PlannedPair[]): string[] {
  return pairs.flatMap(({ a, output, holds }) => {
    const names = new Set(tensorParts(a.output).map(({ tensor }) => tensor));
    const compared = new Set(output.flatMap((one) => one?.part.tensor ?? []));
    const missing = names.size - compared.size;
    if (a.parent !== null || holds.length > 0 || compared.size === 0 || missing <= 0) return [];
    return `${missing} of the ${names.size} tensors in the output of ${placeOf(a)} are not in that of b`;
  });
}

/** What is no tensor: texts, numbers and truth values at the same places. */
function values(pairs: readonly PlannedPair[]): string[] {
  const found = pairs.flatMap(({ a, b, holds }) =>
    holds.length > 0 ? [] : differences(a.output, b.output, '').map((text) => `${text} of ${placeOf(a)}`),
  );
  return found.length === 0 ? [] : [`what is no tensor differs: ${listed(found)}`];
}

function differences(a: Tree, b: Tree, place: string): string[] {
  if (isTensorPart(a) || isTensorPart(b)) return [];
  if (Array.isArray(a) && Array.isArray(b)) {
    return (a as readonly Tree[]).flatMap((one, i) => (i in b ? differences(one, b[i], `${place}/${i}`) : []));
  }
  if ('fields' in a && 'fields' in b) {
    const keys = Object.keys(a.fields).filter((key) => Object.hasOwn(b.fields, key));
    return keys.flatMap((key) => differences(a.fields[key]!, b.fields[key]!, `${place}/${key}`));
  }
  if (!('value' in a) || !('value' in b) || typeof a.value !== typeof b.value || isClose(a.value, b.value)) return [];
  return [`${JSON.stringify(b.value)} instead of ${JSON.stringify(a.value)} in the output${place}`];
}

const isClose = (p: unknown, q: unknown) =>
  p === q || (typeof p === 'number' && typeof q === 'number' && Math.abs(p - q) <= 1e-5 * Math.abs(p));

/** The first few. */
const listed = (all: readonly string[]) =>
  all.slice(0, 3).join('; ') + (all.length > 3 ? `; and ${all.length - 3} more` : '');
