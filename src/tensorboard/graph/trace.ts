/** @file One call of a module tree, watched through hooks: which module took what from whom. */
import { className, isThenable } from '../../check/index.ts';
import {
  forEachTensor,
  type Hookable,
  optionsOf,
  readerOf,
  type TensorReader,
  type TreeEntry,
  walk,
} from '../../hooks/index.ts';
import { frameworkGraph } from './framework-graph.ts';

/** A box of the graph. */
export interface GraphNode {
  /** With '/' between the modules that it is inside of. */
  readonly name: string;
  /** The class of the module; or `IO Node`, or `forward`: what a module computes itself, beside its children. */
  readonly op: string;
  /** Names of nodes; with '^' in front where it is only known that they came before. */
  readonly inputs: readonly string[];
  /** The sizes of each output that is a tensor. */
  readonly shapes: readonly (readonly number[])[];
  /** The module's repr. */
  readonly repr?: string;
}

interface Call {
  readonly scope: string;
  readonly module: Hookable;
  readonly parent: Call | undefined;
  readonly inputs: readonly string[];
  /** The last node that was finished inside. */
  last: string | undefined;
  hasChildren: boolean;
}

/**
 * Calls a module once, in evaluation mode, and gives the nodes of what happened. Hooks see modules and not the functions
 * between them: where a module takes a tensor that no module gave, a node `forward` stands for what its parent computed.
 * @param inputs all of the call's arguments
 * @returns a promise where the module gives one
 */
export function traceGraph(root: Hookable, inputs: readonly unknown[]): GraphNode[] | Promise<GraphNode[]> {
  const { graph, discard } = optionsOf(root);
  const call = () => (root as (...inputs: unknown[]) => unknown)(...inputs);
  const run = discard === undefined ? call : () => discard(call);
  if (graph !== undefined) return frameworkGraph(root, run, graph());
  const trace = new Trace(root);
  const stop = trace.start();
  let finished = false;
  try {
    const output = run();
    if (!isThenable(output)) return trace.nodes;
    finished = true;
    return Promise.resolve(output)
      .finally(stop)
      .then(() => trace.nodes);
  } finally {
    if (!finished) stop();
  }
}

class Trace {
  readonly nodes: GraphNode[] = [];
  readonly #entries: ReadonlyMap<Hookable, TreeEntry<Hookable>>;
  /** Calls that have begun and not ended, for each module; the innermost last. */
  readonly #open: Map<Hookable, Call[]> = new Map();
  /** Which node gave a tensor. */
  readonly #givers: WeakMap<object, string> = new WeakMap();
  readonly #names: Map<string, number> = new Map();
  #inputs = 0;

  constructor(root: Hookable) {
    this.#entries = new Map([...walk(root, true)].map((entry) => [entry.module, entry]));
  }

  /** Hooks every module, and sets it to evaluation mode. @returns what undoes that */
  start(): () => void {
    const undo: (() => void)[] = [];
    const stop = () => {
      for (const action of undo) action();
    };
    try {
      for (const module of this.#entries.keys()) {
        // What its framework never calls has no beginning: what is inside it belongs to the module above.
        if (optionsOf(module).unsupported?.['forward-pre'] !== undefined) continue;
        const before = module.registerForwardPreHook((_, inputs) => this.#begin(module, inputs));
        undo.push(() => before.remove());
        const after = module.registerForwardHook((_, _inputs, output) => this.#end(module, output));
        undo.push(() => after.remove());
        const state = module as { training?: unknown };
        if (state.training !== true) continue;
        state.training = false;
        undo.push(() => {
          state.training = true;
        });
      }
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  #begin(module: Hookable, inputs: readonly unknown[]): void {
    const parent = this.#parentOf(module);
    if (parent !== undefined) parent.hasChildren = true;
    const entry = this.#entries.get(module)!;
    const local = (entry.parent === undefined ? className(module) : `${className(module)}[${entry.name}]`).replaceAll(
      '/',
      '_',
    );
    const scope = this.#unique(parent === undefined ? local : `${parent.scope}/${local}`);
    const reader = readerOf(module);
    const givers = tensorsIn(inputs, reader).map((tensor) => this.#giverOf(tensor, parent, reader));
    const call: Call = { scope, module, parent, inputs: givers, last: undefined, hasChildren: false };
    const open = this.#open.get(module);
    if (open === undefined) this.#open.set(module, [call]);
    else open.push(call);
  }

  #end(module: Hookable, output: unknown): void {
    const call = this.#open.get(module)!.pop()!;
    const reader = readerOf(module);
    const tensors = tensorsIn(output, reader);
    if (call.hasChildren) {
      for (const tensor of tensors) this.#giverOf(tensor, call, reader);
    } else {
      this.#add({
        name: call.scope,
        op: className(module),
        inputs: call.inputs,
        shapes: shapesOf(tensors, reader),
        repr: String(module),
      });
      tensors.forEach((tensor, i) => {
        this.#givers.set(tensor, i === 0 ? call.scope : `${call.scope}:${i}`);
      });
      call.last = call.scope;
    }
    if (call.parent !== undefined) call.parent.last = call.last;
    else this.#addOutputs(tensors, reader);
  }

  #addOutputs(tensors: readonly object[], reader: TensorReader | undefined): void {
    for (const [i, tensor] of tensors.entries()) {
      this.#add({
        name: `output/output.${i + 1}`,
        op: 'IO Node',
        inputs: [this.#givers.get(tensor)!],
        shapes: shapesOf([tensor], reader),
      });
    }
  }

  /** The node that gave a tensor. Where none did, it came from outside, or from what the calling module computed. */
  #giverOf(tensor: object, caller: Call | undefined, reader: TensorReader | undefined): string {
    const known = this.#givers.get(tensor);
    if (known !== undefined) return known;
    const name = caller === undefined ? `input/input.${++this.#inputs}` : this.#unique(`${caller.scope}/forward`);
    const before = caller === undefined ? [] : caller.last === undefined ? caller.inputs : [caller.last];
    const inputs = before.map((node) => `^${node.replace(/:\d+$/, '')}`);
    this.#add({ name, op: caller === undefined ? 'IO Node' : 'forward', inputs, shapes: shapesOf([tensor], reader) });
    this.#givers.set(tensor, name);
    if (caller !== undefined) caller.last = name;
    return name;
  }

  #add(node: GraphNode): void {
    this.nodes.push(node);
  }

  /** The call that a call of this module is inside of: of the nearest module above it that is being called. */
  #parentOf(module: Hookable): Call | undefined {
    const { parent } = this.#entries.get(module)!;
    for (let above = parent; above !== undefined; above = above.parent) {
      const call = this.#open.get(above.module)?.at(-1);
      if (call !== undefined) return call;
    }
    // The root calls itself.
    return parent === undefined ? this.#open.get(module)?.at(-1) : undefined;
  }

  /** A name that is used again gets a number, as in TensorFlow: a module that is called twice has two nodes. */
  #unique(name: string): string {
    const used = this.#names.get(name) ?? 0;
    this.#names.set(name, used + 1);
    return used === 0 ? name : `${name}_${used}`;
  }
}

/** The tensors in a value. Where nobody says what a tensor is, any object that is no array, Map or plain object. */
function tensorsIn(value: unknown, reader: TensorReader | undefined): object[] {
  const tensors: object[] = [];
  const isTensor = reader === undefined ? mayBeTensor : (one: unknown) => reader.is(one);
  forEachTensor(value, isTensor, (tensor) => {
    if (typeof tensor === 'object' && tensor !== null) tensors.push(tensor);
  });
  return tensors;
}

function mayBeTensor(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

function shapesOf(tensors: readonly object[], reader: TensorReader | undefined): (readonly number[])[] {
  return tensors.flatMap((tensor) => (reader?.is(tensor) ? [[...reader.shape(tensor)]] : []));
}
