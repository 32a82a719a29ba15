/**
 * @file The values of a weight, read when they are asked for.
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, TensorProto
 */
import { FieldReader, readNumbers } from '../../src/adapter.ts';
import type { Numbers } from '../../src/index.ts';
import { nameOf, type ReadWeights } from './call-model.ts';
import { DOUBLE, FLOAT, FLOAT16 } from './graph.ts';
import { readEntry } from './read-model.ts';

/**
 * @param bytes the whole model, perhaps without its large weights
 * @returns undefined for a weight of another type than float32, float16 and float64, or inside another node
 */
export async function weightValues(bytes: Uint8Array, name: string, read: ReadWeights): Promise<Numbers | undefined> {
  const model = new FieldReader(bytes);
  while (model.next()) {
    if (model.number !== 7) continue;
    const graph = model.message();
    while (graph.next()) {
      if (graph.number === 5 && nameOf(graph.message()) === name) return valuesOf(graph.message(), read);
    }
  }
  return undefined;
}

async function valuesOf(tensor: FieldReader, read: ReadWeights): Promise<Numbers | undefined> {
  const external = new Map<string, string>();
  let type = 0;
  let values: Uint8Array | undefined;
  while (tensor.next()) {
    if (tensor.number === 2) type = tensor.integer();
    else if (tensor.number === 13) readEntry(tensor.message(), external);
    // raw_data, or packed floats or doubles, whose bytes are the same.
    else if (tensor.number === 9 || ((tensor.number === 4 || tensor.number === 10) && tensor.hasLength)) {
      values = tensor.bytes();
    }
  }
  const location = external.get('location');
  if (location !== undefined) {
    const length = external.get('length');
    values = await read(location, Number(external.get('offset') ?? 0), length === undefined ? length : Number(length));
  }
  if (values === undefined) return undefined;
  // Aligned. The `slice` of a Buffer is no copy.
  const { buffer } = Uint8Array.from(values);
  if (type === FLOAT) return new Float32Array(buffer);
  if (type === DOUBLE) return new Float64Array(buffer);
  return type === FLOAT16 ? readNumbers('weights', 'values', new Uint16Array(buffer), { type: 'float16' }) : undefined;
}
