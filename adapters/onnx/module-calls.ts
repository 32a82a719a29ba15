/** @file The calls of modules and nodes in one run of a graph, and the values that enter and leave them. */
import { type Graph, producersOf, type Region, readBy } from './graph.ts';
import type { Scope } from './pytorch-scopes.ts';

export interface Call {
  /** The graph that it is in. */
  readonly region: Region;
  /** Values from outside, weights excluded, in the order of first use. */
  readonly inputs: readonly string[];
  /** One value; of a node all its outputs. */
  readonly outputs: readonly string[];
  /** The index of the node that computes the output. */
  readonly at: number;
  /** How many nodes a module's call has; 0 for a node. Of two calls that end at the same node, the inner one is smaller. */
  readonly size: number;
  /** The indices of its nodes, and the smallest of them. */
  readonly nodes: ReadonlySet<number>;
  readonly first: number;
  /** Whether a node reads one of the outputs. */
  readonly isRead: boolean;
}

export interface ModuleCalls {
  readonly path: string;
  readonly kind: string | undefined;
  readonly calls: readonly Call[];
  /** Nodes that are in this module and in no module inside it. */
  readonly direct: readonly number[];
}

interface OpenCall {
  readonly nodes: Set<number>;
  /** The number of its last node, counting the nodes whose modules are known. */
  count: number;
  /** The number that the exporter gave the call. */
  repeat: string | undefined;
  /** Whether all nodes so far are direct ones. */
  onlyDirect: boolean;
}

interface OpenModule {
  readonly kind: string | undefined;
  readonly calls: OpenCall[];
  readonly direct: number[];
}

export class GraphCalls {
  readonly modules: readonly ModuleCalls[];
  readonly #region: Region;
  readonly #graph: Graph;
  readonly #constants: ReadonlySet<string>;
  readonly #producers: ReadonlyMap<string, number>;
  readonly #consumers = new Map<string, number[]>();
  readonly #sizes: ReadonlySet<number>;

  /** @param outside paths of the modules around the region's node, of which it is a part and no call */
  constructor(
    where: string,
    region: Region,
    constants: ReadonlySet<string>,
    scopes: readonly Scope[],
    outside: ReadonlySet<string>,
  ) {
    const { graph } = region;
    this.#region = region;
    this.#graph = graph;
    this.#constants = constants;
    this.#producers = producersOf(where, graph);
    this.#sizes = sizeNodes(graph, constants);
    for (const [index, node] of graph.nodes.entries()) {
      for (const value of readBy(node)) {
        const consumers = this.#consumers.get(value);
        if (consumers === undefined) this.#consumers.set(value, [index]);
        else consumers.push(index);
      }
    }
    this.modules = [...this.#openModules(scopes)].map(([path, { kind, calls, direct }]) => ({
      path,
      kind,
      direct,
      calls: outside.has(path) ? [] : calls.flatMap(({ nodes }) => this.#call(nodes) ?? []),
    }));
  }

  /** The call of a node; undefined if all its outputs come from weights alone. */
  node(index: number): Call | undefined {
    const outputs = this.#outputsOf(index);
    if (outputs.length === 0) return undefined;
    return this.#made(new Set([index]), outputs, index, 0);
  }

  #made(nodes: ReadonlySet<number>, outputs: readonly string[], at: number, size: number): Call {
    return {
      region: this.#region,
      inputs: this.#inputsOf(nodes),
      outputs,
      at,
      size,
      nodes,
      first: Math.min(...nodes),
      isRead: outputs.some((value) => this.#consumers.has(value)),
    };
  }

  /** Whether all inputs of a call are computed before its first node. */
  isTogether({ inputs, first }: Call): boolean {
    return inputs.every((value) => (this.#producers.get(value) ?? -1) < first);
  }

  #outputsOf(index: number): string[] {
    return this.#graph.nodes[index]!.outputs.filter((value) => value !== '' && !this.#constants.has(value));
  }

  /**
   * The nodes of each module by call. A module that is left and entered again is called again. Two calls in a row
   * look like one, unless the legacy exporter numbered them, as it does for innermost modules.
   */
  #openModules(scopes: readonly Scope[]): Map<string, OpenModule> {
    const modules = new Map<string, OpenModule>();
    let count = 0;
    for (const [index, { modules: around, repeat }] of scopes.entries()) {
      if (around === undefined || this.#outputsOf(index).length === 0 || this.#sizes.has(index)) continue;
      count++;
      for (const [depth, { path, kind }] of around.entries()) {
        const isDirect = depth === around.length - 1;
        let module = modules.get(path);
        if (module === undefined) {
          module = { kind, calls: [], direct: [] };
          modules.set(path, module);
        }
        if (isDirect) module.direct.push(index);
        const open = module.calls.at(-1);
        const isAgain =
          open === undefined ||
          (open.count !== count && open.count !== count - 1) ||
          (isDirect && open.onlyDirect && open.repeat !== repeat);
        if (isAgain) module.calls.push({ nodes: new Set([index]), count, repeat, onlyDirect: isDirect });
        else {
          open.nodes.add(index);
          open.count = count;
          open.onlyDirect &&= isDirect;
        }
      }
    }
    return modules;
  }

  /**
   * The output of a module is the last value that leaves it. Others may leave it too: exporters compute what several modules
   * share, such as a mask, in the first of them.
   */
  #call(nodes: ReadonlySet<number>): Call | undefined {
    for (const index of [...nodes].reverse()) {
      const output = this.#outputsOf(index).find((value) => this.#leaves(value, nodes));
      if (output !== undefined) {
        return this.#made(nodes, [output], index, nodes.size);
      }
    }
    return undefined;
  }

  #leaves(value: string, nodes: ReadonlySet<number>): boolean {
    if (this.#graph.outputs.has(value)) return true;
    return this.#consumers.get(value)?.some((index) => !nodes.has(index) && !this.#sizes.has(index)) ?? false;
  }

  #inputsOf(nodes: ReadonlySet<number>): string[] {
    const inputs = new Set<string>();
    for (const index of nodes) {
      for (const value of readBy(this.#graph.nodes[index]!)) {
        const producer = this.#producers.get(value) ?? -1;
        const isFromOutside = !this.#constants.has(value) && !nodes.has(producer);
        if (isFromOutside && (nodes.size === 1 || !this.#sizes.has(producer))) inputs.add(value);
      }
    }
    return [...inputs];
  }
}

const OF_SIZES =
  /^(Add|Cast|Concat|Div|Equal|Expand|Gather|Max|Min|Mod|Mul|Range|Reshape|Slice|Squeeze|Sub|Unsqueeze|Where)$/;

/**
 * The nodes that compute with the sizes of tensors alone. The legacy exporter computes equal ones once, wherever it met them
 * first: inside a module, between its other nodes, there may be some of other modules.
 */
function sizeNodes({ nodes }: Graph, constants: ReadonlySet<string>): Set<number> {
  const found = new Set<number>();
  const values = new Set<string>();
  for (const [index, node] of nodes.entries()) {
    const { op, domain, inputs, outputs } = node;
    const read = readBy(node);
    const isOfSizes =
      OF_SIZES.test(op) &&
      read.every((value) => values.has(value) || constants.has(value)) &&
      // The rows of a weight are what an Embedding gives.
      values.has(op === 'Gather' ? inputs[0]! : (read.find((value) => values.has(value)) ?? ''));
    if (domain !== '' || !(op === 'Shape' || op === 'Size' || isOfSizes)) continue;
    found.add(index);
    for (const value of outputs) values.add(value);
  }
  return found;
}
