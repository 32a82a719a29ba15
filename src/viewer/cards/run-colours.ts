// Observable 10, the categorical colours of Observable Plot, in an order that keeps neighbours apart; each has a
// contrast of its own on white and on black.
const COLOURS = ['#4269d0', '#ff725c', '#3ca951', '#efb118', '#a463f2', '#6cc5b0', '#ff8ab7', '#9c6b4e', '#97bbf5'];

/** The colour of a run, by its place among the runs of the store. After nine they begin again. */
export function runColour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}
