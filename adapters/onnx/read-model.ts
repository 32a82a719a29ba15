/**
 * @file Reads an ONNX file as a graph. Every length is checked; the values of weights are skipped, not decoded.
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { describe, FieldReader, MalformedMessage } from '../../src/adapter.ts';
import { type ElementType, type Graph, type GraphNode, inOrder, type Shape, type Weight } from './graph.ts';
import { type Bytes, inMemory, lightModel } from './light-model.ts';

export interface ReadModel {
  /** The file, without its large weights. */
  readonly bytes: Uint8Array;
  readonly graph: Graph;
}

/**
 * Reads the graph of a ModelProto. Large weights are not read at all.
 * @param where names the caller in messages
 * @param location the name of the file in references to its weights
 * @throws TypeError for a file that is not an ONNX model, or one that cannot be hooked
 */
export function readModel(where: string, file: Bytes, location: string): ReadModel {
  if (String.fromCharCode(...file.read(4, 8)) === 'ORTM') {
    throw refused(where, 'a file in the ORT format', 'an .onnx file: the ORT format has no graph that hooks can reach');
  }
  const parts = new GraphParts();
  let bytes: Uint8Array;
  let found = false;
  let functions = '';
  try {
    bytes = lightModel(file, location);
    const field = new FieldReader(bytes);
    while (field.next()) {
      if (field.number === 7) {
        found = true;
        parts.read(field.message(), 0);
      } else if (field.number === 8) parts.readOpset(field.message());
      else if (field.number === 25) functions ||= functionName(field.message());
    }
  } catch (error) {
    if (!(error instanceof MalformedMessage || error instanceof RangeError)) throw error;
    throw refused(where, `${beginning(file)}: ${error.message}`, 'an ONNX model, whole');
  }
  if (!found || parts.nodes.length === 0 || parts.outputs.size === 0) {
    throw refused(where, `${beginning(file)}: there is no graph in it`, 'an ONNX model');
  }
  if (functions !== '') {
    throw refused(
      where,
      `a model with functions of its own (${functions}), whose values cannot be made outputs`,
      'a model without: onnx.inliner.inline_local_functions(model) of Python puts them into the graph',
    );
  }
  parts.shareOpset();
  return { bytes, graph: inOrder(where, parts) };
}

/** The graph of a model in memory. @throws TypeError */
export const readGraph = (where: string, bytes: Uint8Array): Graph => readModel(where, inMemory(bytes), '').graph;

/** No exporter nests graphs nearly as deep. */
const MAX_DEPTH = 64;

/** A graph while it is read. A protobuf message may come in several pieces, which add up. */
class GraphParts implements Graph {
  readonly nodes: GraphNode[] = [];
  readonly inputs = new Map<string, ElementType>();
  readonly outputs = new Map<string, ElementType>();
  readonly weights = new Map<string, Weight>();
  readonly types = new Map<string, ElementType>();
  readonly shapes = new Map<string, Shape>();
  opset = 0;
  attribute = '';

  /** Adds a GraphProto. @throws MalformedMessage; RangeError for graphs nested too deep */
  read(field: FieldReader, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError(`graphs are more than ${MAX_DEPTH} deep in each other`);
    while (field.next()) {
      if (field.number === 1) this.nodes.push(readNode(field.message(), this.nodes.length, depth));
      else if (field.number === 5) this.#readWeight(field.message());
      else if (field.number === 11) this.#readValue(field.message(), this.inputs);
      else if (field.number === 12) this.#readValue(field.message(), this.outputs);
      else if (field.number === 13) this.#readValue(field.message(), this.types);
      else if (field.number === 15) {
        // A SparseTensorProto is named by the tensor of its values.
        const sparse = field.message();
        while (sparse.next()) if (sparse.number === 1) this.#readWeight(sparse.message());
      }
    }
  }

  /** An OperatorSetIdProto. */
  readOpset(field: FieldReader): void {
    let [domain, version] = ['', 0];
    while (field.next()) {
      if (field.number === 1) domain = field.text();
      else if (field.number === 2) version = field.integer();
    }
    if (domain === '') this.opset = version;
  }

  /** Gives the opset to the graphs inside. */
  shareOpset(): void {
    for (const body of this.nodes.flatMap(({ bodies }) => bodies as GraphParts[])) {
      body.opset = this.opset;
      body.shareOpset();
    }
  }

  /** A ValueInfoProto. */
  #readValue(field: FieldReader, types: Map<string, ElementType>): void {
    let name = '';
    let type: ReturnType<typeof readType> = { element: 0, shape: undefined };
    while (field.next()) {
      if (field.number === 1) name = field.text();
      else if (field.number === 2) type = readType(field.message());
    }
    types.set(name, type.element);
    if (type.shape !== undefined) this.shapes.set(name, type.shape);
  }

  /** A TensorProto, without its values. */
  #readWeight(field: FieldReader): void {
    let name = '';
    let type = 0;
    const shape: number[] = [];
    const external = new Map<string, string>();
    while (field.next()) {
      if (field.number === 1) shape.push(...field.integers());
      else if (field.number === 2) type = field.integer();
      else if (field.number === 8) name = field.text();
      else if (field.number === 13) readEntry(field.message(), external);
    }
    const file = external.size > 0 ? (external.get('location') ?? '') : undefined;
    this.weights.set(name, { shape, file });
    this.types.set(name, type);
  }
}

/** A NodeProto. */
function readNode(field: FieldReader, index: number, depth: number): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const bodies: Graph[] = [];
  const metadata = new Map<string, string>();
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
  const captures = [...new Set(bodies.flatMap((body) => [...freeValues(body)]))];
  return { index, name, op, domain, inputs, outputs, captures, bodies, metadata };
}

/** The graphs of an AttributeProto. */
function readBodies(field: FieldReader, bodies: Graph[], depth: number): void {
  const found: GraphParts[] = [];
  let name = '';
  while (field.next()) {
    if (field.number === 1) name = field.text();
    if (field.number !== 6 && field.number !== 11) continue;
    const body = new GraphParts();
    body.read(field.message(), depth + 1);
    found.push(body);
  }
  for (const body of found) body.attribute = name;
  bodies.push(...found);
}

/** Values that a body reads and does not compute. */
function freeValues({ nodes, inputs, outputs, weights }: Graph): Set<string> {
  const free = new Set<string>([...outputs.keys(), ...nodes.flatMap((node) => [...node.inputs, ...node.captures])]);
  const bound = [...nodes.flatMap((node) => node.outputs), ...inputs.keys(), ...weights.keys()];
  for (const name of ['', ...bound]) free.delete(name);
  return free;
}

/** Adds a StringStringEntryProto to the others. */
export function readEntry(field: FieldReader, entries: Map<string, string>): void {
  let [key, value] = ['', ''];
  while (field.next()) {
    if (field.number === 1) key = field.text();
    else if (field.number === 2) value = field.text();
  }
  entries.set(key, value);
}

/** A TypeProto. */
function readType(field: FieldReader): { element: ElementType; shape: Shape | undefined } {
  let element: ElementType = 0;
  let shape: Shape | undefined;
  while (field.next()) {
    if (field.number === 1) {
      const tensor = field.message();
      while (tensor.next()) {
        if (tensor.number === 1) element = tensor.integer();
        else if (tensor.number === 2) shape = readShape(tensor.message());
      }
    } else if (field.number === 4 || field.number === 5 || field.number === 8 || field.number === 9)
      element = 'no tensor';
  }
  return { element, shape };
}

/** A TensorShapeProto. */
function readShape(field: FieldReader): Shape {
  const shape: (number | undefined)[] = [];
  while (field.next()) {
    if (field.number !== 1) continue;
    const dimension = field.message();
    let size: number | undefined;
    while (dimension.next()) if (dimension.number === 1) size = dimension.integer();
    shape.push(size);
  }
  return shape;
}

/** Of a FunctionProto. */
function functionName(field: FieldReader): string {
  let name = '';
  while (field.next()) if (field.number === 1) name = field.text();
  return name || 'one without a name';
}

/** The size of a file, and its first characters: an HTML page, a Git LFS pointer. */
function beginning(file: Bytes): string {
  if (file.size === 0) return 'no bytes';
  const start = String.fromCharCode(...file.read(0, Math.min(24, file.size)));
  const text = /^[\t\n\r -~]{8,}$/.test(start) ? `, which begin as ${describe(start)}` : '';
  return `${file.size} bytes${text}`;
}

function refused(where: string, came: string, expected: string): TypeError {
  return new TypeError(`${where}: the source cannot be read\n  got: ${came}\n  expected: ${expected}`);
}
