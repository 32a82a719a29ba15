import type { Box } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import { stretches } from './curves.ts';
import type { Density } from './density.ts';
import { densityIn } from './heat-map.ts';
import { quantileLines } from './quantile-lines.ts';
import type { RunHistograms, Scene } from './scene.ts';

const SHARES = [0.05, 0.5, 0.95];

export interface RunBands {
  readonly densities: readonly { of: RunHistograms; density: Density; lines: readonly number[][] }[];
  paint(painter: Painter): void;
  /** Paints the median of a run again, above the others. */
  paintFront(painter: Painter, run: string | undefined): void;
  nearest(x: number, y: number): RunHistograms | undefined;
}

/** Several overlaid runs: the median of each as a line, and a band from its 5th to its 95th percentile. */
export function runBands(scene: Scene, box: Box): RunBands {
  const densities = scene.runs.map((of) => {
    const density = densityIn(box, of, scene);
    return { of, density, lines: quantileLines(density, of.columns, scene.steps, box, SHARES, 0) };
  });
  return {
    densities,
    paint(painter) {
      painter.within(box.left, box.top, box.width, box.height, () => {
        for (const { of, lines } of densities) {
          for (const band of bands(lines[0]!, lines[2]!)) painter.area(band, of.colour, 0.2);
        }
        for (const { of, lines } of densities) {
          for (const edge of [lines[0]!, lines[2]!]) painter.line(edge, { colour: of.colour, width: 1, opacity: 0.55 });
        }
        for (const { of, lines } of densities) painter.line(lines[1]!, { colour: of.colour, width: 2 });
      });
    },
    paintFront(painter, run) {
      const front = densities.length > 1 ? densities.find(({ of }) => of.run === run) : undefined;
      if (front === undefined) return;
      painter.within(box.left, box.top, box.width, box.height, () => {
        painter.line(front.lines[1]!, { colour: scene.theme.surface, width: 6, opacity: 0.8 });
        painter.line(front.lines[1]!, { colour: front.of.colour, width: 3 });
      });
    },
    nearest(x, y) {
      let best: RunHistograms | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const { of, lines } of densities) {
        const distance = Math.abs(heightAt(lines[1]!, x) - y);
        if (distance < least) [best, least] = [of, distance];
      }
      return best ?? densities[0]?.of;
    },
  };
}

function heightAt(line: readonly number[], x: number): number {
  let [best, least] = [Number.NaN, Number.POSITIVE_INFINITY];
  for (let i = 0; i < line.length; i += 2) {
    const distance = Math.abs(line[i]! - x);
    if (distance < least && !Number.isNaN(line[i + 1]!)) [best, least] = [line[i + 1]!, distance];
  }
  return best;
}

/** The polygons between two lines with the same x, one for each part without a gap: there along one, back along the other. */
function bands(lower: readonly number[], upper: readonly number[]): number[][] {
  return stretches(lower).map(([start, end]) => {
    const polygon = lower.slice(start, end);
    for (let i = end - 2; i >= start; i -= 2) polygon.push(upper[i]!, upper[i + 1]!);
    return polygon;
  });
}
