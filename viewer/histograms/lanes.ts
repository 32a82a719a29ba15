import { label } from '../cards/axes.ts';
import { formatCount, formatShare } from '../cards/format-numbers.ts';
import type { Box } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import type { Theme } from '../cards/theme.ts';
import type { Range } from '../state/view-state.ts';
import { LANES, type Lane } from './columns.ts';
import type { Density } from './density.ts';
import type { RunHistograms } from './scene.ts';

export const LANE_HEIGHT = 13;
/** Least height of a bar: a single NaN among a million values must be visible. */
const LEAST = 2;

const LABELS: Readonly<Record<Lane, string>> = {
  zeros: 'zeros',
  positiveInfinity: '+Inf',
  negativeInfinity: '\u2212Inf',
  nan: 'NaN',
  unknown: 'no bin',
};

/** The lanes that are not empty at some step, so that they do not come and go with zoom. */
export function lanesOf(runs: readonly RunHistograms[]): Lane[] {
  return LANES.filter((lane) => runs.some(({ columns }) => columns.filled.includes(lane)));
}

/** Paints the share of each pixel column that is in a lane, as the height of a bar. */
export function paintLanes(
  painter: Painter,
  box: Box,
  lanes: readonly Lane[],
  densities: readonly { density: Density; colour: string | undefined }[],
  theme: Theme,
): void {
  const height = LANE_HEIGHT - 3;
  lanes.forEach((lane, i) => {
    const bottom = box.top + (i + 1) * LANE_HEIGHT;
    painter.rectangle(box.left, bottom, box.width, 1, theme.line);
    const own = theme.lanes[lane];
    painter.text(LABELS[lane], box.left - 6, bottom - height / 2, {
      ...label(theme, 'right'),
      colour: own,
      bold: true,
    });
    const opacity = densities.length > 1 ? 0.65 : 1;
    for (const { density, colour = own } of densities) {
      const pixel = box.width / density.width;
      for (const { from, to, size } of bars(density, lane, height / pixel)) {
        const [wide, tall] = [(to - from) * pixel, Math.max(LEAST, size * pixel)];
        painter.rectangle(box.left + from * pixel, bottom - tall, wide, tall, colour, opacity);
      }
    }
  });
}

/** Bars over neighbouring pixel columns of equal height, in device pixels. */
function bars(density: Density, lane: Lane, most: number): { from: number; to: number; size: number }[] {
  const found: { from: number; to: number; size: number }[] = [];
  const counts = density.lanes[lane];
  for (let x = 0; x < density.width; x++) {
    const count = counts[x]!;
    if (count === 0) continue;
    const size = Math.round((count / density.count[x]!) * most);
    const last = found.at(-1);
    if (last?.to === x && last.size === size) last.to++;
    else found.push({ from: x, to: x + 1, size });
  }
  return found;
}

export function paintLaneCounts(
  painter: Painter,
  box: Box,
  lanes: readonly Lane[],
  of: RunHistograms,
  column: number,
  theme: Theme,
): void {
  const total = of.series.summaryNumber('count', column);
  lanes.forEach((lane, i) => {
    // NaN, which means unknown, counts as 0.
    const count = of.series.summaryNumber(lane, column) || 0;
    const middle = box.top + (i + 1) * LANE_HEIGHT - (LANE_HEIGHT - 3) / 2;
    const share = total > 0 && count > 0 ? ` (${formatShare(count / total)})` : '';
    const colour = count > 0 ? theme.lanes[lane] : theme.ink3;
    painter.text(formatCount(count) + share, box.left, middle, { colour, size: 10, bold: count > 0 });
  });
}

export function outside({ mass, rows, width }: Density): { below: number; above: number } {
  let [below, above] = [0, 0];
  for (let x = 0; x < width; x++) {
    below += mass[x * (rows + 2)]!;
    above += mass[x * (rows + 2) + rows + 1]!;
  }
  return { below, above };
}

export function paintOutside(painter: Painter, box: Box, { mass, rows, width }: Density, theme: Theme): void {
  const pixel = box.width / width;
  for (const [row, y] of [
    [rows + 1, box.top],
    [0, box.top + box.height - 3],
  ] as const) {
    let start = -1;
    for (let x = 0; x <= width; x++) {
      const any = x < width && mass[x * (rows + 2) + row]! > 0;
      if (any && start === -1) start = x;
      if (any || start === -1) continue;
      // A single point among ten thousand must be visible.
      const wide = Math.max(3, (x - start) * pixel);
      painter.rectangle(box.left + start * pixel - (wide - (x - start) * pixel) / 2, y, wide, 3, theme.accent);
      start = -1;
    }
  }
}

/** The pixel columns in which no value is in a bin, and some are NaN or infinite: [from, to). */
export function lostStretches({ width, rows, mass, covered, lanes }: Density): (readonly [from: number, to: number])[] {
  const found: [number, number][] = [];
  for (let x = 0; x < width; x++) {
    const wrong = lanes.nan[x]! + lanes.positiveInfinity[x]! + lanes.negativeInfinity[x]!;
    if (covered[x] === 0 || !(wrong > 0)) continue;
    if (mass.subarray(x * (rows + 2), (x + 1) * (rows + 2)).some((amount) => amount > 0)) continue;
    const last = found.at(-1);
    if (last?.[1] === x) last[1]++;
    else found.push([x, x + 1]);
  }
  return found;
}

/** Paints {@link lostStretches} red: TensorFlow's histograms of NaN have no bins, and would be taken for gaps. */
export function paintLost(painter: Painter, box: Box, density: Density, theme: Theme): void {
  const pixel = box.width / density.width;
  for (const [from, to] of lostStretches(density)) {
    painter.rectangle(box.left + from * pixel, box.top, (to - from) * pixel, box.height, theme.lanes.nan, 0.75);
  }
}

/** Explains the marks at the edges: `▲ 3 above 4.2`. */
export function describeOutside(
  { below, above }: { below: number; above: number },
  [from, to]: Range,
  format: (value: number) => string,
): string[] {
  const least = (count: number): string => formatCount(Math.max(1, Math.round(count)));
  return [
    ...(above > 0 ? [`\u25b2 ${least(above)} above ${format(to)}`] : []),
    ...(below > 0 ? [`\u25bc ${least(below)} below ${format(from)}`] : []),
  ];
}
