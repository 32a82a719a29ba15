/**
 * @file `execute` of a LayersModel runs layers without a tidy around them. Where a hook threw there, what the layers
 * before it gave would stay: so a model has an own `execute`, with a tidy, while layers that were found in it are hooked.
 */

import { MethodInterceptor } from '../../src/adapter.ts';
import type { Container, Core, Layer } from './framework.ts';
import { isContainer } from './framework.ts';

/** What each layer was found in. */
const owners = new WeakMap<Layer, Set<Layer>>();

export function foundIn(layer: Layer, owner: Layer): void {
  const known = owners.get(layer);
  if (known === undefined) owners.set(layer, new Set([owner]));
  else known.add(owner);
}

/** Puts a tidy around `execute` of all models that a layer was found in. @returns undoes that */
export function tidyExecute(core: Core, layer: Layer): () => void {
  const above = new Set<Layer>();
  const climb = (from: Layer) => {
    for (const owner of owners.get(from) ?? []) {
      if (above.has(owner)) continue;
      above.add(owner);
      climb(owner);
    }
  };
  climb(layer);
  const undo = [...above].filter(isContainer).map((model) => tidy(core, model));
  return () => {
    for (const action of undo) action();
  };
}

interface Tidied {
  hooked: number;
  readonly restore: () => void;
}

const tidied = new WeakMap<Container, Tidied>();

function tidy(core: Core, model: Container): () => void {
  let entry = tidied.get(model);
  if (entry === undefined) {
    entry = { hooked: 0, restore: () => {} };
    // A model that takes no new properties is left as it is.
    if (Object.isExtensible(model)) {
      const within = (...given: never[]) => core.tidy(() => method.original.apply(model, given));
      const method: MethodInterceptor<Container['execute']> = new MethodInterceptor(model, 'execute', within);
      method.install();
      entry = { hooked: 0, restore: () => method.uninstall() };
    }
    tidied.set(model, entry);
  }
  const { restore } = entry;
  const counted = entry;
  counted.hooked++;
  return () => {
    if (--counted.hooked > 0) return;
    tidied.delete(model);
    restore();
  };
}
