import { label } from '../cards/axes.ts';
import { formatShort } from '../cards/format-numbers.ts';
import { type Box, clamp } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import type { Theme } from '../cards/theme.ts';
import type { ValueAxis } from '../cards/value-axis.ts';
import type { Bins } from '../data/points.ts';
import { binAt } from './bin-readout.ts';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly bin: number;
}

/** The visible bars. Bins less than a pixel high share a bar, which is as long as the longest of them. */
function barsOf({ edges, counts }: Bins, axis: ValueAxis, length: number): Bar[] {
  const bars: Bar[] = [];
  const y = (value: number): number => (1 - axis.position(value)) * length;
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] === 0) continue;
    const to = y(edges[bin]!);
    const from = y(edges[bin + 1]!);
    if (to < 0 || from > length) continue;
    const count = counts[bin]!;
    if (to - from >= 1) {
      bars.push({ from: Math.max(0, from), to: Math.min(length, to), count, bin });
      continue;
    }
    const row = clamp(Math.floor((from + to) / 2), 0, length - 1);
    const last = bars.at(-1);
    if (last !== undefined && last.from === row && last.to === row + 1) {
      if (count > last.count) bars[bars.length - 1] = { ...last, count, bin };
    } else bars.push({ from: row, to: row + 1, count, bin });
  }
  return bars;
}

/** Paints the histogram of one column beside the plot, on the same axis of values. Counts are labelled at `footY`. */
export function paintHistogram(
  painter: Painter,
  box: Box,
  footY: number,
  bins: Bins,
  axis: ValueAxis,
  value: number | undefined,
  colour: string,
  theme: Theme,
): void {
  const bars = barsOf(bins, axis, box.height);
  const most = bars.reduce((max, { count }) => Math.max(max, count), 0);
  painter.line([box.left + 0.5, box.top, box.left + 0.5, box.top + box.height], { colour: theme.ink3, width: 1 });
  if (most === 0) {
    painter.text('nothing here', box.left + 8, box.top + box.height / 2, { colour: theme.ink3, size: 10 });
    return;
  }
  const chosen = value === undefined ? -1 : binAt(bins, value);
  const { scale, cut } = scaleOf(bars, most);
  const full = box.width - 10;
  const long = (count: number): number => Math.min(full, (count / scale) * full);
  for (const { from, to, count, bin } of bars) {
    const border = to - from >= 4 ? 1 : to - from >= 2 ? 0.5 : 0;
    const height = Math.max(1, to - from - border);
    const [fill, opacity] = bin === chosen ? [theme.accent, 1] : [colour, 0.85];
    painter.rectangle(box.left + 1, box.top + from, Math.max(1, long(count)), height, fill, opacity);
    if (count > scale) paintCut(painter, box.left + full, box.top + from, height, count, theme);
  }
  paintCumulative(painter, box, bins, axis, theme);
  painter.text('0', box.left + 1, footY, label(theme));
  painter.text(formatShort(cut ? scale : most), box.left + 1 + full, footY, label(theme, 'right'));
}

/** A bar longer than this many times the second longest is cut off, so that the others stay visible. */
const TOWERING = 4;

/** The count of a full-length bar, and whether one is cut off: the zeros of a layer, usually. */
function scaleOf(bars: readonly Bar[], most: number): { scale: number; cut: boolean } {
  const second = bars.reduce((max, { count }) => (count < most && count > max ? count : max), 0);
  const cut = second > 0 && most > second * TOWERING;
  return { scale: cut ? Math.ceil(second * 1.3) : most, cut };
}

/** Marks a bar that is cut off by two slits and its count. */
function paintCut(painter: Painter, right: number, top: number, height: number, count: number, theme: Theme): void {
  const tall = Math.max(5, height);
  const middle = top + height / 2;
  for (const x of [right - 9, right - 5]) {
    painter.line([x - 1.5, middle + tall / 2, x + 1.5, middle - tall / 2], { colour: theme.surface, width: 1.5 });
  }
  const text = { ...label(theme, 'right'), halo: theme.surface };
  painter.text(formatShort(count), right - 14, middle - Math.max(9, height / 2 + 7), text);
}

/** The cumulative distribution of the binned values, from 0 at the left to 1 at the right. */
function paintCumulative(painter: Painter, box: Box, { edges, counts }: Bins, axis: ValueAxis, theme: Theme): void {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin]!;
  const points: number[] = [];
  let below = 0;
  let last = Number.NaN;
  for (let bin = 0; bin <= counts.length; bin++) {
    const y = box.top + (1 - axis.position(edges[bin]!)) * box.height;
    if (!(Math.abs(y - last) < 0.5) || bin === counts.length || edges[bin] === edges[bin + 1]) {
      points.push(box.left + 1 + (below / total) * (box.width - 10), y);
      last = y;
    }
    if (bin < counts.length) below += counts[bin]!;
  }
  painter.within(box.left, box.top, box.width, box.height, () => {
    painter.line(points, { colour: theme.surface, width: 3, opacity: 0.7 });
    painter.line(points, { colour: theme.ink, width: 1.25 });
  });
}
