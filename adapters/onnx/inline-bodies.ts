/** @file The nodes of If, Loop and Scan bodies as nodes of the main graph, each computed once. */
import { FieldReader } from '../../src/adapter.ts';
import { aroundOf, BOOL, type GraphNode, INT64, type Region, readBy } from './graph.ts';
import { InlinedNames } from './inlined-names.ts';
import { type Chunks, constantNode, messageField, node } from './write-message.ts';

export class InlinedBodies {
  readonly names: InlinedNames;
  readonly #regions: readonly Region[];
  readonly #inlined: ReadonlySet<Region>;
  readonly #visited = new Map<Region, number>();
  #fields: Uint8Array[] = [];

  /**
   * @param prefix no name in the model begins with it
   * @param regions of the model
   * @param wanted the regions to inline; those around them are inlined too
   */
  constructor(prefix: string, regions: readonly Region[], wanted: Iterable<Region>) {
    this.#regions = regions;
    this.#inlined = new Set([...wanted].flatMap((region) => [region, ...aroundOf(region).map((one) => one.region)]));
    this.names = new InlinedNames(
      prefix,
      [...this.#inlined].filter(({ around }) => around !== undefined),
    );
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
        this.#fields.push(...messageField(5, this.names.renamed(region, graph.message(), 8)));
      if (graph.number !== 1) continue;
      const index = this.#visited.get(region) ?? 0;
      this.#visited.set(region, index + 1);
      if (isBody) this.#fields.push(...messageField(1, this.names.node(region, graph.message())));
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
      const name = this.names.nameOf(region, value);
      if (op === 'Loop' && i === 0) this.#fields.push(...constantNode(name, INT64, [], BigInt64Array.of(0n)));
      else if (op === 'Loop' && i === 1) this.#fields.push(...constantNode(name, BOOL, [], Uint8Array.of(1)));
      else if (op === 'Loop' || i < own.length - scanInputs) {
        this.#fields.push(...node('Identity', [this.names.nameOf(outer, inputs[i]!)], name));
      } else {
        const first = `${name}.first`;
        this.#fields.push(...constantNode(first, INT64, [], BigInt64Array.of(0n)));
        this.#fields.push(...node('Gather', [this.names.nameOf(outer, inputs[i]!), first], name));
      }
    }
  }
}
