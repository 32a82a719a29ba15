/**
 * @file The nodes of a model's graph, from one call: those of its framework, if it has a graph; else what hooks on every
 * module see.
 */
import { className, describeError, isPlainObject, isThenable } from '../../check/index.ts';
import {
  type FrameworkNode,
  forEachTensor,
  type Hookable,
  optionsOf,
  readerOf,
  type TensorReader,
  type TreeEntry,
  walk,
} from '../../hooks/index.ts';
import type { GraphNode } from './graph-def.ts';

/**
 * Calls a module once, in evaluation mode, and returns the nodes of its graph. Hooks see modules and not the functions
 * between them: if a module takes a tensor that no module returned, a node `forward` represents the parent's computation.
 * @param inputs all arguments of the call
 * @returns a promise if the module returns one
 * @throws what the call throws; for a framework's graph, Error with that as its cause
 */
export function traceGraph(root: Hookable, inputs: readonly unknown[]): GraphNode[] | Promise<GraphNode[]> {
  const { graph, discard } = optionsOf(root);
  const call = () => (root as (...inputs: unknown[]) => unknown)(...inputs);
  const run = discard === undefined ? call : () => discard(call);
  if (graph !== undefined) return frameworkGraph(root, run, graph());
  const { nodes, stop } = startTrace(root);
  let pending = false;
  try {
    const output = run();
    if (!isThenable(output)) return nodes;
    pending = true;
    return Promise.resolve(output)
      .finally(stop)
      .then(() => nodes);
  } finally {
    if (!pending) stop();
  }
}

/** The framework's own nodes and edges, with the shapes of one call. */
function frameworkGraph(root: Hookable, run: () => unknown, nodes: Iterable<FrameworkNode>): GraphNode[] {
  const shapes = new Map<string, readonly (readonly number[])[]>();
  const handles: { remove(): void }[] = [];
  try {
    for (const [name, module] of root.namedChildren()) {
      const reader = readerOf(module);
      handles.push(module.observe(({ output }) => shapes.set(name, shapesOf([output].flat(), reader))));
    }
    run();
  } catch (error) {
    throw new Error(`addGraph(): ${className(root)} could not be called: ${describeError(error)}`, { cause: error });
  } finally {
    for (const handle of handles) handle.remove();
  }
  return [...nodes].map(({ name, op, inputs, shape }) => ({
    name,
    op,
    inputs,
    shapes: shapes.get(name) ?? (shape === undefined ? [] : [shape]),
  }));
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

/** Hooks every module and sets it to evaluation mode. @returns the nodes of the calls from now on, and a function that undoes both */
function startTrace(root: Hookable): { nodes: GraphNode[]; stop: () => void } {
  const nodes: GraphNode[] = [];
  const entries: ReadonlyMap<Hookable, TreeEntry<Hookable>> = new Map(
    [...walk(root, true)].map((entry) => [entry.module, entry]),
  );
  /** Calls in progress of each module, the innermost last. */
  const open = new Map<Hookable, Call[]>();
  /** The node that returned each tensor. */
  const producers = new WeakMap<object, string>();
  const names = new Map<string, number>();
  let inputCount = 0;

  function begin(module: Hookable, inputs: readonly unknown[]): void {
    const parent = parentOf(module);
    if (parent !== undefined) parent.hasChildren = true;
    const entry = entries.get(module)!;
    const name = entry.parent === undefined ? className(module) : `${className(module)}[${entry.name}]`;
    const local = name.replaceAll('/', '_');
    const scope = unique(parent === undefined ? local : `${parent.scope}/${local}`);
    const reader = readerOf(module);
    const sources = tensorsIn(inputs, reader).map((tensor) => producerOf(tensor, parent, reader));
    const call: Call = { scope, module, parent, inputs: sources, last: undefined, hasChildren: false };
    const calls = open.get(module);
    if (calls === undefined) open.set(module, [call]);
    else calls.push(call);
  }

  function end(module: Hookable, output: unknown): void {
    const call = open.get(module)!.pop()!;
    const reader = readerOf(module);
    const tensors = tensorsIn(output, reader);
    if (call.hasChildren) {
      for (const tensor of tensors) producerOf(tensor, call, reader);
    } else {
      const { scope: name, inputs } = call;
      nodes.push({ name, op: className(module), inputs, shapes: shapesOf(tensors, reader), repr: String(module) });
      for (const [i, tensor] of tensors.entries()) producers.set(tensor, i === 0 ? name : `${name}:${i}`);
      call.last = name;
    }
    if (call.parent !== undefined) {
      call.parent.last = call.last;
      return;
    }
    for (const [i, tensor] of tensors.entries()) {
      const name = `output/output.${i + 1}`;
      const inputs = [producers.get(tensor)!];
      nodes.push({ name, op: 'IO Node', inputs, shapes: shapesOf([tensor], reader) });
    }
  }

  /** The node that returned a tensor. A tensor without one is an input of the model, or the caller computed it. */
  function producerOf(tensor: object, caller: Call | undefined, reader: TensorReader | undefined): string {
    const known = producers.get(tensor);
    if (known !== undefined) return known;
    const name = caller === undefined ? `input/input.${++inputCount}` : unique(`${caller.scope}/forward`);
    const before = caller === undefined ? [] : caller.last === undefined ? caller.inputs : [caller.last];
    const inputs = before.map((node) => `^${node.replace(/:\d+$/, '')}`);
    const op = caller === undefined ? 'IO Node' : 'forward';
    nodes.push({ name, op, inputs, shapes: shapesOf([tensor], reader) });
    producers.set(tensor, name);
    if (caller !== undefined) caller.last = name;
    return name;
  }

  /** The call in progress of the nearest module above. */
  function parentOf(module: Hookable): Call | undefined {
    const { parent } = entries.get(module)!;
    for (let above = parent; above !== undefined; above = above.parent) {
      const call = open.get(above.module)?.at(-1);
      if (call !== undefined) return call;
    }
    // The root may call itself.
    return parent === undefined ? open.get(module)?.at(-1) : undefined;
  }

  /** As in TensorFlow, a repeated name gets a number: a module that is called twice has two nodes. */
  function unique(name: string): string {
    const used = names.get(name) ?? 0;
    names.set(name, used + 1);
    return used === 0 ? name : `${name}_${used}`;
  }

  const undo: (() => void)[] = [];
  const stop = () => {
    for (const action of undo) action();
  };
  try {
    for (const module of entries.keys()) {
      // Its calls cannot be seen, so what is inside belongs to the module above.
      if (optionsOf(module).unsupported?.['forward-pre'] !== undefined) continue;
      const before = module.registerForwardPreHook((_, inputs) => begin(module, inputs));
      undo.push(() => before.remove());
      const after = module.registerForwardHook((_, _inputs, output) => end(module, output));
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
  return { nodes, stop };
}

/** The tensors in a value. Without a reader: every object but arrays, Maps and plain objects. */
function tensorsIn(value: unknown, reader: TensorReader | undefined): object[] {
  const tensors: object[] = [];
  const isTensor = reader === undefined ? mayBeTensor : (one: unknown) => reader.is(one);
  forEachTensor(value, isTensor, (tensor) => {
    if (typeof tensor === 'object' && tensor !== null) tensors.push(tensor);
  });
  return tensors;
}

function mayBeTensor(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return !(Array.isArray(value) || value instanceof Map || isPlainObject(value));
}

function shapesOf(values: readonly unknown[], reader: TensorReader | undefined): (readonly number[])[] {
  return values.flatMap((value) => (reader?.is(value) ? [[...reader.shape(value)]] : []));
}
