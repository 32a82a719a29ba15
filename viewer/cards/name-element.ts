import { element } from '../element.ts';
import { splitName } from '../names.ts';

/** A name that loses its middle where it is too long, in its own direction of writing. */
export function nameElement(name: string): HTMLElement {
  const [start, end] = splitName(name);
  const parts = [start, end].filter(Boolean).map((part) => element('span', {}, part));
  return element('span', { class: 'name', dir: 'auto', title: name }, ...parts);
}
