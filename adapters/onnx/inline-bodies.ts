/** @file The nodes of If, Loop and Scan bodies as nodes of the main graph, each computed once. */
import { FieldReader } from '../../src/adapter.ts';
import { aroundOf, BOOL, type GraphNode, INT64, type Region, readBy } from './graph.ts';
import { type Chunks, constantNode, mapFields, messageField, node, textField } from './write-message.ts';

export class InlinedBodies {
  readonly #prefix: string;
  readonly #regions: readonly Region[];
  readonly #inlined: ReadonlySet<Region>;
  /** The new names of values, by region. */
  readonly #names = new Map<Region, Map<string, string>>();
  readonly #visited = new Map<Region, number>();
  #fields: Uint8Array[] = [];

  /**
   * @param prefix no name in the model begins with it
   * @param regions of the model
   * @param wanted the regions to inline; those around them are inlined too
   */
  constructor(prefix: string, regions: readonly Region[], wanted: Iterable<Region>) {
    this.#prefix = prefix;
    this.#regions = regions;
    this.#inlined = new Set([...wanted].flatMap((region) => [region, ...aroundOf(region).map((one) => one.region)]));
    for (const region of this.#inlined) {
      if (region.around === undefined) continue;
      const { nodes, inputs, weights } = region.graph;
      const values = [...inputs.keys(), ...weights.keys(), ...nodes.flatMap(({ outputs }) => outputs)];
      this.#names.set(region, new Map(values.map((value) => [value, `${prefix}.${region.id}.${value}`])));
    }
  }

  /** The name of a value that the nodes of a region read or compute. */
  nameOf(region: Region, value: string): string {
    if (value === '') return '';
    for (let one: Region | undefined = region; one !== undefined; one = one.around?.region) {
      const name = this.#names.get(one)?.get(value);
      if (name !== undefined) return name;
    }
    return value;
  }

  /** The nodes and weights, as fields of a GraphProto. */
  fields(model: Uint8Array): Chunks {
    this.#fields = [];
    this.#visited.clear();
    const reader = new FieldReader(model);
    while (reader.next()) if (reader.number === 7) this.#visit(this.#regions[0]!, reader.message());
    return this.#fields;
  }

  #visit(region: Region, graph: FieldReader): void {
    const isBody = region.around !== undefined;
    while (graph.next()) {
      if (graph.number === 5 && isBody)
        this.#fields.push(...messageField(5, this.#renamed(region, graph.message(), 8)));
      if (graph.number !== 1) continue;
      const index = this.#visited.get(region) ?? 0;
      this.#visited.set(region, index + 1);
      if (isBody) this.#fields.push(...messageField(1, this.#node(region, graph.message())));
      const bodies = this.#regions.filter(({ around }) => around?.region === region && around.node.index === index);
      if (bodies.some((body) => this.#inlined.has(body))) this.#enter(bodies, graph.message());
    }
  }

  /** Visits the bodies of a node, and binds their inputs to what they are in the first iteration. */
  #enter(bodies: readonly Region[], control: FieldReader): void {
    let body = 0;
    let scanInputs = 0;
    while (control.next()) {
      if (control.number !== 5) continue;
      const attribute = control.message();
      let name = '';
      while (attribute.next()) {
        if (attribute.number === 1) name = attribute.text();
        if (attribute.number === 3 && name === 'num_scan_inputs') scanInputs = attribute.integer();
        if (attribute.number !== 6 && attribute.number !== 11) continue;
        const region = bodies[body++]!;
        if (this.#inlined.has(region)) this.#visit(region, attribute.message());
      }
    }
    for (const region of bodies) {
      if (this.#inlined.has(region)) this.#bind(region, region.around!.node, scanInputs);
    }
  }

  #bind(region: Region, { op, inputs }: GraphNode, scanInputs: number): void {
    const { region: outer } = region.around!;
    const own = [...region.graph.inputs.keys()];
    const read = new Set(region.graph.nodes.flatMap(readBy));
    for (const [i, value] of own.entries()) {
      if (!read.has(value)) continue;
      const name = this.nameOf(region, value);
      if (op === 'Loop' && i === 0) this.#fields.push(...constantNode(name, INT64, [], BigInt64Array.of(0n)));
      else if (op === 'Loop' && i === 1) this.#fields.push(...constantNode(name, BOOL, [], Uint8Array.of(1)));
      else if (op === 'Loop' || i < own.length - scanInputs) {
        this.#fields.push(...node('Identity', [this.nameOf(outer, inputs[i]!)], name));
      } else {
        const first = `${name}.first`;
        this.#fields.push(...constantNode(first, INT64, [], BigInt64Array.of(0n)));
        this.#fields.push(...node('Gather', [this.nameOf(outer, inputs[i]!), first], name));
      }
    }
  }

  /** A NodeProto with the names of the main graph, in its bodies too. */
  #node(region: Region, message: FieldReader): Chunks {
    return mapFields(message, () => {
      if (message.number === 1 || message.number === 2) {
        return textField(message.number, this.nameOf(region, message.text()));
      }
      if (message.number === 3) return textField(3, `${this.#prefix}.${region.id}.${message.text()}`);
      if (message.number !== 5) return undefined;
      const attribute = message.message();
      const graphs = mapFields(attribute, () =>
        attribute.number === 6 || attribute.number === 11
          ? messageField(attribute.number, this.#body(region, attribute.message()))
          : undefined,
      );
      return messageField(5, graphs);
    });
  }

  /** A GraphProto inside a node, whose outputs may be values from outside. */
  #body(region: Region, graph: FieldReader): Chunks {
    return mapFields(graph, () => {
      if (graph.number === 1) return messageField(1, this.#node(region, graph.message()));
      return graph.number === 12 ? messageField(12, this.#renamed(region, graph.message(), 1)) : undefined;
    });
  }

  /** A message whose name is in one field. */
  #renamed(region: Region, message: FieldReader, field: number): Chunks {
    return mapFields(message, () =>
      message.number === field ? textField(field, this.nameOf(region, message.text())) : undefined,
    );
  }
}
