import { paintEmpty, paintSteps, paintValuesLeft } from '../cards/axes.ts';
import { type Box, clamp, INSET } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import type { Theme } from '../cards/theme.ts';
import { valueAxis } from '../cards/value-axis.ts';
import type { AxisUnit, Range, View } from '../state/view-state.ts';
import type { PlacedRecord, ScalarLine } from './scalar-line.ts';
import { thinLine } from './scalar-lines.ts';
import { scalarRange } from './scalar-range.ts';

const TOP = 8;
/** Among more lines than this the raw values behind the smoothed ones are not seen, and would take half of the time. */
const MANY = 100;
const BOTTOM = 22;
/** Up to this many points on a line are marked. */
const FEW = 40;

export interface ScalarPlot {
  /** The sides of the plot, in CSS pixels. */
  readonly left: number;
  readonly right: number;
  /** The height of a value, in CSS pixels from the top. */
  heightOf(value: number): number;
  /** @param empty what is said if there are no lines */
  paint(painter: Painter, empty: string): void;
  /** Paints a line again, above the others, and a record of it. */
  paintFront(painter: Painter, line: ScalarLine, record: PlacedRecord | undefined): void;
}

/** Scalars of several runs as lines over steps or times, smoothed above the logged ones. */
export function scalarPlot(
  lines: readonly ScalarLine[],
  width: number,
  height: number,
  { unit, steps }: { unit: AxisUnit; steps: Range },
  { smoothing, scalarAxis, ignoreOutliers }: View,
  theme: Theme,
): ScalarPlot {
  const box: Box = {
    left: INSET.left,
    top: TOP,
    width: Math.max(1, width - INSET.left - INSET.right),
    height: Math.max(1, height - TOP - BOTTOM),
  };
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const [first, last] = steps;
  const { domain, constant } = scalarRange(
    lines.map(({ values, drawn }) => values.subarray(...drawn)),
    ignoreOutliers,
  );
  const values = valueAxis(scalarAxis, domain, constant);
  const xOf = (place: number): number => box.left + ((place - first) / (last - first)) * box.width;
  // Canvas coordinates must not overflow: far outside is outside.
  const yOf = (value: number) => box.top + (1 - clamp(values.position(value), -10, 11)) * box.height;

  function trace(painter: Painter, { places, drawn }: ScalarLine, numbers: Float64Array, pen: Pen): void {
    const x = places.subarray(...drawn).map(xOf);
    const y = numbers.subarray(...drawn).map((value) => (Number.isFinite(value) ? yOf(value) : Number.NaN));
    painter.line(thinLine(x, y), pen);
    if (x.length > FEW) return;
    for (let i = 0; i < x.length; i++) {
      if (!Number.isNaN(y[i]!)) painter.rectangle(x[i]! - 1.5, y[i]! - 1.5, 3, 3, pen.colour, pen.opacity);
    }
  }

  /** Marks values beyond the axis, or infinite, by a triangle at that edge, and NaN by a bar at the lower edge. */
  function paintOutside(painter: Painter, { values: own, places, drawn, colour }: ScalarLine): void {
    let before = Number.NEGATIVE_INFINITY;
    for (let i = drawn[0]; i < drawn[1]; i++) {
      const value = own[i]!;
      const position = values.position(value);
      const x = xOf(places[i]!);
      if ((position >= 0 && position <= 1) || x - before < 1) continue;
      if (Number.isNaN(value)) {
        const next = i + 1 < places.length ? xOf(places[i + 1]!) : x;
        painter.rectangle(x - 1, bottom - 5, Math.max(2, next - x + 1), 5, theme.lanes.nan);
      } else {
        const [base, tip] = position > 1 ? [box.top + 5, box.top - 1] : [bottom - 5, bottom + 1];
        const fill = Number.isFinite(value) ? colour : theme.lanes.positiveInfinity;
        painter.area([x - 3.5, base, x + 3.5, base, x, tip], fill);
      }
      before = x;
    }
  }

  const within = (painter: Painter, paint: () => void) =>
    painter.within(box.left - 2, box.top - 2, box.width + 4, box.height + 4, paint);

  return {
    left: box.left,
    right,
    heightOf: yOf,
    paint(painter, empty) {
      for (const { value } of values.ticks(box.height, 22)) {
        const y = box.top + (1 - values.position(value)) * box.height;
        painter.line([box.left, y, right, y], { colour: theme.line, width: 1 });
      }
      paintSteps(painter, box, bottom, { unit, steps }, theme);
      if (lines.length === 0) paintEmpty(painter, box, empty, theme);
      within(painter, () => {
        if (smoothing > 0 && lines.length <= MANY) {
          for (const line of lines) {
            trace(painter, line, line.values, { colour: line.colour, width: 1, opacity: 0.22 });
          }
        }
        for (const line of lines) {
          trace(painter, line, line.smoothed, { colour: line.colour, width: 1.5, opacity: 1 });
        }
        for (const line of lines) paintOutside(painter, line);
      });
      paintValuesLeft(painter, box, values, theme);
    },
    paintFront(painter, line, record) {
      within(painter, () => {
        trace(painter, line, line.smoothed, { colour: theme.surface, width: 5, opacity: 0.8 });
        trace(painter, line, line.smoothed, { colour: line.colour, width: 2.5, opacity: 1 });
        if (record === undefined) return;
        const { of, row } = record;
        const [x, y] = [xOf(of.places[row]!), yOf(of.smoothed[row]!)];
        painter.rectangle(x - 4, y - 4, 8, 8, theme.surface);
        painter.rectangle(x - 3, y - 3, 6, 6, line.colour);
      });
    },
  };
}

interface Pen {
  readonly colour: string;
  readonly width: number;
  readonly opacity: number;
}
