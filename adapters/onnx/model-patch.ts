/** @file Changes of a model's graphs, and the bytes of the model with them in it. */
import { FieldReader } from '../../src/adapter.ts';
import { aroundOf, type GraphNode, type Region } from './graph.ts';
import { type Chunks, integerField, mapFields, messageField, textField } from './write-message.ts';

/** Changes of one graph. */
export class GraphPatch {
  /** New names of values, for the nodes that compute them. */
  readonly renamed: Map<string, string> = new Map();
  /** Fields that are added to the GraphProto: nodes, inputs, outputs. */
  readonly fields: Uint8Array[] = [];
  /** Nodes that are added after another, by the index of that in the file: the nodes of a body have to be in order. */
  readonly added: Map<number, Chunks> = new Map();
  /** Names of further outputs of nodes, by the index of the node in the file. */
  readonly outputs: Map<number, string[]> = new Map();
}

/** Changes of the main graph and of those inside it. */
export class ModelPatch {
  readonly main: GraphPatch = new GraphPatch();
  readonly #bodies = new Map<number, GraphPatch>();
  /** The ids of regions that are changed, or have changed ones inside. */
  readonly #touched = new Set<number>();
  readonly #regions: readonly Region[];

  /** @param regions of the model */
  constructor(regions: readonly Region[]) {
    this.#regions = regions;
  }

  of(region: Region): GraphPatch {
    if (region.around === undefined) return this.main;
    let patch = this.#bodies.get(region.id);
    if (patch === undefined) {
      patch = new GraphPatch();
      this.#bodies.set(region.id, patch);
      for (const { id } of [region, ...aroundOf(region).map((around) => around.region)]) this.#touched.add(id);
    }
    return patch;
  }

  /** The other branch of an If. */
  sibling({ graph, around }: Region): GraphPatch {
    const other = this.#regions.find((one) => one.around?.node === around!.node && one.graph !== graph);
    return this.of(other!);
  }

  /**
   * The model with the changes, in pieces, most of them views of it. What the main graph gains comes last: protobuf merges
   * it with what is in the file.
   */
  apply(bytes: Uint8Array): Chunks {
    const { renamed, outputs, fields } = this.main;
    const added = fields.length === 0 ? [] : messageField(7, fields);
    if (renamed.size === 0 && outputs.size === 0 && this.#touched.size === 0) return [bytes, ...added];
    const writer = new PatchWriter(this.#regions, (region) => this.#patchOf(region));
    const model = new FieldReader(bytes);
    const graphs = mapFields(model, () =>
      model.number === 7 ? messageField(7, writer.nodes(this.#regions[0]!, model.message())) : undefined,
    );
    return [...graphs, ...added];
  }

  #patchOf(region: Region): GraphPatch | undefined {
    if (region.around === undefined) return this.main;
    return this.#bodies.get(region.id) ?? (this.#touched.has(region.id) ? new GraphPatch() : undefined);
  }
}

class PatchWriter {
  readonly #patchOf: (region: Region) => GraphPatch | undefined;
  /** The regions inside a region, by the index of their node, in the order of the file. */
  readonly #inside = new Map<Region, Map<number, Region[]>>();
  /** How many nodes of a region were written. A graph may come in several pieces. */
  readonly #written = new Map<Region, number>();

  constructor(regions: readonly Region[], patchOf: (region: Region) => GraphPatch | undefined) {
    this.#patchOf = patchOf;
    for (const region of regions) this.#inside.set(region, new Map());
    for (const region of regions) {
      if (region.around === undefined) continue;
      const inside = this.#inside.get(region.around.region)!;
      const { index } = region.around.node;
      inside.set(index, [...(inside.get(index) ?? []), region]);
    }
  }

  /** A GraphProto with its nodes changed. */
  nodes(region: Region, graph: FieldReader): Chunks {
    const patch = this.#patchOf(region)!;
    return mapFields(graph, () => {
      if (graph.number !== 1) return undefined;
      const index = this.#written.get(region) ?? 0;
      this.#written.set(region, index + 1);
      const bodies = this.#inside.get(region)!.get(index) ?? [];
      const isChanged =
        patch.outputs.has(index) ||
        bodies.some((body) => this.#patchOf(body) !== undefined) ||
        (patch.renamed.size > 0 && readsRenamed(graph.message(), patch.renamed));
      const added = patch.added.get(index) ?? [];
      return isChanged ? [...messageField(1, this.#node(graph.message(), bodies, patch, index)), ...added] : undefined;
    });
  }

  /** A NodeProto with its outputs and bodies changed. */
  #node(node: FieldReader, bodies: readonly Region[], { renamed, outputs }: GraphPatch, index: number): Chunks {
    const added = outputs.get(index) ?? [];
    let body = 0;
    const fields = mapFields(node, () => {
      if (node.number === 2) return textField(2, renamed.get(node.text()) ?? node.text());
      if (node.number !== 5 || bodies.length === 0) return undefined;
      const attribute = node.message();
      let name = '';
      const written = mapFields(attribute, () => {
        if (attribute.number === 1) name = attribute.text();
        if (attribute.number !== 6 && attribute.number !== 11) return undefined;
        const region = bodies[body++]!;
        const patch = this.#patchOf(region);
        if (patch === undefined) return undefined;
        return messageField(attribute.number, [...this.nodes(region, attribute.message()), ...patch.fields]);
      });
      // A Scan has an axis and a direction for each output that it stacks: 0 for the first axis, and for forward.
      const isForEach = name === 'scan_output_axes' || name === 'scan_output_directions';
      return messageField(5, [...written, ...(isForEach ? added.flatMap(() => integerField(8, 0)) : [])]);
    });
    return [...fields, ...missingOutputs(bodies), ...added.flatMap((name) => textField(2, name))];
  }
}

function readsRenamed(node: FieldReader, renamed: ReadonlyMap<string, string>): boolean {
  while (node.next()) if (node.number === 2 && renamed.has(node.text())) return true;
  return false;
}

/** Names for the last outputs of a node that the file leaves out, before further ones. */
function missingOutputs([body]: readonly Region[]): Chunks {
  if (body?.around === undefined) return [];
  const { node } = body.around;
  return Array.from({ length: Math.max(0, ownOutputs(node) - node.outputs.length) }).flatMap(() => textField(2, ''));
}

/** How many outputs a node with bodies has. The first output of a Loop's body is its condition. */
const ownOutputs = ({ op, bodies }: GraphNode): number => bodies[0]!.outputs.size - (op === 'Loop' ? 1 : 0);
