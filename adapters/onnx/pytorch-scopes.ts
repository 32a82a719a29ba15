/** @file The PyTorch modules that a node is in, from the names that both exporters leave in the file. */
import type { Graph, GraphNode } from './graph.ts';

export interface Scope {
  /** Outermost first; undefined where the file does not say. */
  readonly modules: readonly ScopeModule[] | undefined;
  /** Of the node, inside the innermost module. */
  readonly name: string;
  /** The number of the call of the innermost module; '' if the exporter gave it none. */
  readonly repeat: string;
}

export interface ScopeModule {
  /** As in `named_modules()`: `encoder.layers.0`. */
  readonly path: string;
  /** The name of its class, if the file has it. */
  readonly kind: string | undefined;
}

/** Longer paths are not taken for module paths. */
const MAX_NAMES = 64;

/** A graph, with the values in it that come from weights alone. */
interface NamedGraph {
  readonly graph: Graph;
  readonly constants: ReadonlySet<string>;
}

/** The scopes of the nodes of each graph of a model. */
export function scopesOf(graphs: readonly NamedGraph[]): Scope[][] {
  const legacy = new LegacyNames(graphs);
  return graphs.map(({ graph }) =>
    graph.nodes.map((node) => dynamoScope(node) ?? legacy.scope(node) ?? unscoped(node)),
  );
}

const unscoped = ({ name, op, outputs }: GraphNode): Scope => ({
  modules: undefined,
  name: name || outputs.find((value) => value !== '') || op,
  repeat: '',
});

/** torch.export's name for the module of an operation that it has put in itself. */
const NO_MODULE = '_empty_nn_module_stack_from_metadata_hook';

/**
 * torch.onnx.export(…, dynamo=True) writes Python lists: `['', 'encoder', 'encoder.layers.0', 'linear']` has the paths of the
 * modules from the model down, and last the operation.
 */
function dynamoScope(node: GraphNode): Scope | undefined {
  const paths = pythonList(node.metadata.get('pkg.torch.onnx.name_scopes'));
  if (paths.length === 0) return undefined;
  const classes = pythonList(node.metadata.get('pkg.torch.onnx.class_hierarchy'));
  const modules = paths
    .slice(0, -1)
    .map((path, i) => ({ path, kind: classes[i]?.split('.').at(-1) }))
    .filter(({ path }) => isPath(path) && path !== NO_MODULE);
  return { modules, name: node.name || unscoped(node).name, repeat: '' };
}

const pythonList = (text = ''): string[] =>
  [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(([, single, double]) => single ?? double ?? '');

function isPath(path: string): boolean {
  const names = path.split('.', MAX_NAMES + 1);
  return names.length <= MAX_NAMES && names.every((name) => name !== '');
}

/**
 * torch.onnx.export(…, dynamo=False) puts the modules into the names of the nodes: `/encoder/layers.0/act/Relu`.
 * - In a Sequential each name repeats that of the Sequential: `/stem/stem.0/Conv` is in `stem.0`.
 * - The name of a ModuleDict is missing, and that of a module whose own forward does not run: `/k/Gemm` is in `heads.k`, and
 *   `/layers.0/Gemm` in `body.layers.0`, as the names of weights show.
 * - Calls after the first are numbered: `/act_1/Relu` is the second call of `act`. But a module may be named `act_1` too.
 */
class LegacyNames {
  /** What is computed directly in each scope, by its name with slashes: the ops and weights, for each graph that has it. */
  readonly #computed = new Map<string, string[]>();
  /** Paths of modules with weights, by their last name. */
  readonly #weighted = new Map<string, Set<string>>();
  /** Names of all scopes. */
  readonly #scopes = new Set<string>();

  constructor(graphs: readonly NamedGraph[]) {
    // The exporter keeps one of several equal weights, and Identity nodes for the names of the others.
    const same = new Map<string, string>();
    const weights = new Set(graphs.flatMap(({ graph }) => [...graph.weights.keys()]));
    const weightOf = (value: string) => same.get(value) ?? (weights.has(value) ? value : undefined);
    for (const { graph, constants } of graphs) {
      for (const name of constants) this.#addOwners(name);
      for (const { op, inputs, outputs } of graph.nodes) {
        const weight = op === 'Identity' ? weightOf(inputs[0] ?? '') : undefined;
        if (weight !== undefined) same.set(outputs[0] ?? '', weight);
      }
    }
    for (const named of graphs) this.#addScopes(named, weightOf);
  }

  #addScopes({ graph, constants }: NamedGraph, weightOf: (value: string) => string | undefined): void {
    const computed = new Map<string, { ops: string[]; weights: string[] }>();
    for (const node of graph.nodes) {
      const names = legacyNames(node);
      if (names === undefined || node.outputs.every((value) => constants.has(value))) continue;
      const scope = names.slice(0, -1).join('/');
      for (let end = scope.length; end > 0; end = scope.lastIndexOf('/', end - 1))
        this.#scopes.add(scope.slice(0, end));
      const own = computed.get(scope) ?? { ops: [], weights: [] };
      computed.set(scope, own);
      own.ops.push(node.op);
      for (const value of node.inputs) own.weights.push(weightOf(value) ?? '');
    }
    for (const [scope, { ops, weights }] of computed) {
      const all = this.#computed.get(scope) ?? [];
      all.push(`${ops}|${weights}`);
      this.#computed.set(scope, all);
    }
  }

  scope(node: GraphNode): Scope | undefined {
    const names = legacyNames(node);
    if (names === undefined) return undefined;
    const modules: ScopeModule[] = [];
    let [path, above, repeat] = ['', '', ''];
    for (let depth = 1; depth < names.length; depth++) {
      const found = this.#module(names.slice(0, depth), path);
      repeat = found.repeat;
      const inSequential = above !== '' && found.name.startsWith(`${above}.`);
      const own = inSequential ? found.name.slice(above.length + 1) : found.name;
      above = found.name;
      path = this.#pathOf(names.slice(0, depth - 1), path, own);
      if (!isPath(path)) return undefined;
      modules.push({ path, kind: undefined });
    }
    return { modules, name: names.at(-1)!, repeat };
  }

  /** The module of the innermost scope, and which of its calls this is. */
  #module(scopes: readonly string[], above: string): { name: string; repeat: string } {
    const name = scopes.at(-1)!;
    const [, first, repeat] = /^(.+)_(\d+)$/.exec(name) ?? [];
    if (first === undefined || this.#hasWeights(inside(above, name))) return { name, repeat: '' };
    // Two calls of one module have the same ops and weights.
    const one = this.#computed.get([...scopes.slice(0, -1), first].join('/'));
    const other = this.#computed.get(scopes.join('/'));
    const isSame = one?.some((computed) => other?.includes(computed)) ?? false;
    return isSame ? { name: first, repeat: repeat! } : { name, repeat: '' };
  }

  /** The path of a module inside another. Names in between, which the exporter left out, are found by the names of weights. */
  #pathOf(around: readonly string[], above: string, own: string): string {
    const path = inside(above, own);
    if (this.#hasWeights(path)) return path;
    const others = [...(this.#weighted.get(lastName(own)) ?? [])].filter((other) => {
      if (!other.startsWith(inside(above, '')) || !other.endsWith(`.${own}`)) return false;
      const between = other.slice(inside(above, '').length, -own.length - 1);
      // A module that is called is a scope.
      return between !== '' && !this.#scopes.has([...around, between].join('/'));
    });
    return others.length === 1 ? others[0]! : path;
  }

  #hasWeights(path: string): boolean {
    return this.#weighted.get(lastName(path))?.has(path) ?? false;
  }

  /** Of `encoder.fc.weight`: `encoder.fc` and `encoder`. */
  #addOwners(weight: string): void {
    if (weight.includes('/') || !isPath(weight)) return;
    for (let dot = weight.lastIndexOf('.'); dot > 0; dot = weight.lastIndexOf('.', dot - 1)) {
      const owner = weight.slice(0, dot);
      const owners = this.#weighted.get(lastName(owner)) ?? new Set();
      if (owners.has(owner)) return;
      this.#weighted.set(lastName(owner), owners.add(owner));
    }
  }
}

const lastName = (path: string) => path.slice(path.lastIndexOf('.') + 1);

const inside = (above: string, name: string) => (above === '' ? name : `${above}.${name}`);

function legacyNames({ name }: GraphNode): string[] | undefined {
  if (!name.startsWith('/')) return undefined;
  const names = name.slice(1).split('/', MAX_NAMES + 1);
  return names.length <= MAX_NAMES && names.every((part) => part !== '') ? names : undefined;
}
