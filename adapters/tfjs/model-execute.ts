/**
 * @file `execute` of a LayersModel runs its layers without a tidy: if a hook threw, the outputs of the layers before it
 * would leak. So while a layer is hooked, the models that it was found in have their own `execute`, with a tidy.
 */
import { MethodInterceptor } from '../../src/adapter.ts';
import { type Container, type Core, isContainer, type Layer } from './framework.ts';

/** The layers and models that each layer was found in. */
const owners = new WeakMap<Layer, Set<Layer>>();

export function recordOwner(layer: Layer, owner: Layer): void {
  owners.set(layer, (owners.get(layer) ?? new Set()).add(owner));
}

/** Puts a tidy around `execute` of all models that a layer was found in. @returns a function that undoes it */
export function tidyExecute(core: Core, layer: Layer): () => void {
  const undo = [...above(layer)].filter(isContainer).map((model) => tidy(core, model));
  return () => {
    for (const action of undo) action();
  };
}

function above(layer: Layer, found: Set<Layer> = new Set()): Set<Layer> {
  for (const owner of owners.get(layer) ?? []) if (!found.has(owner)) above(owner, found.add(owner));
  return found;
}

interface TidyModel {
  hookedLayers: number;
  /** Undefined for a model that takes no new properties. */
  readonly execute: MethodInterceptor<Container['execute']> | undefined;
}

const tidyModels = new WeakMap<Container, TidyModel>();

function tidy(core: Core, model: Container): () => void {
  const entry = tidyModels.get(model) ?? { hookedLayers: 0, execute: interceptExecute(core, model) };
  tidyModels.set(model, entry);
  entry.hookedLayers++;
  return () => {
    if (--entry.hookedLayers > 0) return;
    tidyModels.delete(model);
    entry.execute?.uninstall();
  };
}

function interceptExecute(core: Core, model: Container): TidyModel['execute'] {
  if (!Object.isExtensible(model)) return undefined;
  const execute: TidyModel['execute'] = new MethodInterceptor<Container['execute']>(model, 'execute', (...args) =>
    core.tidy(() => execute!.original.apply(model, args)),
  );
  execute.install();
  return execute;
}
