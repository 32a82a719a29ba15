import type { LoggedEvent, LoggedHistogram, RunEvent } from '../../tensorboard/index.ts';
import { fewerBins } from './add-bins.ts';
import { DEFAULT_EDGES, placeInDefaultEdges } from './default-edges.ts';
import type { Bins, PointSummary, ViewerPoint } from './points.ts';

/** More bins than these are joined; it is beyond what any program logs. */
const MOST_BINS = 4096;

/** A record that cannot be drawn. */
export class UnusableRecord extends Error {
  override readonly name: string = 'UnusableRecord';
}

/**
 * What a viewer shows of an event; undefined for what it does not show.
 * @throws UnusableRecord for a histogram whose bins make no sense; says which run, tag and step, and why
 */
export function fromEvent({ run, event }: RunEvent): ViewerPoint | undefined {
  switch (event.kind) {
    case 'histogram':
      return histogramPoint(run, event);
    case 'scalar':
    case 'text':
      return { ...event, run };
    case 'image':
      // Copies: they may be views of all that was read with them.
      return { ...event, run, images: event.images.map((bytes) => bytes.slice()) };
    case 'start':
      return { kind: 'restart', run, step: event.step };
    default:
      event satisfies Exclude<LoggedEvent, { kind: 'histogram' | 'scalar' | 'image' | 'text' | 'start' }>;
      return undefined;
  }
}

function histogramPoint(run: string, event: LoggedHistogram): ViewerPoint {
  const { tag, step, wallTime } = event;
  try {
    const bins = binsOf(event);
    return { kind: 'histogram', run, tag, step, wallTime, bins, summary: summaryOf(event, bins) };
  } catch (error) {
    if (!(error instanceof UnusableRecord)) throw error;
    throw new UnusableRecord(
      `run ${run}, ${JSON.stringify(tag)}, step ${step}: the histogram cannot be drawn: ${error.message}`,
    );
  }
}

/** Bins without gaps: an empty bin where there was one, and none at the ends. */
function binsOf({ bins: { lefts, rights, counts } }: LoggedHistogram): Bins {
  const edges: number[] = [];
  const filled: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (!(count >= 0 && count < Infinity)) throw new UnusableRecord(`bin ${i} holds ${count} values`);
    let [left, right] = [lefts[i]!, rights[i]!];
    // Where nothing bounds the outermost bins they are as wide as nothing: what they hold is beyond.
    if (i === 0 && left === -Infinity) left = right;
    if (i === counts.length - 1 && right === Infinity) right = left;
    const last = edges.at(-1) ?? -Infinity;
    if (!(Number.isFinite(left) && Number.isFinite(right) && left <= right && left >= last - Math.abs(last) * 1e-9)) {
      throw new UnusableRecord(
        `bin ${i} goes from ${left} to ${right}${i > 0 ? `, and the one before to ${last}` : ''}`,
      );
    }
    left = Math.max(left, last);
    if (i === 0) edges.push(left);
    else if (left > last) {
      edges.push(left);
      filled.push(0);
    }
    edges.push(Math.max(right, left));
    filled.push(count);
  }
  let [start, end] = [0, filled.length];
  while (start < end && filled[start] === 0) start++;
  while (end > start && filled[end - 1] === 0) end--;
  if (start === end) return { edges: Float64Array.of(0), counts: new Float64Array(0) };
  const bins = fewerBins(
    { edges: Float64Array.from(edges.slice(start, end + 1)), counts: Float64Array.from(filled.slice(start, end)) },
    MOST_BINS,
  );
  const shared = placeInDefaultEdges(bins.edges);
  if (shared < 0) return bins;
  return { edges: DEFAULT_EDGES.subarray(shared, shared + bins.edges.length), counts: bins.counts };
}

/**
 * What a record says of its values. Those in no bin are NaN if `min` is, as PyTorch writes it, and infinite if `min` or
 * `max` is; otherwise nobody says what they are: infinities of both signs, NaN in a file of layertap (which says it beside
 * the histogram), or values beyond the bins.
 */
function summaryOf({ statistics }: LoggedHistogram, bins: Bins): PointSummary {
  const { edges, counts } = bins;
  let inBins = 0;
  for (let i = 0; i < counts.length; i++) inBins += counts[i]!;
  const some = inBins > 0;
  const [first, last] = some ? [edges[0]!, edges[edges.length - 1]!] : [Number.NaN, Number.NaN];
  if (statistics === undefined) {
    return { ...KNOWN, ...spreadOf(bins, inBins), count: inBins, min: first, max: last, zeros: zerosIn(bins) };
  }
  const { num, min, max, sum, sumSquares } = statistics;
  const count = Number.isFinite(num) ? Math.max(num, inBins) : inBins;
  const [isBelow, isAbove] = [min < first && min > -Infinity, max > last && max < Infinity];
  const lost = lostOf(count - inBins, min, max, isBelow, isAbove);
  // What is finite and beyond the bins is in the sums too.
  const finite = isBelow || isAbove ? count : inBins;
  const known = Number.isFinite(sum) && Number.isFinite(sumSquares) && finite > 0;
  const mean = sum / finite;
  const std = min === max ? 0 : Math.sqrt(Math.max(0, sumSquares / finite - mean * mean));
  return {
    ...(known ? { mean, std } : spreadOf(bins, inBins)),
    count,
    min: Number.isFinite(min) && some ? min : first,
    max: Number.isFinite(max) && some ? max : last,
    zeros: min > 0 || max < 0 ? 0 : min === 0 && max === 0 ? inBins : zerosIn(bins),
    ...lost,
  };
}

const KNOWN = { nan: 0, negativeInfinity: 0, positiveInfinity: 0, below: 0, above: 0, unknown: 0 };

function lostOf(lost: number, min: number, max: number, isBelow: boolean, isAbove: boolean): typeof KNOWN {
  if (Number.isNaN(min) || Number.isNaN(max)) return { ...KNOWN, nan: lost };
  // What the extremes are, is there once at least; where it is the only kind, that often.
  const kinds = [
    ['negativeInfinity', min === -Infinity],
    ['positiveInfinity', max === Infinity],
    ['below', isBelow],
    ['above', isAbove],
  ] as const;
  const there = kinds.filter(([, is]) => is).map(([kind]) => kind);
  if (lost < there.length || there.length === 0) return { ...KNOWN, unknown: Math.max(lost, 0) };
  if (there.length === 1 && !isBelow && !isAbove) return { ...KNOWN, [there[0]!]: lost };
  return { ...KNOWN, ...Object.fromEntries(there.map((kind) => [kind, 1])), unknown: lost - there.length };
}

/** Mean and standard deviation, as if all values were in the middle of their bins. */
function spreadOf({ edges, counts }: Bins, total: number): { mean: number; std: number } {
  const middle = (i: number) => edges[i]! / 2 + edges[i + 1]! / 2;
  let [mean, variance] = [0, 0];
  for (let i = 0; i < counts.length; i++) mean += middle(i) * (counts[i]! / total);
  for (let i = 0; i < counts.length; i++) variance += (middle(i) - mean) ** 2 * (counts[i]! / total);
  return total > 0 ? { mean, std: Math.sqrt(variance) } : { mean: Number.NaN, std: Number.NaN };
}

/**
 * How many values are exactly 0, if the bins tell: the bin of one value does, and PyTorch's [0, 1e-12) holds nothing else
 * that anybody computes. NaN where zero is in a bin with others.
 */
function zerosIn({ edges, counts }: Bins): number {
  for (let i = 0; i < counts.length; i++) {
    const [left, right] = [edges[i]!, edges[i + 1]!];
    if (left > 0 || (left === 0 && (right === 0 || right <= 1e-12))) return left === 0 ? counts[i]! : 0;
    // The last bin holds its right edge.
    const holds = left <= 0 && (right > 0 || (right === 0 && i === counts.length - 1));
    if (holds && counts[i]! > 0) return Number.NaN;
  }
  return 0;
}
