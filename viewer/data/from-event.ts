import type {
  LoggedBins,
  LoggedEvent,
  LoggedHistogram,
  LoggedPluginValue,
  RunEvent,
} from '../../src/tensorboard/index.ts';
import { fewerBins } from './add-bins.ts';
import { lowerBound } from './binary-search.ts';
import { unclampedEdges } from './clamped-bins.ts';
import { packBins } from './packed-bins.ts';
import type { Bins, PointSummary, ViewerPoint } from './points.ts';

/** No program logs more bins. Further bins are joined. */
const MOST_BINS = 4096;

/** An event that cannot be drawn. */
export class UnusableRecord extends Error {
  override readonly name: string = 'UnusableRecord';
}

/**
 * The point of an event; undefined if the viewer does not show it. Keeps none of the event's memory.
 * @throws UnusableRecord for invalid bins, with run, tag and step
 */
export function fromEvent({ run, event }: RunEvent): ViewerPoint | undefined {
  switch (event.kind) {
    case 'histogram':
      return histogramPoint(run, event);
    case 'scalar': {
      const { tag, step, wallTime, value } = event;
      return { kind: 'scalar', run, tag, step, wallTime, value };
    }
    case 'text':
      return { ...event, run };
    case 'image':
      // Copies: they may be views of a whole chunk of the file.
      return { ...event, run, images: event.images.map((bytes) => bytes.slice()) };
    case 'start':
      return { kind: 'restart', run, step: event.step };
    case 'plugin':
      return { kind: 'notShown', run, ...notShown(event) };
    case 'graph':
    case 'metaGraph':
      return { kind: 'notShown', run, tag: '', what: 'graph' };
    default:
      event satisfies Extract<LoggedEvent, { kind: 'runMetadata' | 'message' | 'session' | 'version' }>;
      return undefined;
  }
}

/** Several records make one set of hyperparameters, and one mesh: `_1`, `_2` and `_4` are its points, faces and colours. */
function notShown({ plugin, tag }: LoggedPluginValue): { tag: string; what: string } {
  const what = plugin === '' ? 'unknown' : plugin;
  if (plugin === 'hparams') return { tag: '', what };
  return { tag: plugin === 'mesh' ? tag.replace(/_[124]$/, '') : tag, what };
}

function histogramPoint(run: string, event: LoggedHistogram): ViewerPoint {
  const { tag, step, wallTime } = event;
  try {
    const { bins, edges } = binsOf(event);
    const stored = packBins({ edges, counts: bins.counts });
    return { kind: 'histogram', run, tag, step, wallTime, bins: stored, summary: summaryOf(event, bins) };
  } catch (error) {
    if (!(error instanceof UnusableRecord)) throw error;
    throw new UnusableRecord(
      `run ${run}, ${JSON.stringify(tag)}, step ${step}: the histogram cannot be drawn: ${error.message}`,
    );
  }
}

/**
 * Fills gaps with empty bins, and trims empty ones at the ends.
 * @returns the bins, and the edges to store: default ones if possible
 */
function binsOf({ bins, statistics }: LoggedHistogram): { bins: Bins; edges: Float64Array } {
  const { lefts, rights, counts } = bins;
  checkCounts(counts);
  const { min, max } = statistics ?? UNKNOWN;
  // Views of one array, as for PyTorch's records, have no gaps.
  const isOne = lefts.buffer === rights.buffer && rights.byteOffset === lefts.byteOffset + 8 && counts.length > 0;
  if (isOne) {
    const whole = trimmed(new Float64Array(lefts.buffer, lefts.byteOffset, counts.length + 1), counts);
    const edges = unclampedEdges(whole.edges, min, max);
    if (edges !== undefined) return { bins: whole, edges };
    if (isAscending(whole.edges)) return ofOwn(fewerBins(whole, MOST_BINS));
  }
  const checked = withoutGaps(lefts, rights, counts);
  const edges = unclampedEdges(checked.edges, min, max);
  return edges === undefined ? ofOwn(fewerBins(checked, MOST_BINS)) : { bins: checked, edges };
}

const UNKNOWN = { min: Number.NaN, max: Number.NaN };

const ofOwn = (bins: Bins) => ({ bins, edges: bins.edges });

function checkCounts(counts: Float64Array): void {
  for (let i = 0; i < counts.length; i++) {
    if (!(counts[i]! >= 0 && counts[i]! < Infinity)) throw new UnusableRecord(`bin ${i} holds ${counts[i]} values`);
  }
}

function trimmed(edges: Float64Array, counts: Float64Array): Bins {
  let [start, end] = [0, counts.length];
  while (start < end && counts[start] === 0) start++;
  while (end > start && counts[end - 1] === 0) end--;
  if (start === end) return { edges: Float64Array.of(0), counts: new Float64Array(0) };
  return { edges: edges.subarray(start, end + 1), counts: counts.subarray(start, end) };
}

function isAscending(edges: Float64Array): boolean {
  for (let i = 1; i < edges.length; i++) if (!(edges[i - 1]! <= edges[i]!)) return false;
  return edges[0]! > -Infinity && edges[edges.length - 1]! < Infinity;
}

/**
 * Checks each bin. With NaN or infinities among the values, TensorFlow writes bins with NaN or infinite edges; they do not
 * tell where their values are.
 */
function withoutGaps(lefts: Float64Array, rights: Float64Array, counts: Float64Array): Bins {
  const edges: number[] = [];
  const filled: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    let [left, right] = [lefts[i]!, rights[i]!];
    const isBounded = Number.isFinite(left) && Number.isFinite(right);
    if (!isBounded && (counts[i] === 0 || (Number.isNaN(left) && right === Infinity))) continue;
    // Unbounded outermost bins get no width: their values are beyond the edges.
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
    filled.push(counts[i]!);
  }
  return trimmed(Float64Array.from(edges), Float64Array.from(filled));
}

/**
 * Values in no bin are NaN if `min` is, as PyTorch writes it, and infinite if `min` or `max` is. Otherwise they are unknown:
 * infinities of both signs, values beyond the bins, or NaN in a file of layertap, which counts them in a scalar beside the
 * histogram.
 */
function summaryOf({ statistics, bins: logged }: LoggedHistogram, bins: Bins): PointSummary {
  const { edges, counts } = bins;
  let inBins = 0;
  for (let i = 0; i < counts.length; i++) inBins += counts[i]!;
  const some = inBins > 0;
  const [first, last] = some ? [edges[0]!, edges[edges.length - 1]!] : [Number.NaN, Number.NaN];
  if (statistics === undefined) {
    const lost = lostInEdges(logged, inBins);
    const count = inBins + lost.nan + lost.positiveInfinity + lost.unknown;
    return { count, ...spreadOf(bins, inBins), min: first, max: last, zeros: zerosIn(bins), ...lost };
  }
  const { num, min, max, sum, sumSquares } = statistics;
  const count = Number.isFinite(num) ? Math.max(num, inBins) : inBins;
  const [isBelow, isAbove] = [min < first && min > -Infinity, max > last && max < Infinity];
  const lost = lostOf(count - inBins, min, max, isBelow, isAbove);
  // The sums include finite values beyond the bins.
  const finite = isBelow || isAbove ? count : inBins;
  let mean = sum / finite;
  let std = min === max ? 0 : Math.sqrt(Math.max(0, sumSquares / finite - mean * mean));
  if (!(Number.isFinite(sum) && Number.isFinite(sumSquares) && finite > 0)) ({ mean, std } = spreadOf(bins, inBins));
  return {
    count,
    mean,
    std,
    min: some && Number.isFinite(min) ? min : first,
    max: some && Number.isFinite(max) ? max : last,
    zeros: min > 0 || max < 0 ? 0 : min === 0 && max === 0 ? inBins : zerosIn(bins),
    nan: lost.nan,
    negativeInfinity: lost.negativeInfinity,
    positiveInfinity: lost.positiveInfinity,
    below: lost.below,
    above: lost.above,
    unknown: lost.unknown,
  };
}

/**
 * TensorFlow's newer form has no statistics. A NaN makes all edges NaN; an infinity makes the last one infinite, or all NaN.
 * The number of them is lost, but there is at least one.
 */
function lostInEdges({ rights, counts }: LoggedBins, inBins: number): typeof NONE_LOST {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  const last = rights[rights.length - 1];
  if (Number.isNaN(last)) return { ...NONE_LOST, nan: 1, unknown: total - inBins };
  if (last === Infinity && total > inBins) return { ...NONE_LOST, positiveInfinity: 1, unknown: total - inBins };
  return total > inBins ? { ...NONE_LOST, unknown: total - inBins } : NONE_LOST;
}

const NONE_LOST = { nan: 0, negativeInfinity: 0, positiveInfinity: 0, below: 0, above: 0, unknown: 0 };

function lostOf(lost: number, min: number, max: number, isBelow: boolean, isAbove: boolean): typeof NONE_LOST {
  if (lost <= 0) return NONE_LOST;
  if (Number.isNaN(min) || Number.isNaN(max)) return { ...NONE_LOST, nan: lost };
  // Each kind of extreme occurs at least once; if it is the only kind, it is all of them.
  const kinds = [
    ['negativeInfinity', min === -Infinity],
    ['positiveInfinity', max === Infinity],
    ['below', isBelow],
    ['above', isAbove],
  ] as const;
  const there = kinds.filter(([, is]) => is).map(([kind]) => kind);
  if (lost < there.length || there.length === 0) return { ...NONE_LOST, unknown: lost };
  if (there.length === 1 && !isBelow && !isAbove) return { ...NONE_LOST, [there[0]!]: lost };
  return { ...NONE_LOST, ...Object.fromEntries(there.map((kind) => [kind, 1])), unknown: lost - there.length };
}

/** Mean and standard deviation, taking values to be in the middle of their bins. */
function spreadOf({ edges, counts }: Bins, total: number): { mean: number; std: number } {
  const middle = (i: number) => edges[i]! / 2 + edges[i + 1]! / 2;
  let [mean, variance] = [0, 0];
  for (let i = 0; i < counts.length; i++) mean += middle(i) * (counts[i]! / total);
  for (let i = 0; i < counts.length; i++) variance += (middle(i) - mean) ** 2 * (counts[i]! / total);
  return total > 0 ? { mean, std: Math.sqrt(variance) } : { mean: Number.NaN, std: Number.NaN };
}

/**
 * The number of exact zeros: of a bin for the single value, or PyTorch's [0, 1e-12), in which no other values occur in
 * practice. NaN if 0 is in a wider bin.
 */
function zerosIn({ edges, counts }: Bins): number {
  const low = lowerBound(edges, 0);
  // 0 is in the bin below if that edge is above 0, or the last one.
  const isEdge = edges[low] === 0 && low < counts.length;
  if (isEdge && edges[low + 1]! <= 1e-12) return counts[low]!;
  const holds = isEdge ? counts[low]! : low > 0 && low < edges.length ? counts[low - 1]! : 0;
  return holds > 0 ? Number.NaN : 0;
}
