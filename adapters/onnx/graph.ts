/** @file A graph as it is in an ONNX file: its nodes, and the names of the values that they read and write. */
import type { FieldReader } from '../../src/adapter.ts';

export interface Graph {
  readonly nodes: GraphNode[];
  /** Values that come from outside, those of the weights that may be overridden among them. */
  readonly inputs: Map<string, ElementType>;
  readonly outputs: Map<string, ElementType>;
  /** The weights, by name. */
  readonly weights: Map<string, Weight>;
  /** What the file says of the types of other values. */
  readonly types: Map<string, ElementType>;
}

/** What a value is made of: the number that ONNX gives the type of a tensor's elements, 0 where the file does not say. */
export type ElementType = number | 'no tensor';

export const BFLOAT16 = 16;

export interface GraphNode {
  readonly name: string;
  /** What it computes: `Conv`, `Softmax`. */
  readonly op: string;
  /** Where that is defined: '' for ONNX itself. */
  readonly domain: string;
  /** '' for an input, or output, that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What its bodies read of the graphs around them. */
  readonly captures: readonly string[];
  /** The graphs in its attributes: the branches of an If, the body of a Loop or Scan. */
  readonly bodies: readonly { readonly attribute: string; readonly graph: Graph }[];
  /** What PyTorch's exporter says of it. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface Weight {
  /** The file that it is in, where it is not in this one. */
  readonly file: string | undefined;
}

/** Graphs in graphs: no exporter comes near it. */
const DEEPEST = 64;

export const emptyGraph = (): Graph => ({
  nodes: [],
  inputs: new Map(),
  outputs: new Map(),
  weights: new Map(),
  types: new Map(),
});

/**
 * Adds what a GraphProto holds to a graph: where a message comes in several pieces, they are one. The values of weights
 * are passed over.
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 * @throws MalformedMessage; RangeError for graphs that are too deep in each other
 */
export function readGraph(field: FieldReader, graph: Graph, depth = 0): void {
  if (depth > DEEPEST) throw new RangeError(`graphs are ${DEEPEST} deep in each other`);
  while (field.next()) {
    if (field.number === 1) graph.nodes.push(readNode(field.message(), depth));
    else if (field.number === 5) readWeight(field.message(), graph);
    else if (field.number === 11) readValue(field.message(), graph.inputs);
    else if (field.number === 12) readValue(field.message(), graph.outputs);
    else if (field.number === 13) readValue(field.message(), graph.types);
    else if (field.number === 15) {
      // A SparseTensorProto has its name in the tensor of its values.
      const sparse = field.message();
      while (sparse.next()) if (sparse.number === 1) readWeight(sparse.message(), graph);
    }
  }
}

function readNode(field: FieldReader, depth: number): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const bodies: { attribute: string; graph: Graph }[] = [];
  const metadata = new Map<string, string>();
  const captures = new Set<string>();
  let [name, op, domain] = ['', '', ''];
  while (field.next()) {
    if (field.number === 1) inputs.push(field.text());
    else if (field.number === 2) outputs.push(field.text());
    else if (field.number === 3) name = field.text();
    else if (field.number === 4) op = field.text();
    else if (field.number === 5) readBodies(field.message(), bodies, depth);
    else if (field.number === 7) domain = field.text();
    else if (field.number === 9) readEntry(field.message(), metadata);
  }
  for (const { graph } of bodies) for (const value of freeValues(graph)) captures.add(value);
  return { name, op, domain, inputs, outputs, captures: [...captures], bodies, metadata };
}

/** Of an attribute only its graphs are of interest. */
function readBodies(field: FieldReader, bodies: { attribute: string; graph: Graph }[], depth: number): void {
  let attribute = '';
  const found: Graph[] = [];
  while (field.next()) {
    if (field.number === 1) attribute = field.text();
    else if (field.number === 6 || field.number === 11) {
      const graph = emptyGraph();
      readGraph(field.message(), graph, depth + 1);
      found.push(graph);
    }
  }
  for (const graph of found) bodies.push({ attribute, graph });
}

function readEntry(field: FieldReader, entries: Map<string, string>): void {
  let [key, value] = ['', ''];
  while (field.next()) {
    if (field.number === 1) key = field.text();
    else if (field.number === 2) value = field.text();
  }
  entries.set(key, value);
}

/** A TensorProto, without its values. */
function readWeight(field: FieldReader, graph: Graph): void {
  let name = '';
  let type = 0;
  let file: string | undefined;
  const elsewhere = new Map<string, string>();
  while (field.next()) {
    if (field.number === 2) type = field.integer();
    else if (field.number === 8) name = field.text();
    else if (field.number === 13) readEntry(field.message(), elsewhere);
  }
  if (elsewhere.size > 0) file = elsewhere.get('location') ?? '';
  graph.weights.set(name, { file });
  graph.types.set(name, type);
}

/** A ValueInfoProto. */
function readValue(field: FieldReader, values: Map<string, ElementType>): void {
  let name = '';
  let type: ElementType = 0;
  while (field.next()) {
    if (field.number === 1) name = field.text();
    else if (field.number === 2) type = readType(field.message());
  }
  values.set(name, type);
}

function readType(field: FieldReader): ElementType {
  let type: ElementType = 0;
  while (field.next()) {
    if (field.number === 1) {
      const tensor = field.message();
      while (tensor.next()) if (tensor.number === 1) type = tensor.integer();
    } else if (field.number === 4 || field.number === 5 || field.number === 8 || field.number === 9) type = 'no tensor';
  }
  return type;
}

/** Values that a body reads and does not make. */
function freeValues(graph: Graph): Set<string> {
  const free = new Set<string>(graph.outputs.keys());
  for (const { inputs, captures } of graph.nodes) {
    for (const value of inputs) free.add(value);
    for (const value of captures) free.add(value);
  }
  free.delete('');
  for (const { outputs } of graph.nodes) for (const value of outputs) free.delete(value);
  for (const name of graph.inputs.keys()) free.delete(name);
  for (const name of graph.weights.keys()) free.delete(name);
  return free;
}
