import { element } from '../element.ts';
import { runColour } from './run-colours.ts';

/** So many colours there are. */
const COLOURS = 8;

/** Gives an element the colours of the runs, as custom properties: dots follow when light turns dark. */
export function setRunColours(root: HTMLElement, dark: boolean): void {
  for (let i = 0; i < COLOURS; i++) root.style.setProperty(`--run-${i}`, runColour(i, dark));
}

/** A dot in the colour of a run, by its place among the runs of the store. */
export function runDot(index: number): HTMLElement {
  const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
  dot.style.background = `var(--run-${index % COLOURS})`;
  return dot;
}
