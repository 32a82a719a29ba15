/** @file The tree of a graph: modules by their PyTorch paths, and nodes as leaves. Errors for paths that are not in it. */
import { describe, type ModuleParameter, nearest } from '../../src/adapter.ts';
import { type ElementType, type Graph, type GraphNode, isSealed, type Region, readBy } from './graph.ts';
import {
  type Children,
  type HookPointInfo,
  type HookPointOwner,
  type OnnxHookPoint,
  OnnxModule,
  OnnxNode,
} from './hook-point.ts';
import type { ModelVariant } from './model-variant.ts';
import { type Call, GraphCalls } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';
import { type Scope, scopesOf } from './pytorch-scopes.ts';
import { editValidator } from './validate-edit.ts';
import { noPreHook, noReplacement } from './validate-hook.ts';

type Info = HookPointInfo & { readonly kind?: string | undefined; readonly node?: GraphNode };

export class ModuleTree<T extends OnnxTensor> {
  readonly children: Children<T> = [];
  /** In the order of the tree. */
  readonly infos: Map<OnnxHookPoint<T>, HookPointInfo> = new Map();
  readonly #graph: Graph;
  readonly #byPath = new Map<string, OnnxHookPoint<T>>();
  readonly #byValue = new Map<string, OnnxNode<T>>();
  readonly #readers: ReadonlyMap<string, string>;

  /** @param refusal why nothing can be registered anywhere, as a sentence */
  constructor(where: string, model: ModelVariant, owner: HookPointOwner, refusal: string | undefined) {
    const { infos, parents, readers } = new TreeLayout(where, model, refusal);
    this.#graph = model.main.graph;
    this.#readers = readers;
    const childrenOf = new Map<string, Children<T>>([['', this.children]]);
    for (const info of infos.values()) {
      const { path, node } = info;
      const children: Children<T> = [];
      const point =
        node === undefined
          ? new OnnxModule<T>({ ...info, kind: info.kind }, children, owner)
          : new OnnxNode<T>({ ...info, op: node.op, values: node.outputs }, children, owner);
      // The name of a node may contain dots.
      const parent = node === undefined ? path.slice(0, Math.max(0, path.lastIndexOf('.'))) : parents.get(path)!;
      childrenOf.get(parent)!.push([parent === '' ? path : path.slice(parent.length + 1), point]);
      if (node === undefined) childrenOf.set(path, children);
      this.#byPath.set(path, point);
      this.infos.set(point, info);
      if (point instanceof OnnxNode) for (const value of point.values) this.#byValue.set(value, point);
    }
  }

  /** @throws Error that says what the exporter has made of the module, as far as the file shows it */
  at(path: string): OnnxHookPoint<T> {
    const point = this.#byPath.get(path);
    if (point !== undefined) return point;
    checkText('getSubmodule(): the path', path);
    const weight = [...this.#readers.keys()].find((name) => name.startsWith(`${path}.`));
    const why =
      weight !== undefined
        ? `its weights are read in "${this.#readers.get(weight)}": the exporter has merged the two, and that gives what both give`
        : this.#graph.weights.has(path)
          ? 'it is a weight: nothing computes it'
          : 'modules that compute nothing (Dropout, Identity), or that an exporter has folded into others, leave nothing in a file';
    const offer = nearest(path, [...this.#byPath.keys()]).join(', ');
    throw new Error(`getSubmodule(): no module "${path}"\n  nearest: ${offer}\n  ${why}`);
  }

  /** The node that gives a value, if one does. */
  nodeWith(value: string): OnnxNode<T> | undefined {
    return this.#byValue.get(value);
  }

  /** The node that gives a value. @throws Error that says what the value is, if no node gives it */
  nodeOf(value: string): OnnxNode<T> {
    const node = this.#byValue.get(value);
    if (node !== undefined) return node;
    checkText('value(): the name', value);
    const what = this.#graph.weights.has(value)
      ? 'it is a weight'
      : this.#graph.inputs.has(value)
        ? 'it is an input of the model'
        : 'the graph has no such value, or computes it from weights alone';
    const offered = nearest(value, [...this.#byValue.keys()]).join(', ');
    throw new Error(`value(): no node gives "${value}"\n  ${what}\n  nearest: ${offered}`);
  }
}

function checkText(what: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`${what} must be a string, got ${describe(value)}`);
}

/** A region with what its names tell. */
interface Level {
  readonly region: Region;
  readonly graph: Graph;
  readonly constants: ReadonlySet<string>;
  readonly scopes: readonly Scope[];
  /** Paths of the modules around the node that has the region. */
  readonly outside: ReadonlySet<string>;
  readonly calls: GraphCalls;
  /** Why it takes less than the main graph does, as sentences. */
  readonly limits: Limits;
}

type Limits = Pick<HookPointInfo, 'unreachable' | 'noFunctions' | 'noObservers'>;

class TreeLayout {
  /** By path, parents first. Modules come before nodes, whose names give way to theirs. */
  readonly infos = new Map<string, Info>();
  /** The paths of the modules around nodes. */
  readonly parents = new Map<string, string>();
  /** For each weight the path of the module, or the name of the node, that reads it. */
  readonly readers = new Map<string, string>();
  /** How many nodes wanted each path. */
  readonly #wanted = new Map<string, number>();

  constructor(where: string, model: ModelVariant, refusal: string | undefined) {
    const levels = levelsOf(where, model, refusal);
    for (const level of levels) this.#addModules(level);
    for (const level of levels) this.#addNodes(level);
  }

  #addModules({ graph, calls, limits }: Level): void {
    for (const { path, kind, calls: own, direct } of calls.modules) {
      if (own.length === 0) continue;
      for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
        const parent = path.slice(0, dot);
        if (!this.infos.has(parent)) this.infos.set(parent, container(parent, limits));
      }
      // Both branches of an If may call a module.
      const before = this.infos.get(path);
      const known = before === undefined || before.calls.length === 0 ? undefined : before;
      const all = [...(known?.calls ?? []), ...own];
      const reason = firstOf(own, (call) => noTensor(graph, graph.nodes[call.at]!, call));
      this.infos.set(path, {
        path,
        kind: kind ?? known?.kind,
        calls: all,
        unreachable: known?.unreachable ?? limits.unreachable ?? reason,
        noFunctions: known?.noFunctions ?? limits.noFunctions,
        noObservers: known?.noObservers ?? limits.noObservers,
        noReplacement: known?.noReplacement ?? firstOf(own, (call) => noReplacement(graph, call)),
        noPreHooks: known?.noPreHooks ?? firstOf(own, (call) => noPreHook(graph, call, calls.isTogether(call))),
        note: known?.note ?? foldedInto(path, kind, graph, direct),
        validateEdit: editValidator(all),
      });
    }
  }

  #addNodes({ graph, constants, scopes, calls: nodeCalls, limits }: Level): void {
    for (const [index, node] of graph.nodes.entries()) {
      const { modules, name } = scopes[index]!;
      const module = modules?.at(-1)?.path ?? '';
      for (const value of readBy(node)) if (constants.has(value)) this.readers.set(value, module || name);
      const call = nodeCalls.node(index);
      if (call === undefined) continue;
      // A module none of whose values is read is not in the tree.
      const parent = this.infos.has(module) ? module : '';
      const path = this.#unique(parent, name);
      this.parents.set(path, parent);
      this.infos.set(path, {
        ...limits,
        path,
        node,
        parameters: parametersOf(graph, node),
        calls: [call],
        unreachable: limits.unreachable ?? noTensor(graph, node, call),
        noReplacement: noReplacement(graph, call),
        noPreHooks: noPreHook(graph, call, nodeCalls.isTogether(call)),
        note: undefined,
        validateEdit: editValidator([call]),
      });
    }
  }

  #unique(module: string, name: string): string {
    const wanted = module === '' ? name : `${module}.${name}`;
    let path = wanted;
    let count = this.#wanted.get(wanted) ?? 0;
    while (this.infos.has(path)) path = `${wanted}_${++count}`;
    this.#wanted.set(wanted, count);
    return path;
  }
}

function levelsOf(where: string, model: ModelVariant, refusal: string | undefined): Level[] {
  const levels = new Map<Region, Level>();
  const named = model.regions.map((region) => ({ graph: region.graph, constants: model.constantsOf(region) }));
  const allScopes = scopesOf(named);
  for (const [i, region] of model.regions.entries()) {
    const { graph, around } = region;
    const outer = around && levels.get(around.region);
    const { constants } = named[i]!;
    const scopes = allScopes[i]!;
    const scope = outer?.scopes[around?.at ?? 0];
    const name = scope?.name ?? '';
    const outside = new Set([...(outer?.outside ?? []), ...(scope?.modules ?? []).map(({ path }) => path)]);
    const limits = { ...limitsOf(region, name, outer), unreachable: refusal };
    levels.set(region, {
      region,
      graph,
      constants,
      scopes,
      outside,
      calls: new GraphCalls(where, region, constants, scopes, outside),
      limits,
    });
  }
  return [...levels.values()];
}

/** @param name of the node around the region @param outer the level of that node */
function limitsOf(region: Region, name: string, outer: Level | undefined): Omit<Limits, 'unreachable'> {
  if (outer === undefined) return { noFunctions: undefined, noObservers: undefined };
  const { op } = region.around!.node;
  const inside = `it is inside the ${op} "${name}"`;
  let { noFunctions, noObservers } = outer.limits;
  if (isSealed(region)) {
    noObservers ??= `${inside}, which runs in some iterations alone: register an edit there, or observe the If`;
    noFunctions = `${inside}, which runs in some iterations alone, where the runtime calls no functions: register an edit there, or hook the node around it`;
  } else if (op !== 'If') {
    noFunctions ??= `${inside}, where the runtime calls no functions: register an edit or an observer there, or hook the ${op}`;
  }
  return { noFunctions, noObservers };
}

/** A module that is never called, such as a ModuleList. As in PyTorch, hooks on it never fire. */
const container = (path: string, { unreachable }: Limits): Info => ({
  path,
  calls: [],
  unreachable,
  noFunctions: undefined,
  noObservers: undefined,
  noReplacement: undefined,
  noPreHooks: undefined,
  note: undefined,
  validateEdit: () => undefined,
});

/** The bytes of a value of a weight, by its TensorProto.DataType: floats, and the integers of quantized weights. */
const WEIGHT_BYTES: Readonly<Partial<Record<ElementType, number>>> = { 1: 4, 2: 1, 3: 1, 10: 2, 11: 8, 16: 2 };

/** The weights that a node reads. Constants such as shapes and scales are none. */
function parametersOf({ weights, types }: Graph, { inputs }: GraphNode): ModuleParameter[] {
  return inputs.flatMap((name) => {
    const [weight, width] = [weights.get(name), WEIGHT_BYTES[types.get(name) ?? 0]];
    if (weight === undefined || width === undefined || weight.shape.length === 0) return [];
    const { shape } = weight;
    return [{ name, shape, bytes: shape.reduce((product, size) => product * size, width), identity: weight }];
  });
}

/** The first reason that is found. */
function firstOf(calls: readonly Call[], reasonOf: (call: Call) => string | undefined): string | undefined {
  for (const call of calls) {
    const reason = reasonOf(call);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Ops whose outputs are not tensors, for files without types. */
const NO_TENSOR = /^(SplitToSequence|Sequence(Construct|Empty|Insert|Erase|Map)|Optional)$/;

/** Why no run can give the value of a node, if that is known. */
function noTensor(graph: Graph, { op, name }: GraphNode, { outputs }: Call): string | undefined {
  const isNone = NO_TENSOR.test(op) || outputs.some((value) => graph.types.get(value) === 'no tensor');
  return isNone
    ? `what "${name || outputs[0]}" gives is not a tensor but a sequence or an optional: no run can give it`
    : undefined;
}

/** Ops that exporters fold a batch normalization into. */
const FOLDING = /^(Conv|ConvTranspose|Gemm)$/;

function foldedInto(
  path: string,
  kind: string | undefined,
  graph: Graph,
  direct: readonly number[],
): string | undefined {
  const node = direct.map((index) => graph.nodes[index]!).find(({ op }) => FOLDING.test(op));
  if (node === undefined) return undefined;
  if (kind?.startsWith('BatchNorm')) {
    return `"${path}" is computed together with the ${node.op} before it, of which the file has no value: the exporter folded the two into one`;
  }
  return /^onnx::Conv/.test(node.inputs[1] ?? '')
    ? `"${path}" gives what the BatchNorm after it gave: the exporter folded the two into one`
    : undefined;
}
