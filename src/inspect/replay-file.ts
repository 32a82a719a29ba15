/** @file The file that runs one call of a module again. */
import { isThenable, type NumericArray } from '../check/index.ts';
import {
  type ForwardEvent,
  forEachTensor,
  type Hookable,
  optionsOf,
  readerOf,
  type TensorReader,
} from '../hooks/index.ts';
import { safetensorsParts } from '../safetensors/index.ts';
import { TensorStore } from './tensor-store.ts';

interface Place {
  readonly path: string;
  readonly kind: string;
  readonly why: string;
  readonly source: string | undefined;
}

/**
 * A .safetensors file: `inputs/0`, …, `output`, and `weights.<name>`, each in its own type; in the metadata, as JSON under
 * `layertap_replay`, the path and class of the module, its configuration, its source and the reason. Values are read before this
 * returns.
 */
export async function replayFile(
  where: string,
  { module, inputs, output, reader }: ForwardEvent,
  place: Place,
): Promise<readonly Uint8Array[]> {
  const { config } = optionsOf(module);
  const read: Promise<readonly [string, NumericArray | undefined, readonly number[], unknown]>[] = [];
  const add = (name: string, tensor: unknown, by: TensorReader) => {
    const shape = [...by.shape(tensor)];
    const values = by.values(tensor);
    // Copied, since the model may write into it while others are awaited.
    const given = isThenable(values) ? values : (values as Float32Array | undefined)?.slice();
    read.push(Promise.resolve(given).then((found) => [name, found, shape, tensor] as const));
  };
  const is = (value: unknown) => reader?.is(value) === true;
  forEachTensor(inputs, is, (tensor, at) => add(`inputs${at}`, tensor, reader!));
  forEachTensor(output, is, (tensor, at) => add(`output${at}`, tensor, reader!));
  for (const [path, inside] of (module as Hookable).namedModules()) {
    const by = readerOf(inside);
    for (const { name, tensor } of optionsOf(inside).parameters?.(inside) ?? []) {
      if (by?.is(tensor) === true) add(`weights.${path === '' ? name : `${path}.${name}`}`, tensor, by);
    }
  }
  const file: Record<string, { dtype: string; shape: readonly number[]; data: unknown }> = {};
  for (const [name, values, shape, tensor] of await Promise.all(read)) {
    if (values === undefined) continue;
    const store = new TensorStore(where, Number.POSITIVE_INFINITY);
    const { dtype, data } = store.tensors.get(store.add(values, shape, tensor).tensor)!;
    file[name] = { dtype, shape, data };
  }
  return safetensorsParts(file as never, {
    layertap_replay: JSON.stringify({ version: 1, ...place, config: config?.(module) ?? String(module) }),
  });
}
