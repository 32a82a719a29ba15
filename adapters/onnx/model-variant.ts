/**
 * @file A model with branches in the place of their Ifs. Hooks that are functions need the values of a branch in the main graph,
 * where a run can stop; which branch it is, a run knows when it has the condition.
 */
import { FieldReader } from '../../src/adapter.ts';
import { unusedPrefix } from './compile.ts';
import { aroundOf, constantsOf, type Graph, type Region, regionsOf } from './graph.ts';
import { InlinedNames } from './inlined-names.ts';
import type { Call } from './module-calls.ts';
import { readGraph } from './read-model.ts';
import { type Chunks, joined, mapFields, messageField, node, textField } from './write-message.ts';

/** What a variant has of the one that it is made from. */
interface Origin {
  readonly ids: readonly number[];
  readonly origins: readonly (string | undefined)[];
  readonly prefix: string;
  callOf(call: Call, variant: ModelVariant): Call | undefined;
}

export class ModelVariant {
  /** Without large weights. */
  readonly bytes: Uint8Array;
  /** The ids are those of the file, in all variants. */
  readonly regions: readonly Region[];
  /** Where the nodes of the main graph, by their index, come from in the file; undefined for others. The same in all variants. */
  readonly origins: readonly (string | undefined)[];
  /** Whether it runs on a device, from which tensors have to be read. */
  readonly isOnDevice: boolean;
  readonly #origin: Origin | undefined;
  readonly #byBranch = new Map<Region, ModelVariant>();
  readonly #constants = new Map<Region, ReadonlySet<string>>();
  #prefix: string | undefined;

  constructor(bytes: Uint8Array, graph: Graph, isOnDevice: boolean, origin?: Origin) {
    this.bytes = bytes;
    this.isOnDevice = isOnDevice;
    this.regions = regionsOf(graph, origin?.ids);
    this.origins = origin?.origins ?? graph.nodes.map((_node, index) => String(index));
    this.#origin = origin;
    this.#prefix = origin?.prefix;
  }

  get main(): Region {
    return this.regions[0]!;
  }

  /** No name in the file begins with it. */
  get prefix(): string {
    this.#prefix ??= unusedPrefix(this.regions);
    return this.#prefix;
  }

  /** A call of the variant that this one is made from; undefined if it is in a branch that is not taken. */
  callOf(call: Call): Call | undefined {
    return this.#origin === undefined ? call : this.#origin.callOf(call, this);
  }

  /** The same model with a branch in the place of its If. @param body a branch of an If of the main graph */
  with(body: Region): ModelVariant {
    let variant = this.#byBranch.get(body);
    if (variant === undefined) {
      variant = this.#inlined(body);
      this.#byBranch.set(body, variant);
    }
    return variant;
  }

  /** Whether a region is in an If whose condition never changes. The runtime removes such an If. */
  isFixed(region: Region): boolean {
    for (const { region: outer, node } of aroundOf(region).reverse()) {
      if (node.op !== 'If') return false;
      if (this.constantsOf(outer).has(node.inputs[0]!)) return true;
    }
    return false;
  }

  /** The values of a region that come from weights alone, those from outside included. */
  constantsOf(region: Region): ReadonlySet<string> {
    let constants = this.#constants.get(region);
    if (constants === undefined) {
      constants = constantsOf(region.graph, region.around && this.constantsOf(region.around.region));
      this.#constants.set(region, constants);
    }
    return constants;
  }

  #inlined(body: Region): ModelVariant {
    const { node: control, at } = body.around!;
    const names = new InlinedNames(this.prefix, [body]);
    const { bytes, outputs } = inlinedBytes(this, body, names);
    const isGone = (region: Region): boolean =>
      region.around !== undefined && (region.around.node === control || isGone(region.around.region));
    // Of the graphs inside the If, those inside the branch remain.
    const isInside = (region: Region): boolean =>
      region.around !== undefined && (region.around.region === body || isInside(region.around.region));
    const regions = this.regions.filter((region) => !isGone(region) || isInside(region));
    const inner = body.graph.nodes.map(({ index }) => `${body.id}/${index}`);
    const origins = this.main.graph.nodes.flatMap(({ index }, i) =>
      i === at ? [...inner, ...outputs.map(() => undefined)] : [this.origins[index]],
    );
    const count = inner.length + outputs.length;
    const indexOf = (index: number) => (index > at ? index + count - 1 : index);
    const placed = Array.from({ length: count }, (_, i) => at + i);

    const callOf = (call: Call, { regions: own }: ModelVariant): Call | undefined => {
      const { region, inputs } = call;
      if (region === body) {
        const renamed = call.outputs.map((value) => names.nameOf(body, value));
        return {
          ...call,
          region: own[0]!,
          inputs: inputs.map((value) => names.nameOf(body, value)),
          outputs: renamed,
          at: at + call.at,
          nodes: new Set([...call.nodes].map((index) => at + index)),
          first: at + call.first,
          isRead: call.isRead || call.outputs.some((value) => body.graph.outputs.has(value)),
        };
      }
      if (region.around !== undefined) {
        const place = regions.indexOf(region);
        if (place === -1) return undefined;
        return { ...call, region: own[place]!, inputs: inputs.map((value) => names.nameOf(region, value)) };
      }
      const isAround = call.nodes.has(at);
      // The value of a module around it, or the last one of the If.
      const last = Math.max(...call.outputs.map((value) => outputs.indexOf(value)));
      return {
        ...call,
        region: own[0]!,
        at: call.at === at ? at + inner.length + last : indexOf(call.at),
        // More than any call inside has.
        size: isAround ? call.size + count : call.size,
        nodes: new Set([...call.nodes].flatMap((index) => (index === at ? placed : indexOf(index)))),
        first: indexOf(call.first),
      };
    };
    return new ModelVariant(bytes, readGraph('the model with a branch of an If', bytes), this.isOnDevice, {
      ids: regions.map(({ id }) => id),
      origins,
      prefix: this.prefix,
      callOf,
    });
  }
}

/**
 * The model with the nodes of a branch in the place of its If, in the order in which they are computed.
 * @returns the model, and the outputs of the If, each of which has a node of its own: they may be hooked too
 */
function inlinedBytes(
  { bytes, main }: ModelVariant,
  body: Region,
  names: InlinedNames,
): { bytes: Uint8Array; outputs: string[] } {
  const { node: control } = body.around!;
  const head: Uint8Array[] = [];
  const graph: Uint8Array[] = [];
  const nodes: Uint8Array[] = [];
  let inlined: Branch | undefined;
  const model = new FieldReader(bytes);
  while (model.next()) {
    if (model.number !== 7) {
      head.push(model.raw());
      continue;
    }
    const fields = model.message();
    while (fields.next()) {
      const raw = fields.raw();
      if (fields.number !== 1) graph.push(raw);
      else if (nodes.push(raw) - 1 === control.index) inlined = readBranch(fields.message(), body, names);
    }
  }
  const { fields, nodes: inner, outputs } = inlined!;
  const given = outputs.flatMap((value, i) => {
    const output = control.outputs[i] ?? '';
    return output === '' ? [] : [[value, output] as const];
  });
  const placed = main.graph.nodes.flatMap((one) => {
    if (one !== control) return [nodes[one.index]!];
    return [
      ...body.graph.nodes.flatMap(({ index }) => inner[index]!),
      ...given.flatMap(([value, output]) => node('Identity', [value], output)),
    ];
  });
  return {
    bytes: joined([...head, ...messageField(7, [...graph, ...fields, ...placed])]),
    outputs: given.map(([, output]) => output),
  };
}

/** A branch under the names of the main graph. */
interface Branch {
  /** Weights, and the types of values. */
  readonly fields: Uint8Array[];
  /** In the order of the file. */
  readonly nodes: Chunks[];
  readonly outputs: string[];
}

/** @param control the NodeProto of the If */
function readBranch(control: FieldReader, body: Region, names: InlinedNames): Branch {
  const branch: Branch = { fields: [], nodes: [], outputs: [] };
  let number = body.around!.node.bodies.indexOf(body.graph);
  while (control.next()) {
    if (control.number !== 5) continue;
    const attribute = control.message();
    while (attribute.next()) {
      if (attribute.number === 6 && number-- === 0) readBody(attribute.message(), body, names, branch);
    }
  }
  return branch;
}

function readBody(graph: FieldReader, body: Region, names: InlinedNames, { fields, nodes, outputs }: Branch): void {
  while (graph.next()) {
    const { number } = graph;
    if (number === 1) nodes.push(messageField(1, names.node(body, graph.message())));
    else if (number === 5) fields.push(...messageField(5, names.renamed(body, graph.message(), 8)));
    else if (number === 13) fields.push(...messageField(13, names.renamed(body, graph.message(), 1)));
    else if (number === 12) {
      const output = graph.message();
      let isTyped = false;
      const written = mapFields(output, () => {
        isTyped ||= output.number === 2;
        if (output.number !== 1) return undefined;
        outputs.push(names.nameOf(body, output.text()));
        return textField(1, outputs.at(-1)!);
      });
      if (isTyped) fields.push(...messageField(13, written));
    } else if (number === 15) {
      const sparse = graph.message();
      const written = mapFields(sparse, () =>
        sparse.number === 1 ? messageField(1, names.renamed(body, sparse.message(), 8)) : undefined,
      );
      fields.push(...messageField(15, written));
    }
  }
}
