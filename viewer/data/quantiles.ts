import { addBins, sameEdges } from './add-bins.ts';
import { DEFAULT_EDGES, placeInDefaultEdges } from './clamped-bins.ts';
import type { Bins } from './points.ts';

/** The value below which this share (0 to 1) of the values lies, spread evenly within a bin; NaN if there are none. */
export function quantileOf({ edges, counts }: Bins, share: number): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  if (!(total > 0)) return Number.NaN;
  const wanted = Math.min(Math.max(share, 0), 1) * total;
  let below = 0;
  let last = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    last = i;
    if (below + counts[i]! >= wanted) break;
    below += counts[i]!;
  }
  const part = Math.min((wanted - below) / counts[last]!, 1);
  return edges[last]! * (1 - part) + edges[last + 1]! * part;
}

/** The quantiles of several histograms together; undefined if all are empty. */
export function jointQuantiles(
  histograms: readonly Bins[],
  lower: number,
  upper: number,
): readonly [number, number] | undefined {
  const joined = join(histograms);
  const low = jointQuantile(joined, lower);
  return Number.isNaN(low) ? undefined : [low, jointQuantile(joined, upper)];
}

/** Adds the histograms that can be added exactly: those on default edges, and neighbours of equal edges. */
function join(histograms: readonly Bins[]): Bins[] {
  const sum = new Float64Array(DEFAULT_EDGES.length - 1);
  const others: Bins[] = [];
  for (const bins of histograms) {
    const { edges, counts } = bins;
    const place = placeInDefaultEdges(edges);
    const last = others.at(-1);
    if (place >= 0) for (let i = 0; i < counts.length; i++) sum[place + i]! += counts[i]!;
    else if (last !== undefined && sameEdges(last.edges, edges)) others[others.length - 1] = addBins(last, bins);
    else others.push(bins);
  }
  return [{ edges: DEFAULT_EDGES, counts: sum }, ...others];
}

/** Bisects to a float32's precision, so that bins of unlike edges need not be joined. */
function jointQuantile(histograms: readonly Bins[], share: number): number {
  let [total, low, high] = [0, Infinity, -Infinity];
  for (const { edges, counts } of histograms) {
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === 0) continue;
      total += counts[i]!;
      low = Math.min(low, edges[i]!);
      high = Math.max(high, edges[i + 1]!);
    }
  }
  if (total === 0) return Number.NaN;
  if (histograms.length === 1) return quantileOf(histograms[0]!, share);
  const wanted = share * total;
  if (wanted <= 0) return low;
  if (wanted >= total) return high;
  for (let turn = 0; turn < MOST_TURNS && high - low > Math.max(Math.abs(low), Math.abs(high)) * 1e-7; turn++) {
    const middle = between(low, high);
    let below = 0;
    for (const bins of histograms) below += countBelow(bins, middle);
    if (below < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** Enough for the range of all float64s, bisected by exponents. */
const MOST_TURNS = 100;

/** A number between two; in the middle of their exponents if these differ much: 1e15 is between 1 and 1e30. */
function between(low: number, high: number): number {
  if (low < 0 && high > 0) return 0;
  const [small, large] = low < 0 ? [-high, -low] : [low, high];
  const middle = large > 4 * small ? Math.sqrt(Math.max(small, large * 1e-16)) * Math.sqrt(large) : (small + large) / 2;
  return low < 0 ? -middle : middle;
}

function countBelow({ edges, counts }: Bins, value: number): number {
  let below = 0;
  for (let i = 0; i < counts.length && edges[i]! <= value; i++) {
    if (counts[i] === 0) continue;
    const width = edges[i + 1]! - edges[i]!;
    below += edges[i + 1]! <= value ? counts[i]! : counts[i]! * ((value - edges[i]!) / width);
  }
  return below;
}
