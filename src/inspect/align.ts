/** @file Which call of one model is which call of another one. */
import { familyOf } from './kinds.ts';
import { longestCommonSubsequence } from './longest-common-subsequence.ts';
import { type RecordedCall, type Recording, tensorParts } from './recording.ts';

/** Paths of the second model by those of the first; a path that is missing is looked for. */
export type PathMap = Readonly<Record<string, string>> | ((path: string) => string | undefined);

export interface Alignment {
  /** Indices of calls of b by those of a. */
  readonly pairs: ReadonlyMap<number, number>;
  /** By the user's map or equal paths, or guessed from the sequence of kinds and shapes. */
  readonly way: 'paths' | 'sequence';
  /** The prefixes behind which the paths are equal: `model.` on one side, say. */
  readonly prefixes: readonly [string, string];
}

/** Paths are taken if this share of the calls is covered by them; otherwise what covers more. */
const ENOUGH = 0.8;

export function align(a: Recording, b: Recording, map?: PathMap): Alignment {
  const mapped = mappedPaths(a, map);
  const prefixes = commonPrefixes(a, b);
  const [ofA, ofB] = prefixes;
  const calls = new Map(b.calls.map(({ path, call }, i) => [keyOf(path, call), i]));
  const pairs = new Map<number, number>();
  for (const [i, { path, call }] of a.calls.entries()) {
    const other =
      mapped.get(path) ?? (path === '' ? '' : path.startsWith(ofA) ? ofB + path.slice(ofA.length) : undefined);
    const found = other === undefined ? undefined : calls.get(keyOf(other, call));
    if (found !== undefined) pairs.set(i, found);
  }
  const share = coverage(a, pairs);
  if (mapped.size > 0 || share >= ENOUGH) return { pairs, way: 'paths', prefixes };
  const guessed = bySequence(a, b);
  return coverage(a, guessed) > share
    ? { pairs: guessed, way: 'sequence', prefixes: ['', ''] }
    : { pairs, way: 'paths', prefixes };
}

/**
 * The share of the calls with tensors that have a counterpart, or are inside one that has: what a module gives depends on what is
 * in it. The root does not count.
 */
function coverage(a: Recording, pairs: ReadonlyMap<number, number>): number {
  const inner = a.calls.flatMap(({ path, output }, i) => (path !== '' && tensorParts(output).length > 0 ? i : []));
  const covered = inner.filter((i) => isCovered(a, i, (one) => pairs.has(one)));
  return inner.length === 0 ? 1 : covered.length / inner.length;
}

/** Whether a call, or one around it that is not the root, is compared. */
export function isCovered(a: Recording, index: number, isCompared: (index: number) => boolean): boolean {
  for (let at: number | null = index; at !== null; ) {
    const { path, parent }: RecordedCall = a.calls[at]!;
    if (isCompared(at)) return at === index || path !== '';
    if (parent === null) return false;
    at = parent;
  }
  return false;
}

function mappedPaths(a: Recording, map: PathMap | undefined): Map<string, string> {
  const mapped = new Map<string, string>();
  if (map === undefined) return mapped;
  for (const { path } of a.calls) {
    const other = typeof map === 'function' ? map(path) : Object.hasOwn(map, path) ? map[path] : undefined;
    if (other !== undefined) mapped.set(path, other);
  }
  return mapped;
}

const keyOf = (path: string, call: number) => `${call} ${path}`;

/** The prefixes, one of them empty, behind which most paths are equal. */
function commonPrefixes(a: Recording, b: Recording): [string, string] {
  const paths = (recording: Recording) => new Set(recording.calls.map(({ path }) => path));
  const [ofA, ofB] = [paths(a), paths(b)];
  const equal = (prefixA: string, prefixB: string) =>
    [...ofA].filter((path) => path !== '' && path.startsWith(prefixA) && ofB.has(prefixB + path.slice(prefixA.length)))
      .length;
  let [best, most] = [['', ''] as [string, string], equal('', '')];
  const consider = (prefixes: [string, string]) => {
    const found = equal(...prefixes);
    if (found > most) [best, most] = [prefixes, found];
  };
  for (const prefix of prefixesOf(ofA)) consider([prefix, '']);
  for (const prefix of prefixesOf(ofB)) consider(['', prefix]);
  return best;
}

/** The prefixes that at least half of the paths have: those of wrappers. */
function prefixesOf(paths: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      const prefix = path.slice(0, dot + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return [...counts].flatMap(([prefix, count]) => (count * 2 >= paths.size ? prefix : []));
}

/** The longest common subsequence of the calls in the order in which they end, by family and sorted shape. */
function bySequence(a: Recording, b: Recording): Map<number, number> {
  const [ofA, ofB] = [ended(a), ended(b)];
  const pairs = new Map<number, number>();
  const root = (recording: Recording) => recording.calls.findIndex(({ path }) => path === '');
  if (root(a) >= 0 && root(b) >= 0) pairs.set(root(a), root(b));
  for (const [i, j] of longestCommonSubsequence(ofA.map(tokenOf), ofB.map(tokenOf))) {
    pairs.set(a.calls.indexOf(ofA[i]!), b.calls.indexOf(ofB[j]!));
  }
  return pairs;
}

const ended = (recording: Recording): RecordedCall[] =>
  recording.calls.filter(({ path, end }) => path !== '' && end !== null).sort((one, other) => one.end! - other.end!);

function tokenOf({ kind, output }: RecordedCall): string {
  const family = familyOf(kind);
  const shapes = tensorParts(output).map(({ shape }) => [...shape].sort((p, q) => p - q).join());
  return `${family === 'unknown' ? kind.toLowerCase() : family} ${shapes.join(';')}`;
}
