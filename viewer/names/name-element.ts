import { element } from '../element.ts';
import { splitName } from './split-name.ts';

export interface NameOptions {
  /** What the pointer shows above it. Default: the name. */
  readonly title?: string | undefined;
  /** As for `splitName`. */
  readonly from?: number | undefined;
}

/** A name that loses its middle where it is too long, in its own direction of writing. */
export function nameElement(name: string, { title = name, from }: NameOptions = {}): HTMLElement {
  const parts = splitName(name, from).filter(Boolean);
  return element('span', { class: 'name', dir: 'auto', title }, ...parts.map((part) => element('span', {}, part)));
}
