/** @file What a page knows of scalars that a worker keeps, as a message of few parts. */
import type { Alert } from './alerts.ts';
import type { ScalarRows } from './scalar-columns.ts';

/** Some rows of a series. They replace what the page had of it. */
export interface ScalarPart extends ScalarRows {
  readonly run: string;
  readonly tag: string;
  /** How many scalars were logged, and how many of them are kept. */
  readonly logged: number;
  readonly kept: number;
  /** The smoothed values at these rows, over all that are kept; empty if `smoothing` is 0. */
  readonly smoothed: Float64Array;
  readonly smoothing: number;
}

export interface ScalarUpdate {
  readonly parts: readonly ScalarPart[];
  /** All alerts about scalars; undefined if they have not changed. */
  readonly alerts?: readonly Alert[] | undefined;
}

/** An update whose numbers are in one array. */
export interface PackedUpdate {
  readonly runs: readonly string[];
  readonly tags: readonly string[];
  /** Per part: run, tag, logged, kept, rows, smoothing. */
  readonly heads: Float64Array;
  /** Per part: steps, wall times, values, smoothed values unless smoothing is 0. */
  readonly numbers: Float64Array;
  readonly alerts: readonly Alert[] | undefined;
}

const HEAD = 6;

const columnsOf = ({ steps, wallTimes, values, smoothed }: ScalarPart): readonly Float64Array[] => [
  steps,
  wallTimes,
  values,
  smoothed,
];

export function packUpdate({ parts, alerts }: ScalarUpdate): PackedUpdate {
  const [runs, tags] = [new Map<string, number>(), new Map<string, number>()];
  const indexOf = (names: Map<string, number>, name: string) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, names.size);
    return names.size - 1;
  };
  const heads = new Float64Array(parts.length * HEAD);
  const columns = parts.flatMap(columnsOf);
  const numbers = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  parts.forEach(({ run, tag, logged, kept, steps, smoothing }, i) => {
    heads.set([indexOf(runs, run), indexOf(tags, tag), logged, kept, steps.length, smoothing], i * HEAD);
  });
  let at = 0;
  for (const column of columns) {
    numbers.set(column, at);
    at += column.length;
  }
  return { runs: [...runs.keys()], tags: [...tags.keys()], heads, numbers, alerts };
}

export function unpackUpdate({ runs, tags, heads, numbers, alerts }: PackedUpdate): ScalarUpdate {
  let at = 0;
  // Copies, so that a part that is replaced does not keep the others alive.
  const take = (length: number) => {
    at += length;
    return numbers.slice(at - length, at);
  };
  const parts = Array.from({ length: heads.length / HEAD }, (_, i): ScalarPart => {
    const [run, tag, logged, kept, rows, smoothing] = heads.subarray(i * HEAD) as unknown as number[];
    return {
      run: runs[run!]!,
      tag: tags[tag!]!,
      logged: logged!,
      kept: kept!,
      steps: take(rows!),
      wallTimes: take(rows!),
      values: take(rows!),
      smoothed: take(smoothing === 0 ? 0 : rows!),
      smoothing: smoothing!,
    };
  });
  return { parts, alerts };
}
