import { element } from '../element.ts';

// From Okabe and Ito, "Color Universal Design" (2008), adjusted until any two of a set are at least 0.11 apart in OKLab
// as seen with normal vision, protanopia and deuteranopia (Machado, Oliveira and Fernandes, 2009). Their contrast to
// the background is at least 3.
const ON_LIGHT = ['#0170ae', '#dd660b', '#009e73', '#9e3b6a', '#399bd0', '#5a2b91', '#9d4e00', '#663502'];
const ON_DARK = ['#1bb1c9', '#e08e14', '#867dfd', '#018b72', '#e9cb3f', '#d24601', '#8ed5fe', '#9148b3'];

/** The colour of a run, by its index in the store. Colours repeat after eight runs. */
export function runColour(index: number, dark: boolean): string {
  const colours = dark ? ON_DARK : ON_LIGHT;
  return colours[index % colours.length]!;
}

/** Sets the run colours as custom properties, so that dots follow when the theme changes. */
export function setRunColours(root: HTMLElement, dark: boolean): void {
  for (const i of ON_LIGHT.keys()) root.style.setProperty(`--run-${i}`, runColour(i, dark));
}

/** The custom property with the colour of a run, by its index in the store. */
export const runVariable = (index: number): string => `var(--run-${index % ON_LIGHT.length})`;

/** A dot in the colour of a run, by its index in the store. */
export function runDot(index: number): HTMLElement {
  const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
  dot.style.background = runVariable(index);
  return dot;
}
