/** @file The hook points of a model: its modules and nodes as Hookables. */
import {
  type ModuleParameter,
  nearest,
  type RegisteredEdit,
  type ReplayedCall,
  type ReplayRecipe,
} from '../../src/adapter.ts';
import { Hookable, type Numbers } from '../../src/index.ts';
import type { Call } from './module-calls.ts';
import { keep, type OnnxTensor, tensorReader } from './ort.ts';
import { expectedInputs, expectedOutput } from './validate-hook.ts';

/** What the graph says about a hook point. */
export interface HookPointInfo {
  readonly path: string;
  readonly calls: readonly Call[];
  /** Why nothing can be registered here, as a sentence. */
  readonly unreachable: string | undefined;
  /** Why it takes no hook that is a function, as a sentence. */
  readonly noFunctions: string | undefined;
  /** Why it takes no observer, as a sentence. */
  readonly noObservers: string | undefined;
  /** Why no hook may replace the value, as a sentence. */
  readonly noReplacement: string | undefined;
  /** Why it takes no pre-hooks, as a sentence. */
  readonly noPreHooks: string | undefined;
  /** Why an edit cannot be carried out here, as a sentence. */
  validateEdit(edit?: RegisteredEdit): string | undefined;
  /** What the exporter has merged into this module, as a sentence. */
  readonly note: string | undefined;
  /** The weights that a node reads; undefined for a module. */
  readonly parameters?: readonly ModuleParameter[];
}

export interface HookPointOwner {
  /** Called before each registration. */
  hook(point: OnnxHookPoint): void;
  /** Called when the last registration is gone. */
  unhook(point: OnnxHookPoint): void;
  /** How to run a call of it again; a sentence if it cannot be done. */
  replay(info: HookPointInfo, call: ReplayedCall): Promise<ReplayRecipe | string>;
  /** The values of a weight; undefined where they are not at hand. */
  weight(name: string): Promise<Numbers | undefined>;
}

/** Hook points by name. */
export type Children<T extends OnnxTensor> = (readonly [string, OnnxHookPoint<T>])[];

/**
 * A module or node in a model. Its hooks run in the order in which the graph is computed, and each is awaited. What they
 * return replaces the value for the rest of the graph.
 */
export abstract class OnnxHookPoint<T extends OnnxTensor = OnnxTensor, O = T> extends Hookable {
  /** Under the model. */
  readonly path: string;
  /** What the exporter has merged into this module, as a sentence. */
  readonly note: string | undefined;
  readonly #children: Children<T>;
  #replacements = 0;

  constructor(info: HookPointInfo, children: Children<T>, owner: HookPointOwner) {
    const { path, unreachable, noReplacement, noPreHooks, note } = info;
    const noFunctions = unreachable ?? (info.noFunctions && `${path} takes no hook: ${info.noFunctions}`);
    const noGradients = unreachable ?? `${path} has no backward hooks: a model in an ONNX file has no gradients`;
    let warned = false;
    super({
      reader: tensorReader,
      async: true,
      parameters: () => (info.parameters ?? []).map((one) => ({ ...one, values: () => owner.weight(one.name) })),
      replay: (_point, call) => owner.replay(info, call),
      call: () => this.forward(),
      unsupported: {
        forward: noFunctions,
        observer: unreachable ?? (info.noObservers && `${path} takes no observer: ${info.noObservers}`),
        edit: unreachable ?? info.validateEdit(),
        transform: noFunctions ?? (noReplacement && `${path} takes no transform: ${noReplacement}`),
        'forward-pre': noFunctions ?? (noPreHooks && `${path} takes no pre-hook: ${noPreHooks}`),
        backward: noGradients,
        'backward-pre': noGradients,
      },
      validateInputs: expectedInputs,
      validateOutput: (output, replacement) => {
        if (noReplacement !== undefined) return `no replacement: ${noReplacement}`;
        this.#replacements++;
        return expectedOutput(output, replacement);
      },
      validateEdit: (edit) => info.validateEdit(edit),
      install: () => {
        if (note !== undefined && !warned) console.warn(`layertap: ${note}`);
        warned = true;
        owner.hook(this as unknown as OnnxHookPoint);
      },
      uninstall: () => owner.unhook(this as unknown as OnnxHookPoint),
    });
    this.path = path;
    this.note = note;
    this.#children = children;
  }

  /** How often a hook, other than an edit, has replaced the value. */
  get replacements(): number {
    return this.#replacements;
  }

  /** @throws TypeError always, as a rejection: it runs only inside its model */
  async forward(..._inputs: (T | undefined)[]): Promise<O> {
    throw new TypeError(`${this} cannot be called: only its model runs it`);
  }

  /** A copy of a tensor that shares no memory with it. */
  keep(tensor: T): T {
    return keep(tensor);
  }

  override *namedChildren(): Generator<[string, OnnxHookPoint<T>]> {
    for (const [name, child] of this.#children) yield [name, child];
  }
}

/** A module of PyTorch. Its value is the last one that leaves it. */
export class OnnxModule<T extends OnnxTensor = OnnxTensor> extends OnnxHookPoint<T> {
  static readonly className: string = 'OnnxModule';
  /** The name of its class in PyTorch, if the file has it: `Linear`. */
  readonly kind: string | undefined;

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(
    info: HookPointInfo & { readonly kind: string | undefined },
    children: Children<T>,
    owner: HookPointOwner,
  ) {
    super(info, children, owner);
    this.kind = info.kind;
  }

  override toString(): string {
    return `${this.kind ?? 'Module'}(${this.path})`;
  }
}

/** A node of the graph. Gives one tensor, or an array of them if it has several outputs. */
export class OnnxNode<T extends OnnxTensor = OnnxTensor, O = T> extends OnnxHookPoint<T, O> {
  static readonly className: string = 'OnnxNode';
  /** `Conv`, `Softmax`. */
  readonly op: string;
  /** The names of its outputs. */
  readonly values: readonly string[];

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(
    info: HookPointInfo & { readonly op: string; readonly values: readonly string[] },
    children: Children<T>,
    owner: HookPointOwner,
  ) {
    super(info, children, owner);
    this.op = info.op;
    this.values = info.values;
  }

  override toString(): string {
    return `${this.op}(${this.path})`;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the type of its tensors is that of the root it is selected from
type AnyNode = OnnxNode<any, any>;

/**
 * A predicate for `select`: nodes that compute one of these ops, by ONNX's names.
 * @example select(net, ofOp('Softmax')).observe(({ path, output }) => draw(path, output.data));
 * @throws Error from `select`, with the nearest names, if no node computes any of them
 */
export function ofOp(...ops: string[]): (path: string, module: Hookable) => module is AnyNode {
  return (path, module): module is AnyNode => {
    // The root comes first: afterwards select() could only say that a function matches nothing.
    if (path === '') checkOps(module, ops);
    return module instanceof OnnxNode && ops.includes(module.op);
  };
}

function checkOps(root: Hookable, ops: readonly string[]): void {
  const known = new Set<string>();
  for (const module of root.modules()) if (module instanceof OnnxNode) known.add(module.op);
  if (ops.some((op) => known.has(op))) return;
  const offer = nearest(ops[0] ?? '', [...known]).join(', ');
  throw new Error(`ofOp(): no node of ${root} computes ${ops.join(' or ')}\n  nearest: ${offer}`);
}
