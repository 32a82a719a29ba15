// The adapter: hooks on every layer of tiny-net. docs/adapters.md explains it line by line.
import { type AttachedMethod, attach, type Hookable, type TensorReader } from 'layertap';
import { type Layer, Tensor } from './tiny-net.ts';

const reader: TensorReader<Tensor> = {
  is: (value) => value instanceof Tensor,
  shape: ({ data }) => [data.length],
  values: ({ data }) => data,
  keep: ({ data }) => new Tensor([...data]),
};

const wrapped = new WeakMap<Layer, AttachedMethod>();

/** Hooks on a layer and on all layers inside it. The same layer gives the same Hookable. */
export function wrapTiny(layer: Layer): Hookable {
  let hookable = wrapped.get(layer);
  if (hookable === undefined) {
    hookable = attach(layer, 'call', {
      name: layer.constructor.name,
      reader,
      children: () => Object.entries(layer.layers ?? {}).map(([name, child]) => [name, wrapTiny(child)]),
      validateOutput: (output, replacement) => {
        const [expected, got] = [(output as Tensor).data.length, (replacement as Tensor).data.length];
        return got === expected ? undefined : `a tensor of ${expected} values`;
      },
    });
    wrapped.set(layer, hookable);
  }
  return hookable;
}
