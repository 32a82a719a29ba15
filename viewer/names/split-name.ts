/** @file Names that are longer than their place: which part stays. */

/** About how many characters stay at the end. */
const END = 12;
/** A start of fewer characters is not cut off. */
const START = 4;
/** Up to this many, if the end then begins with a word. */
const LONGEST_END = 16;
/** A shorter end says too little. */
const SHORTEST_END = 6;
/** A difference this near to the start of a name is seen there. */
const NEAR_START = 6;

const SEPARATOR = /[\s/\\_.:,;=-]/;
/** A character that belongs to the one before. */
const JOINED = /^(\p{M}|\u200d|\ufe0f)/u;

/**
 * A name in two parts, between which an ellipsis may stand. The second part stays: it begins with a word if it can, and no
 * character is separated from its accents.
 * @param from where the name departs from others of its list, see {@link departureOf}: the second part begins there at the latest
 */
export function splitName(name: string, from = 0): readonly [start: string, end: string] {
  const characters = [...name];
  const { length } = characters;
  if (length < START + END) return ['', name];
  let cut = endOf(characters);
  if (from < name.length) {
    const departs = [...name.slice(0, Math.max(0, from))].length;
    if (departs >= NEAR_START && departs < cut) cut = wordStart(characters, departs, departs - END) ?? departs;
  }
  while (cut > 0 && JOINED.test(characters[cut]!)) cut--;
  return [characters.slice(0, cut).join(''), characters.slice(cut).join('')];
}

/** The first word that begins near the end; without one, the last characters. */
function endOf(characters: readonly string[]): number {
  const { length } = characters;
  for (let at = Math.max(1, length - LONGEST_END); at <= length - SHORTEST_END; at++) {
    if (SEPARATOR.test(characters[at - 1]!) && !SEPARATOR.test(characters[at]!)) return at;
  }
  return length - END;
}

/** Where the word at an index begins, if it does not begin before `least`. */
function wordStart(characters: readonly string[], index: number, least: number): number | undefined {
  for (let at = index; at >= Math.max(1, least); at--) if (SEPARATOR.test(characters[at - 1]!)) return at;
  return undefined;
}

const DEPARTURES: WeakMap<readonly string[], ReadonlyMap<string, number>> = new WeakMap();

/** How many characters (UTF-16) at its start a name of a list shares with the other that is most like it. */
export function departureOf(name: string, all: readonly string[]): number {
  let departures = DEPARTURES.get(all);
  if (departures === undefined) {
    departures = departuresOf(all);
    DEPARTURES.set(all, departures);
  }
  return departures.get(name) ?? 0;
}

function departuresOf(names: readonly string[]): Map<string, number> {
  // Sorted by characters, the one most like a name is beside it.
  const sorted = [...names].sort();
  const shared = sorted.map((name, i) => sharedStart(name, sorted[i + 1] ?? ''));
  return new Map(sorted.map((name, i) => [name, Math.max(shared[i]!, shared[i - 1] ?? 0)]));
}

function sharedStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** A name with at most this many characters, for canvases: `start…end`. */
export function shortened(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const end = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join('')}\u2026${characters.slice(-end).join('')}`;
}
