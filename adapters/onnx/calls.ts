/** @file The calls of modules and nodes in one run of a graph, and the values that enter and leave them. */
import type { Graph } from './graph.ts';
import { producersOf, readBy } from './order.ts';
import type { Scope } from './scopes.ts';

export interface Call {
  /** What it takes from outside, weights left out, in the order of first use. */
  readonly inputs: readonly string[];
  /** What it gives: one value, or all of a node that has several. */
  readonly outputs: readonly string[];
  /** The place, in the order of computing, of the node that gives it. */
  readonly at: number;
  /** How many nodes a module has in it: of two calls that end at the same node, the inner one has fewer. 0: a node itself. */
  readonly size: number;
}

/** All calls of one module. */
export interface ModuleCalls {
  readonly path: string;
  readonly kind: string | undefined;
  readonly calls: readonly Call[];
  /** The nodes that are computed in it, and not in a module inside. */
  readonly direct: readonly number[];
}

interface OpenCall {
  readonly nodes: Set<number>;
  /** How many nodes whose modules are known there were up to its last one. */
  count: number;
  /** Which call it is, where the exporter says so. */
  repeat: string | undefined;
  /** Whether all of its nodes so far are the module's own. */
  onlyDirect: boolean;
}

interface OpenModule {
  readonly kind: string | undefined;
  readonly calls: OpenCall[];
  readonly direct: number[];
}

export class Calls {
  readonly modules: readonly ModuleCalls[];
  readonly #graph: Graph;
  readonly #constants: ReadonlySet<string>;
  readonly #producers: ReadonlyMap<string, number>;
  readonly #consumers = new Map<string, number[]>();

  constructor(where: string, graph: Graph, constants: ReadonlySet<string>, scopes: readonly Scope[]) {
    this.#graph = graph;
    this.#constants = constants;
    this.#producers = producersOf(where, graph);
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
      calls: calls.flatMap(({ nodes }) => this.#call(nodes) ?? []),
    }));
  }

  /** The node's call; undefined where all that it gives comes from weights alone. */
  node(index: number): Call | undefined {
    const outputs = this.#madeBy(index);
    if (outputs.length === 0) return undefined;
    return { inputs: this.#entering(new Set([index])), outputs, at: index, size: 0 };
  }

  /** Whether a node of the graph reads a value. */
  isRead(value: string): boolean {
    return this.#consumers.has(value);
  }

  #madeBy(index: number): string[] {
    return this.#graph.nodes[index]!.outputs.filter((value) => value !== '' && !this.#constants.has(value));
  }

  /**
   * The nodes of each module, in calls: a module that is left and entered again is called again. Neither exporter says it
   * of a module that is called right behind itself, but for the innermost ones in the older one's names.
   */
  #openModules(scopes: readonly Scope[]): Map<string, OpenModule> {
    const modules = new Map<string, OpenModule>();
    let count = 0;
    for (const [index, { modules: around, repeat }] of scopes.entries()) {
      if (around === undefined || this.#madeBy(index).length === 0) continue;
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
   * More leaves a module than what it returned: exporters compute once what several modules have in common, a mask. What it
   * returned is computed last.
   */
  #call(nodes: ReadonlySet<number>): Call | undefined {
    for (const index of [...nodes].reverse()) {
      const output = this.#madeBy(index).find((value) => this.#leaves(value, nodes));
      if (output !== undefined) {
        return { inputs: this.#entering(nodes), outputs: [output], at: index, size: nodes.size };
      }
    }
    return undefined;
  }

  #leaves(value: string, nodes: ReadonlySet<number>): boolean {
    if (this.#graph.outputs.has(value)) return true;
    return this.#consumers.get(value)?.some((index) => !nodes.has(index)) ?? false;
  }

  #entering(nodes: ReadonlySet<number>): string[] {
    const inputs = new Set<string>();
    for (const index of nodes) {
      for (const value of readBy(this.#graph.nodes[index]!)) {
        if (!this.#constants.has(value) && !nodes.has(this.#producers.get(value) ?? -1)) inputs.add(value);
      }
    }
    return [...inputs];
  }
}
