import { label } from '../cards/axes.ts';
import { formatShort } from '../cards/format-numbers.ts';
import type { Box } from '../cards/geometry.ts';
import { type Painter, pixelImage } from '../cards/painter.ts';
import { css, densityColours, SHADES } from '../cards/palettes.ts';
import { type Density, densest, densityOf } from './density.ts';
import { paintLost } from './lanes.ts';
import { quantileLines } from './quantile-lines.ts';
import type { RunHistograms, Scene } from './scene.ts';
import { shade } from './shade.ts';

const QUANTILES = [
  { share: 0.01, width: 1, dash: [1, 3] },
  { share: 0.05, width: 1, dash: [4, 3] },
  { share: 0.25, width: 1, dash: [] },
  { share: 0.5, width: 1.75, dash: [] },
  { share: 0.75, width: 1, dash: [] },
  { share: 0.95, width: 1, dash: [4, 3] },
  { share: 0.99, width: 1, dash: [1, 3] },
] as const;
/** The indexes of the quantiles by priority: not all labels may fit. */
const FIRST_NAMED = [3, 0, 6, 1, 5, 2, 4];
const NAME_HEIGHT = 10;
const APART = 1.5;

/** Highest density in the colour scale, relative to the usual one: the zeros of a ReLU must not take all colours. */
const TOWERING = 4;

/** The density of a run in a box, at the resolution of the screen. */
export function densityIn({ width, height }: Box, { columns }: RunHistograms, { axis, steps, ratio }: Scene): Density {
  const rows = Math.max(1, Math.round(height * ratio));
  const borders = Float64Array.from({ length: rows + 1 }, (_, row) => axis.valueAt(row / rows));
  return densityOf(columns, steps, Math.max(1, Math.round(width * ratio)), borders);
}

export interface HeatMap {
  readonly density: Density;
  paint(painter: Painter): void;
  /** Explains the colours, right-aligned. @returns the width it took */
  paintLegend(painter: Painter, right: number, y: number): number;
}

/** The density of one run, as colours over steps and values, with lines for quantiles. */
export function heatMap(of: RunHistograms, box: Box, scene: Scene): HeatMap {
  const { theme, steps } = scene;
  const { left, top, width, height } = box;
  const density = densityIn(box, of, scene);
  /** Multiplies values per device pixel into values per CSS pixel. */
  const scale = density.rows / height;
  const { most: highest, usual } = densest(density);
  const isCut = highest > usual * TOWERING;
  /** The density of the last colour, in values per CSS pixel. */
  const most = (isCut ? usual * TOWERING : highest) * scale;

  function paintQuantiles(painter: Painter): void {
    const shares = QUANTILES.map(({ share }) => share);
    const lines = quantileLines(density, of.columns, steps, box, shares, APART);
    const { ink: colour, surface, ink2 } = theme;
    painter.within(left, top, width, height, () => {
      // The dark rim shows on sparse regions, the light line on dense ones.
      for (const [i, line] of lines.entries()) {
        painter.line(line, { colour, width: QUANTILES[i]!.width + 1.5, opacity: 0.5, dash: QUANTILES[i]!.dash });
      }
      for (const [i, line] of lines.entries()) painter.line(line, { colour: surface, ...QUANTILES[i]! });
    });
    const named: number[] = [];
    for (const i of FIRST_NAMED) {
      const y = lastY(lines[i]!, left + width);
      if (!(y >= top && y <= top + height) || named.some((other) => Math.abs(other - y) < NAME_HEIGHT)) continue;
      named.push(y);
      painter.text(`${QUANTILES[i]!.share * 100}%`, left + width + 4, y, { colour: ink2, size: 9, bold: i === 3 });
    }
  }

  return {
    density,
    paint(painter) {
      const fill = (pixels: Uint32Array) => shade(density, scale, most, theme.dark, pixels);
      if (most > 0) painter.image(pixelImage(density.width, density.rows, fill), left, top, width, height);
      paintLost(painter, box, density, theme);
      paintQuantiles(painter);
    },
    paintLegend(painter, right, y) {
      if (most === 0) return 0;
      const [unitWidth, bar] = [82, 56];
      const name = `${isCut ? '\u2265 ' : ''}${formatShort(most)}`;
      const start = right - unitWidth - name.length * 6 - 8 - bar;
      painter.text('values per pixel', right, y, label(theme, 'right'));
      painter.text(name, start + bar + 5, y, label(theme));
      const colours = densityColours(theme.dark);
      for (let x = 0; x < bar; x += 2) {
        painter.rectangle(start + x, y - 4, 2, 8, css(colours[Math.round((x / (bar - 2)) * (SHADES - 1))]!));
      }
      painter.text('0', start - 4, y, label(theme, 'right'));
      return right - start + 12;
    },
  };
}

/** The height of a line at its right end; NaN if it ends before. */
function lastY(line: readonly number[], right: number): number {
  for (let i = line.length - 2; i >= 0 && !(line[i]! < right - 12); i -= 2) {
    if (!Number.isNaN(line[i + 1]!)) return line[i + 1]!;
  }
  return Number.NaN;
}
