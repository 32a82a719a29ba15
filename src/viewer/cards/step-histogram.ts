import type { Bins } from '../data/points.ts';
import { binAt } from './bins.ts';
import type { Ink } from './ink.ts';
import { formatShort } from './numbers.ts';
import type { Box } from './scene.ts';
import type { Theme } from './theme.ts';
import type { ValueAxis } from './value-axis.ts';

/** A bar of the exact histogram, in pixels along the axis of values, from its upper end. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly bin: number;
}

/** The bars that are seen: those of bins less than a pixel high share one, as high as the highest of them. */
function barsOf({ edges, counts }: Bins, axis: ValueAxis, length: number): Bar[] {
  const bars: Bar[] = [];
  const y = (value: number): number => (1 - axis.place(value)) * length;
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
    const row = Math.min(length - 1, Math.max(0, Math.floor((from + to) / 2)));
    const last = bars.at(-1);
    if (last !== undefined && last.from === row && last.to === row + 1) {
      if (count > last.count) bars[bars.length - 1] = { ...last, count, bin };
    } else bars.push({ from: row, to: row + 1, count, bin });
  }
  return bars;
}

/** What the bins of one column hold, beside the axis of values they share with a picture. The counts' axis is at `footY`. */
export function paintHistogram(
  ink: Ink,
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
  ink.line([box.left + 0.5, box.top, box.left + 0.5, box.top + box.height], { colour: theme.ink3, width: 1 });
  if (most === 0) {
    ink.text('nothing here', box.left + 8, box.top + box.height / 2, { colour: theme.ink3, size: 10 });
    return;
  }
  const chosen = value === undefined ? -1 : binAt(bins, value);
  const long = (count: number): number => (count / most) * (box.width - 10);
  for (const { from, to, count, bin } of bars) {
    const border = to - from >= 4 ? 1 : to - from >= 2 ? 0.5 : 0;
    const width = Math.max(1, long(count));
    const [fill, opacity] = bin === chosen ? [theme.accent, 1] : [colour, 0.85];
    ink.rectangle(box.left + 1, box.top + from, width, Math.max(1, to - from - border), fill, opacity);
  }
  paintCumulative(ink, box, bins, axis, theme);
  ink.text('0', box.left + 1, footY, { colour: theme.ink2, size: 10 });
  ink.text(formatShort(most), box.left + 1 + long(most), footY, { colour: theme.ink2, size: 10, align: 'right' });
}

/** Which share of what is in the bins lies below each value: from 0 at the left to all at the right. */
function paintCumulative(ink: Ink, box: Box, { edges, counts }: Bins, axis: ValueAxis, theme: Theme): void {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin]!;
  const points: number[] = [];
  let below = 0;
  let last = Number.NaN;
  for (let bin = 0; bin <= counts.length; bin++) {
    const y = box.top + (1 - axis.place(edges[bin]!)) * box.height;
    // Points closer than half a pixel are not told apart.
    if (!(Math.abs(y - last) < 0.5) || bin === counts.length || edges[bin] === edges[bin + 1]) {
      points.push(box.left + 1 + (below / total) * (box.width - 10), y);
      last = y;
    }
    if (bin < counts.length) below += counts[bin]!;
  }
  ink.within(box.left, box.top, box.width, box.height, () => {
    ink.line(points, { colour: theme.surface, width: 3, opacity: 0.7 });
    ink.line(points, { colour: theme.ink, width: 1.25 });
  });
}
