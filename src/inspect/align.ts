/** @file Which call of one model is which call of another one. */
import { nearest } from '../check/index.ts';
import { familyOf } from './kinds.ts';
import { longestCommonSubsequence } from './longest-common-subsequence.ts';
import { type RecordedCall, type Recording, tensorParts } from './recording.ts';

/** Paths of the second model by those of the first; a path that is missing is looked for. */
export type PathMap = Readonly<Record<string, string>> | ((path: string) => string | undefined);

export interface Alignment {
  /** Indices of calls of b by those of a, ascending. */
  readonly pairs: ReadonlyMap<number, number>;
  /** By the user's map or equal paths, or guessed from the sequence of kinds and shapes. */
  readonly way: 'paths' | 'sequence';
}

/** Paths are taken if this share of the calls is covered by them; otherwise what covers more. */
const ENOUGH = 0.8;

export function align(a: Recording, b: Recording, map?: PathMap): Alignment {
  const mapped = mappedPaths(a, b, map);
  const counterpart = counterparts(a, b, commonPrefixes(a, b));
  const [ofA, ofB] = [callsByPath(a), callsByPath(b)];
  const pairs = new Map<number, number>();
  for (const [path, calls] of ofA) {
    const other = mapped.get(path) ?? counterpart(path);
    const others = other === undefined ? undefined : ofB.get(other);
    for (const [nth, i] of calls.entries()) {
      const found = others?.[nth];
      if (found !== undefined) pairs.set(i, found);
    }
  }
  const share = coverage(a, b, pairs);
  if (mapped.size > 0 || share >= ENOUGH) return { pairs: inOrder(pairs), way: 'paths' };
  const guessed = bySequence(a, b);
  return coverage(a, b, guessed) > share
    ? { pairs: inOrder(guessed), way: 'sequence' }
    : { pairs: inOrder(pairs), way: 'paths' };
}

const inOrder = (pairs: ReadonlyMap<number, number>) => new Map([...pairs].sort(([i], [j]) => i - j));

/**
 * The share of the calls with tensors that have a counterpart, or are inside one that has: what a module gives depends on what is
 * in it. The root does not count.
 */
function coverage(a: Recording, b: Recording, pairs: ReadonlyMap<number, number>): number {
  const inner = a.calls.flatMap(({ path, output }, i) => (path !== '' && tensorParts(output).length > 0 ? i : []));
  const counterpart = (i: number) => {
    const j = pairs.get(i);
    return j === undefined ? undefined : b.calls[j];
  };
  const covered = inner.filter((i) => isCovered(a, i, counterpart));
  return inner.length === 0 ? 1 : covered.length / inner.length;
}

/**
 * Whether a call of a is compared, or one around it. A whole model says nothing about its parts.
 * @param counterpart the call of b that a call, by its index, is compared with
 */
export function isCovered(
  a: Recording,
  index: number,
  counterpart: (index: number) => RecordedCall | undefined,
): boolean {
  for (let at: number | null = index; at !== null; ) {
    const { path, parent }: RecordedCall = a.calls[at]!;
    const other = counterpart(at);
    if (other !== undefined) return at === index || (path !== '' && other.path !== '');
    at = parent;
  }
  return false;
}

/** @throws RangeError for a path of the map that its model does not have */
function mappedPaths(a: Recording, b: Recording, map: PathMap | undefined): Map<string, string> {
  const mapped = new Map<string, string>();
  if (map === undefined) return mapped;
  const [ofA, ofB] = [pathsOf(a), pathsOf(b)];
  if (typeof map !== 'function') for (const path of Object.keys(map)) checkPath('a', path, ofA);
  for (const path of ofA) {
    const other = typeof map === 'function' ? map(path) : Object.hasOwn(map, path) ? map[path] : undefined;
    if (other === undefined) continue;
    checkPath('b', other, ofB);
    mapped.set(path, other);
  }
  return mapped;
}

const pathsOf = ({ calls }: Recording) => new Set(calls.map(({ path }) => path));

function checkPath(model: 'a' | 'b', path: string, paths: ReadonlySet<string>): void {
  if (paths.has(path)) return;
  const offer = nearest(path, [...paths].filter(Boolean)).join(', ');
  throw new RangeError(`compare(): map must have paths of ${model}, got ${JSON.stringify(path)}\n  nearest: ${offer}`);
}

/** The indices of the calls of each path. A path that modules share has the calls of all of them. */
function callsByPath({ calls }: Recording): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [i, { path }] of calls.entries()) {
    const known = found.get(path);
    if (known === undefined) found.set(path, [i]);
    else known.push(i);
  }
  return found;
}

/** Paths of b by those of a, behind the prefixes. The module that a prefix names is the counterpart of the other model's root. */
function counterparts(a: Recording, b: Recording, [ofA, ofB]: readonly [string, string]) {
  const root = ({ calls }: Recording, prefix: string) => {
    const path = prefix.slice(0, -1);
    return calls.some((call) => call.path === path) ? path : '';
  };
  const [rootOfA, rootOfB] = [root(a, ofA), root(b, ofB)];
  return (path: string): string | undefined => {
    if (path === rootOfA) return rootOfB;
    return path !== '' && path.startsWith(ofA) ? ofB + path.slice(ofA.length) : undefined;
  };
}

/** The prefixes, one of them empty, behind which most paths are equal. */
function commonPrefixes(a: Recording, b: Recording): [string, string] {
  const [ofA, ofB] = [pathsOf(a), pathsOf(b)];
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
  const root = ({ calls }: Recording) => calls.findIndex(({ path }) => path === '');
  if (root(a) >= 0 && root(b) >= 0) pairs.set(root(a), root(b));
  const tokens = ({ calls }: Recording, indices: readonly number[]) => indices.map((i) => tokenOf(calls[i]!));
  for (const [i, j] of longestCommonSubsequence(tokens(a, ofA), tokens(b, ofB))) pairs.set(ofA[i]!, ofB[j]!);
  return pairs;
}

/** The indices of the calls that have ended, in the order of their ends, without the root's. */
const ended = ({ calls }: Recording): number[] =>
  [...calls.keys()]
    .filter((i) => calls[i]!.path !== '' && calls[i]!.end !== null)
    .sort((i, j) => calls[i]!.end! - calls[j]!.end!);

function tokenOf({ kind, output }: RecordedCall): string {
  const family = familyOf(kind);
  const shapes = tensorParts(output).map(({ shape }) => [...shape].sort((p, q) => p - q).join());
  return `${family === 'unknown' ? kind.toLowerCase() : family} ${shapes.join(';')}`;
}
