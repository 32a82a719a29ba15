/** @file A model in parts: models that compute some of its values from others. */
import { FieldReader } from '../../src/adapter.ts';
import { constantsOf, type Graph, readBy } from './graph.ts';
import { readGraph } from './read-model.ts';
import { type Chunks, inputField, joined, mapFields, messageField, textField } from './write-message.ts';

/** A value that a part is fed. */
export interface PartInput {
  readonly name: string;
  /** A TensorProto.DataType. Inputs of the whole model have theirs in the file. */
  readonly type: number;
  /** Undefined: of any rank. */
  readonly shape: readonly (number | undefined)[] | undefined;
}

/** Where a node of the main graph comes from. */
export interface NodeOrigin {
  /** Its index before edits and other names were put in. */
  readonly index: number;
  /** Equal for equal nodes, in all models that are made from one file; undefined for nodes that are not in the file. */
  readonly key: string | undefined;
}

/** Some nodes of a model. */
export interface Part {
  /** By their indices in the graph. */
  readonly nodes: ReadonlySet<number>;
  /** The values that they read and do not compute. */
  readonly feeds: ReadonlySet<string>;
}

export class CutModel {
  readonly graph: Graph;
  /** Values that are computed from weights alone. */
  readonly constants: ReadonlySet<string>;
  readonly #reads: readonly (readonly string[])[];
  /** Where each node comes from; undefined for those that are not in the file. */
  readonly #origins: readonly (NodeOrigin | undefined)[];
  readonly #given: ReadonlyMap<number, ReadonlyMap<string, string>>;
  readonly #producers = new Map<string, number>();
  /** All fields of the model but the graph. */
  readonly #head: Uint8Array[] = [];
  /** The fields of nodes, in the order of the file. */
  readonly #nodes: Uint8Array[] = [];
  /** The fields of weights, inputs and outputs by name. */
  readonly #weights = new Map<string, Uint8Array>();
  readonly #inputs = new Map<string, Uint8Array>();
  readonly #outputs = new Map<string, Uint8Array>();

  /**
   * @param origins where nodes come from, by a name that they give
   * @param given what nodes read instead of their inputs, by their indices
   */
  constructor(
    model: Uint8Array,
    origins: ReadonlyMap<string, NodeOrigin>,
    given: ReadonlyMap<number, ReadonlyMap<string, string>>,
  ) {
    this.graph = readGraph('the model in parts', model);
    this.#given = given;
    const { nodes } = this.graph;
    this.#origins = nodes.map(({ outputs }) => origins.get(outputs.find((value) => value !== '') ?? ''));
    this.#reads = nodes.map((node, at) => readBy(node).map((value) => this.#givenTo(at)?.get(value) ?? value));
    this.constants = constantsOf(this.graph);
    for (const [at, { outputs }] of nodes.entries()) for (const value of outputs) this.#producers.set(value, at);
    const field = new FieldReader(model);
    while (field.next()) {
      if (field.number === 7) this.#readGraph(field.message());
      else this.#head.push(field.raw());
    }
  }

  #readGraph(field: FieldReader): void {
    while (field.next()) {
      const raw = field.raw();
      if (field.number === 1) this.#nodes.push(raw);
      else if (field.number === 5) this.#weights.set(textIn(field.message(), 8), raw);
      else if (field.number === 11) this.#inputs.set(textIn(field.message(), 1), raw);
      else if (field.number === 12) this.#outputs.set(textIn(field.message(), 1), raw);
      else if (field.number === 15) {
        const sparse = field.message();
        while (sparse.next()) if (sparse.number === 1) this.#weights.set(textIn(sparse.message(), 8), raw);
      }
    }
  }

  /** The node that computes a value. */
  producer(value: string): number | undefined {
    return this.#producers.get(value);
  }

  /** The nodes that compute values, back to values that are known. */
  part(values: Iterable<string>, isKnown: (value: string) => boolean): Part {
    const nodes = new Set<number>();
    const feeds = new Set<string>();
    const todo = [...values];
    for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
      if (feeds.has(value) || this.#weights.has(value)) continue;
      const at = isKnown(value) ? undefined : this.#producers.get(value);
      if (at === undefined) feeds.add(value);
      else if (!nodes.has(at)) {
        nodes.add(at);
        todo.push(...this.#reads[at]!);
      }
    }
    return { nodes, feeds };
  }

  /** Equal for parts of the same content, in all models that are made from one file. */
  keyOf({ nodes }: Part, inputs: readonly PartInput[], outputs: readonly string[]): string {
    const contents = [...nodes].map((at) => {
      const { index, outputs: given } = this.graph.nodes[at]!;
      const key = this.#origins[at]?.key;
      if (key === undefined) return String.fromCharCode(...this.#nodes[index]!);
      return [key, given, [...(this.#givenTo(at) ?? [])]];
    });
    return JSON.stringify([contents, inputs, outputs]);
  }

  /**
   * The model of a part.
   * @returns the model, and the size of its weights
   */
  write(
    { nodes }: Part,
    inputs: readonly PartInput[],
    outputs: readonly string[],
  ): { model: Uint8Array; size: number } {
    const inOrder = [...nodes].sort((a, b) => a - b);
    const weights = new Set(
      [...outputs, ...inOrder.flatMap((at) => this.#reads[at]!)].filter((v) => this.#weights.has(v)),
    );
    const graph = [
      ...inOrder.flatMap((at) => this.#node(at)),
      ...textField(2, 'part'),
      ...[...weights].map((name) => this.#weights.get(name)!),
      ...inputs.flatMap(({ name, type, shape }) => this.#inputs.get(name) ?? inputField(name, type, shape)),
      ...outputs.flatMap((name) => this.#outputs.get(name) ?? messageField(12, textField(1, name))),
    ];
    const model = joined([...this.#head, ...messageField(7, graph)]);
    const size = [...weights].reduce((sum, name) => sum + sizeOf(this.#weights.get(name)!), 0);
    return { model, size: size + model.length };
  }

  #givenTo(at: number): ReadonlyMap<string, string> | undefined {
    const origin = this.#origins[at];
    return origin && this.#given.get(origin.index);
  }

  #node(at: number): Chunks {
    const given = this.#givenTo(at);
    const raw = this.#nodes[this.graph.nodes[at]!.index]!;
    if (given === undefined) return [raw];
    const field = new FieldReader(raw);
    field.next();
    return messageField(1, withReads(field.message(), given));
  }
}

/** A NodeProto that reads other values, in its bodies too. */
function withReads(node: FieldReader, given: ReadonlyMap<string, string>): Chunks {
  return mapFields(node, () => {
    if (node.number === 1) return textField(1, given.get(node.text()) ?? node.text());
    if (node.number !== 5) return undefined;
    const attribute = node.message();
    const written = mapFields(attribute, () =>
      attribute.number === 6 || attribute.number === 11
        ? messageField(attribute.number, bodyWithReads(attribute.message(), attribute.message(), given))
        : undefined,
    );
    return messageField(5, written);
  });
}

/** A GraphProto inside a node. What it computes itself keeps its name. */
function bodyWithReads(graph: FieldReader, again: FieldReader, given: ReadonlyMap<string, string>): Chunks {
  const outside = new Map(given);
  while (again.next()) {
    if (again.number === 5) outside.delete(textIn(again.message(), 8));
    else if (again.number === 11) outside.delete(textIn(again.message(), 1));
    else if (again.number === 1) {
      const node = again.message();
      while (node.next()) if (node.number === 2) outside.delete(node.text());
    }
  }
  return mapFields(graph, () => {
    if (graph.number === 1) return messageField(1, withReads(graph.message(), outside));
    if (graph.number !== 12) return undefined;
    const output = graph.message();
    const written = mapFields(output, () =>
      output.number === 1 ? textField(1, outside.get(output.text()) ?? output.text()) : undefined,
    );
    return messageField(12, written);
  });
}

/** The text in one field of a message. */
function textIn(message: FieldReader, number: number): string {
  let text = '';
  while (message.next()) if (message.number === number) text = message.text();
  return text;
}

/** The size of a weight, given its field: that of the field, and of the values in a file that it refers to. */
function sizeOf(raw: Uint8Array): number {
  const field = new FieldReader(raw);
  field.next();
  const tensor = field.message();
  let size = raw.length;
  while (tensor.next()) {
    if (tensor.number !== 13) continue;
    const [key, value] = [textIn(tensor.message(), 1), textIn(tensor.message(), 2)];
    if (key === 'length') size += Number(value) || 0;
  }
  return size;
}
