/** @file A model of one call alone: its nodes and weights, taken from the file of the whole model. */
import { FieldReader } from '../../src/adapter.ts';
import { type Graph, readBy } from './graph.ts';
import type { Call } from './module-calls.ts';
import { ELEMENT_TYPES, type OnnxTensor } from './ort.ts';
import { readEntry } from './read-model.ts';
import { type Chunks, inputField, joined, mapFields, messageField, textField } from './write-message.ts';

/** Reads a part of the file, or of another one, that holds weights. */
export type ReadWeights = (location: string, offset: number, length: number | undefined) => Promise<Uint8Array>;

/** What a call needs of its graph. */
interface Parts {
  /** The indices of nodes in the file. */
  readonly nodes: ReadonlySet<number>;
  readonly weights: ReadonlySet<string>;
}

/**
 * The bytes of a model that computes the outputs of a call from its inputs.
 * @param bytes the whole model, perhaps without its large weights
 * @param inputs of the call, which tell the types
 * @returns a sentence if the call needs more than these inputs
 */
export async function callModel(
  bytes: Uint8Array,
  call: Call,
  inputs: readonly OnnxTensor[],
  read: ReadWeights,
): Promise<Uint8Array | string> {
  const { graph } = call.region;
  const parts = partsOf(graph, call);
  if (typeof parts === 'string') return parts;
  const given = call.inputs.flatMap((name, i) => inputOf(graph, name, inputs[i]!));
  const outputs = call.outputs.flatMap((name) => messageField(12, textField(1, name)));
  const weights = await weightsOf(bytes, parts.weights, read);
  const model = new FieldReader(bytes);
  let index = 0;
  const chunks = mapFields(model, () => {
    if (model.number !== 7) return undefined;
    const part = model.message();
    const kept = mapFields(part, () => {
      if (part.number === 1) return parts.nodes.has(index++) ? undefined : [];
      return part.number === 2 ? undefined : [];
    });
    return messageField(7, [...kept, ...weights, ...given, ...outputs]);
  });
  return joined(chunks);
}

/** The nodes of a call, and those that compute something for it from weights alone. */
function partsOf(graph: Graph, call: Call): Parts | string {
  const producers = new Map(graph.nodes.flatMap((node, at) => node.outputs.map((value) => [value, at] as const)));
  const [found, nodes, weights] = [new Set<number>(), new Set<number>(), new Set<string>()];
  const waiting = [...call.nodes];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    const node = graph.nodes[at]!;
    nodes.add(node.index);
    for (const value of readBy(node)) {
      if (call.inputs.includes(value)) continue;
      const producer = producers.get(value);
      if (graph.weights.has(value)) weights.add(value);
      else if (producer !== undefined) waiting.push(producer);
      else return `it also reads the sizes of "${value}", which are computed outside it: watch its nodes`;
    }
  }
  return { nodes, weights };
}

/** Sizes that the file leaves open stay open: the runtime optimizes for those that it knows. */
function inputOf(graph: Graph, name: string, { type, dims }: OnnxTensor): Chunks {
  const isFixed = [...graph.inputs.keys()].every((input) => graph.shapes.get(input)?.includes(undefined) === false);
  const shape = graph.shapes.get(name) ?? dims.map((size) => (isFixed ? size : undefined));
  return inputField(name, ELEMENT_TYPES[type]!, shape);
}

/** The weights as fields of a GraphProto, with their values. */
async function weightsOf(bytes: Uint8Array, names: ReadonlySet<string>, read: ReadWeights): Promise<Chunks> {
  const chunks: Uint8Array[] = [];
  const model = new FieldReader(bytes);
  while (model.next()) {
    if (model.number !== 7) continue;
    const graph = model.message();
    while (graph.next()) {
      // A weight, or a sparse one, which is named by the tensor of its values.
      if (graph.number === 5 && names.has(nameOf(graph.message()))) chunks.push(...(await weight(graph, read)));
      if (graph.number !== 15) continue;
      const sparse = graph.message();
      while (sparse.next()) {
        if (sparse.number === 1 && names.has(nameOf(sparse.message()))) chunks.push(graph.raw());
      }
    }
  }
  return chunks;
}

/** Of a TensorProto. */
export function nameOf(tensor: FieldReader): string {
  let name = '';
  while (tensor.next()) if (tensor.number === 8) name = tensor.text();
  return name;
}

/** The field of a weight, with its values in it. */
async function weight(field: FieldReader, read: ReadWeights): Promise<Chunks> {
  const external = new Map<string, string>();
  const tensor = field.message();
  const rest = mapFields(tensor, () => {
    if (tensor.number !== 13) return tensor.number === 14 ? [] : undefined;
    readEntry(tensor.message(), external);
    return [];
  });
  const location = external.get('location');
  if (location === undefined) return [field.raw()];
  const length = external.get('length');
  const values = await read(
    location,
    Number(external.get('offset') ?? 0),
    length === undefined ? undefined : Number(length),
  );
  return messageField(5, [...rest, ...messageField(9, [values])]);
}
