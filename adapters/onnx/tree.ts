/** @file A graph as a tree of places: modules as PyTorch names them, and its nodes as leaves. */
import { type Call, Calls } from './calls.ts';
import type { OnnxTensor } from './framework.ts';
import type { Graph, GraphNode } from './graph.ts';
import { constantsOf, readBy } from './order.ts';
import { type Children, OnnxModule, OnnxNode, type OnnxPlace, type PlaceInfo, type PlaceOwner } from './place.ts';
import { type Scope, scopesOf } from './scopes.ts';

export interface Tree<T extends OnnxTensor> {
  readonly children: Children<T>;
  readonly places: ReadonlyMap<string, OnnxPlace<T>>;
  /** Which node gives a value. */
  readonly nodes: ReadonlyMap<string, OnnxNode<T>>;
  /** What the places are known by. */
  readonly infos: ReadonlyMap<OnnxPlace<T>, PlaceInfo>;
  /** The module, or node, that reads a weight. */
  readonly readers: ReadonlyMap<string, string>;
}

type Info = PlaceInfo & { readonly kind?: string | undefined; readonly node?: GraphNode };

/** @param refusal why nothing can be registered anywhere, in a sentence */
export function treeOf<T extends OnnxTensor>(
  where: string,
  graph: Graph,
  owner: PlaceOwner,
  refusal: string | undefined,
): Tree<T> {
  const { infos: found, around, readers } = new Places(where, graph, refusal);
  const children: Children<T> = [];
  const places = new Map<string, OnnxPlace<T>>();
  const infos = new Map<OnnxPlace<T>, PlaceInfo>();
  const nodes = new Map<string, OnnxNode<T>>();
  const below = new Map<string, Children<T>>([['', children]]);
  for (const info of found.values()) {
    const { path, node } = info;
    const own: Children<T> = [];
    const place =
      node === undefined
        ? new OnnxModule<T>({ ...info, kind: info.kind }, own, owner)
        : new OnnxNode<T>({ ...info, op: node.op, values: node.outputs }, own, owner);
    // The name of a node may hold dots itself.
    const above = node === undefined ? path.slice(0, Math.max(0, path.lastIndexOf('.'))) : around.get(path)!;
    below.get(above)!.push([above === '' ? path : path.slice(above.length + 1), place]);
    if (node === undefined) below.set(path, own);
    places.set(path, place);
    infos.set(place, info);
    if (place instanceof OnnxNode) for (const value of place.values) nodes.set(value, place);
  }
  return { children, places, nodes, infos, readers };
}

/** A graph, or one inside a node of another. */
interface Level {
  readonly graph: Graph;
  readonly constants: ReadonlySet<string>;
  readonly scopes: readonly Scope[];
  readonly calls: Calls;
  /** Why nothing in it can be reached, where that is so. */
  readonly unreachable: string | undefined;
}

class Places {
  /** Modules first: a node's name gives way to a module's. Parents come before what is inside. */
  readonly infos = new Map<string, Info>();
  /** The path of the module around a node. */
  readonly around = new Map<string, string>();
  readonly readers = new Map<string, string>();
  /** How many nodes wanted one path. */
  readonly #wanted = new Map<string, number>();

  constructor(where: string, graph: Graph, refusal: string | undefined) {
    const levels = [...levelsOf(where, graph, new Set(), refusal)];
    for (const level of levels) this.#addModules(level);
    for (const level of levels) this.#addNodes(level);
  }

  #addModules({ graph, calls, unreachable }: Level): void {
    for (const { path, kind, calls: all, direct } of calls.modules) {
      if (all.length === 0) continue;
      for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
        const above = path.slice(0, dot);
        if (!this.infos.has(above)) this.infos.set(above, container(above, unreachable));
      }
      const known = this.infos.get(path);
      if (known !== undefined && known.calls.length > 0) continue;
      const canReplace = all.every(({ outputs }) => !calls.isRead(outputs[0]!));
      const note = foldedInto(path, kind, graph, direct);
      const reason = all.map((call) => untakeable(graph, graph.nodes[call.at]!, call)).find((one) => one !== undefined);
      this.infos.set(path, { path, kind, calls: all, unreachable: unreachable ?? reason, canReplace, note });
    }
  }

  #addNodes({ graph, constants, scopes, calls, unreachable }: Level): void {
    for (const [index, node] of graph.nodes.entries()) {
      const { modules, name } = scopes[index]!;
      const module = modules?.at(-1)?.path ?? '';
      for (const value of readBy(node)) if (constants.has(value)) this.readers.set(value, module || name);
      const call = calls.node(index);
      if (call === undefined) continue;
      // The module around it may give nothing that is read.
      const around = this.infos.has(module) ? module : '';
      const path = this.#unique(around, name);
      const canReplace = call.outputs.length === 1 && !calls.isRead(call.outputs[0]!);
      this.around.set(path, around);
      const reason = unreachable ?? untakeable(graph, node, call);
      this.infos.set(path, { path, node, calls: [call], unreachable: reason, canReplace, note: undefined });
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

/** A graph, and all inside of its nodes. */
function* levelsOf(
  where: string,
  graph: Graph,
  outside: ReadonlySet<string>,
  unreachable: string | undefined,
): Generator<Level> {
  const constants = constantsOf(graph, outside);
  const scopes = scopesOf(graph, constants);
  yield { graph, constants, scopes, calls: new Calls(where, graph, constants, scopes), unreachable };
  for (const [index, { op, bodies }] of graph.nodes.entries()) {
    const inside = `what is inside the ${op} "${scopes[index]!.name}" cannot be reached: its values stay there`;
    for (const { graph: body } of bodies) yield* levelsOf(where, body, constants, unreachable ?? inside);
  }
}

/** What holds modules and is never called itself: a ModuleList. As in PyTorch, hooks on it wait for ever. */
const container = (path: string, unreachable: string | undefined): Info => ({
  path,
  calls: [],
  unreachable,
  canReplace: true,
  note: undefined,
});

/** Ops that give no tensor, for files that do not say what their values are. */
const NO_TENSOR = /^(SplitToSequence|Sequence(Construct|Empty|Insert|Erase|Map)|Optional)$/;

/** Why a value cannot come out of a run, where that is known. */
function untakeable(graph: Graph, { op, name }: GraphNode, { outputs }: Call): string | undefined {
  const isNone = NO_TENSOR.test(op) || outputs.some((value) => graph.types.get(value) === 'no tensor');
  return isNone
    ? `what "${name || outputs[0]}" gives is no tensor but a sequence or an optional: no run can give it`
    : undefined;
}

/** ONNX's ops that exporters fold a batch normalization into. */
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
    ? `"${path}" gives what the BatchNorm behind it gave: the exporter folded the two into one`
    : undefined;
}
