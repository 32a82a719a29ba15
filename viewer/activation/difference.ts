import { type Activation, summaryOfCells } from './activation.ts';

/** Why two outputs have no difference; undefined if they have one. */
export function whyNoDifference(a: Activation, b: Activation): string | undefined {
  if (String(a.shape) !== String(b.shape)) {
    return `A has the shape [${a.shape.join(', ')}], B [${b.shape.join(', ')}]: there is no difference.`;
  }
  // The pictures that were asked for are on their way.
  return a.cells.length === b.cells.length && String(a.plan.block) === String(b.plan.block)
    ? undefined
    : 'A and B are not shown in the same cells yet.';
}

/** B - A, cell by cell. Its statistics are those of the cells. */
export function difference(a: Activation, b: Activation): Activation {
  const cells = b.cells.map((value, i) => value - a.cells[i]!) as Activation['cells'];
  return { ...b, cells, summary: summaryOfCells(cells), unit: undefined };
}
