import { extended } from '../axes/ranges.ts';
import type { Pointed, TagAxis } from '../axes/tag-axis.ts';
import { formatCount } from '../cards/format-numbers.ts';
import { binAt, formatBin, nameOfColumn } from './bin-readout.ts';
import type { CardGestures } from './card-gestures.ts';
import { pointedAt, type RunHistograms } from './scene.ts';

const ZOOM = 0.7;
/** An arrow key with Ctrl moves by this many columns. */
const FAR = 10;

/**
 * The keys of a histogram card. They move a cursor through columns and bins. The cursor is the hover of the view.
 *
 * @returns what a screen reader says about the new position; undefined if the key was not handled
 */
export function pressKey(
  event: KeyboardEvent,
  axis: TagAxis,
  tag: string,
  runs: readonly RunHistograms[],
  gestures: CardGestures,
): string | undefined {
  const { hover, brush } = axis;
  const pointed = pointedAt(runs, hover);
  if (event.altKey || event.metaKey) return undefined;

  switch (event.key) {
    case 'Escape':
      if (gestures.dragging) gestures.dragCancel();
      else gestures.reset();
      return '';
    case '+':
    case '=':
    case '-':
      if (event.ctrlKey || pointed === undefined) return undefined;
      gestures.zoomSteps(event.key === '-' ? 1 / ZOOM : ZOOM, pointed.of.placeOf(pointed.column));
      return '';
    case 'PageUp':
    case 'PageDown': {
      const value = cursorValue(pointed, hover);
      if (value === undefined) return undefined;
      gestures.zoomValues(event.key === 'PageUp' ? ZOOM : 1 / ZOOM, value);
      return '';
    }
    case 'Enter':
      if (brush === undefined || brush[0] === brush[1]) return undefined;
      axis.change({ steps: brush, brush: undefined });
      return '';
    default:
      return moveCursor();
  }

  function moveCursor(): string | undefined {
    if (pointed === undefined || pointed.column === -1) return undefined;
    let { of, column } = pointed;
    let value = cursorValue(pointed, hover);
    const last = of.columnAt(Number.POSITIVE_INFINITY);
    const by = event.ctrlKey ? FAR : 1;
    // The first key shows the cursor; the next ones move it.
    const move = (to: number): number => (hover === undefined ? column : Math.max(0, Math.min(last, to)));

    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        column = move(event.key === 'ArrowLeft' ? column - by : column + by);
        break;
      case 'Home':
      case 'End':
        column = event.key === 'Home' ? 0 : last;
        break;
      case 'ArrowUp':
      case 'ArrowDown':
        value = nextBin(of, column, value, event.key === 'ArrowUp' ? 1 : -1);
        break;
      case 'n': {
        const next = runs[(runs.indexOf(of) + 1) % runs.length]!;
        column = next.columnAt(of.placeOf(column));
        of = next;
        if (column === -1) return undefined;
        break;
      }
      default:
        return undefined;
    }
    const at = of.placeOf(column);
    const extends_ = event.shiftKey && event.key !== 'ArrowUp' && event.key !== 'ArrowDown';
    axis.change({
      hover: { at, step: of.series.firstStep(column), tag, run: of.run, ...(value !== undefined && { value }) },
      ...(extends_ && { brush: extended(brush, pointed.of.placeOf(pointed.column), at) }),
    });
    const name = runs.length > 1 ? `${of.run}, ` : '';
    return name + describeCursor(of, column, value);
  }
}

/** The value at the cursor; by default the median. */
function cursorValue(pointed: ReturnType<typeof pointedAt>, hover: Pointed | undefined): number | undefined {
  if (pointed === undefined || pointed.column === -1) return undefined;
  const value = hover?.value ?? pointed.of.series.quantile(pointed.column, 0.5);
  return Number.isNaN(value) ? undefined : value;
}

/** The middle of the next non-empty bin above or below a value. */
function nextBin(of: RunHistograms, column: number, value: number | undefined, direction: 1 | -1): number | undefined {
  const { edges, counts } = of.series.bins(column);
  if (value === undefined) return undefined;
  let bin = binAt({ edges, counts }, value);
  if (bin === -1) bin = value < edges[0]! ? -1 : counts.length;
  for (let next = bin + direction; next >= 0 && next < counts.length; next += direction) {
    if (counts[next]! > 0) return edges[next]! / 2 + edges[next + 1]! / 2;
  }
  return value;
}

/** `step 40: 12 values in [0.1, 0.11)`. */
function describeCursor(of: RunHistograms, column: number, value: number | undefined): string {
  const name = nameOfColumn(of.series, column);
  const bins = of.series.bins(column);
  const bin = value === undefined ? -1 : binAt(bins, value);
  if (bin === -1) return `${name}: nothing in a bin here`;
  const count = bins.counts[bin]!;
  return `${name}: ${formatCount(count)} ${count === 1 ? 'value' : 'values'} in ${formatBin(bins, bin)}`;
}
