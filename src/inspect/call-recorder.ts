/** @file Recording the calls of modules by their hooks. */
import { isThenable } from '../check/index.ts';
import { type Hookable, optionsOf, readerOf, type TensorReader } from '../hooks/index.ts';
import type { RecordedCall, TensorPart, Tree } from './recording.ts';
import { computedInGraph, kindOfModule } from './run.ts';
import type { TensorStore } from './tensor-store.ts';
import { toTree } from './tree.ts';

/** A call while it is recorded. */
type OpenCall = { -readonly [K in keyof RecordedCall]: RecordedCall[K] } & { readonly index: number };

export class CallRecorder {
  readonly #store: TensorStore;
  readonly #keep: ((index: number, output: unknown) => void) | undefined;
  readonly #calls: OpenCall[] = [];
  /** Calls that have started and not ended, by module and the number that the hooks give them. */
  readonly #open: Map<Hookable, Map<number, OpenCall>> = new Map();
  /** The same calls in the order of their starts. */
  readonly #running: OpenCall[] = [];
  readonly #counts: Map<Hookable, number> = new Map();
  readonly #waiting: Promise<void>[] = [];
  #order = 0;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;

  constructor(store: TensorStore, keep: ((index: number, output: unknown) => void) | undefined) {
    this.#store = store;
    this.#keep = keep;
  }

  register(modules: readonly (readonly [string, Hookable])[]): void {
    for (const [path, module] of modules) {
      const unsupported = optionsOf(module).unsupported ?? {};
      // What cannot be observed, inside an ONNX If for instance, is not recorded.
      if (unsupported.observer !== undefined) continue;
      module.observe((event) => this.#end(path, module, event.inputs, event.output, event.call, event.reader));
      // Without pre-hooks a call starts when it ends, and its parent is found afterwards.
      if (unsupported['forward-pre'] !== undefined) continue;
      module.registerForwardPreHook((_module, inputs, call) => this.#start(path, module, inputs, call));
      // A call that throws has no end, but nothing that follows is inside it.
      if (unsupported.forward !== undefined || computedInGraph(module)) continue;
      const leave = (_module: unknown, _inputs: unknown, _output: unknown, call: number) => this.#leave(module, call);
      module.registerForwardHook(leave, { alwaysCall: true });
    }
  }

  /** The calls, once all tensors have been read. @throws what reading them threw */
  async finish(): Promise<RecordedCall[]> {
    this.#isOver = true;
    await Promise.all(this.#waiting);
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#calls.map(({ index, ...call }) => ({
      ...call,
      parent: call.parent ?? enclosing(this.#calls, index) ?? null,
    }));
  }

  #start(path: string, module: Hookable, inputs: readonly unknown[], call: number): undefined {
    if (this.#isOver) return;
    const open = this.#begin(path, module);
    // Now, since forward may write into them.
    open.inputs = this.#tree(inputs, readerOf(module));
    const ofModule = this.#open.get(module) ?? new Map<number, OpenCall>();
    ofModule.set(call, open);
    this.#open.set(module, ofModule);
    this.#running.push(open);
  }

  #leave(module: Hookable, number: number): undefined {
    const call = this.#open.get(module)?.get(number);
    const at = call === undefined ? -1 : this.#running.indexOf(call);
    if (at >= 0) this.#running.splice(at, 1);
  }

  #begin(path: string, module: Hookable): OpenCall {
    const count = this.#counts.get(module) ?? 0;
    this.#counts.set(module, count + 1);
    const parent = this.#running.findLast((one) => isBelow(path, one.path));
    const begun: OpenCall = {
      path,
      kind: kindOfModule(module),
      call: count,
      parent: parent?.index ?? null,
      index: this.#calls.length,
      start: this.#order++,
      end: null,
      inputs: [],
      output: { value: null },
    };
    this.#calls.push(begun);
    return begun;
  }

  #end(
    path: string,
    module: Hookable,
    inputs: unknown,
    output: unknown,
    number: number,
    reader: TensorReader | undefined,
  ): void {
    if (this.#isOver) return;
    this.#leave(module, number);
    const ofModule = this.#open.get(module);
    let call = ofModule?.get(number);
    ofModule?.delete(number);
    if (call === undefined) {
      call = this.#begin(path, module);
      call.parent = null;
      call.inputs = this.#tree(inputs, reader);
    }
    call.end = this.#order++;
    this.#keep?.(call.index, output);
    call.output = this.#tree(output, reader);
  }

  /** Does not throw: that would end the model's call, or go to the reporter. */
  #tree(value: unknown, reader: TensorReader | undefined): Tree {
    try {
      return toTree(value, (one) => this.#tensor(one, reader));
    } catch (error) {
      this.#failure ??= { error };
      return { value: null };
    }
  }

  #tensor(one: unknown, reader: TensorReader | undefined): Tree | undefined {
    if (reader?.is(one) !== true) return undefined;
    const shape = [...reader.shape(one)];
    const values = reader.values(one);
    if (values === undefined) return { value: `a tensor of shape [${shape.join(', ')}] without numbers` };
    const layout = reader.layout?.(shape);
    const known = layout === undefined ? {} : { layout };
    if (!isThenable(values)) return { ...this.#store.add(values, shape, one), ...known };
    // Filled in when the device has given the values.
    const part: Partial<TensorPart> = { tensor: '' };
    const fill = async () => {
      try {
        const read = await values;
        if (read === undefined) throw new TypeError(`a tensor of shape [${shape.join(', ')}] has no numbers`);
        Object.assign(part, this.#store.add(read, shape, one), known);
      } catch (error) {
        this.#failure ??= { error };
      }
    };
    this.#waiting.push(fill());
    return part as TensorPart;
  }
}

/** Whether a path is inside another one, or the same: a module may call itself. */
const isBelow = (path: string, ancestor: string) =>
  ancestor === '' || path === ancestor || path.startsWith(`${ancestor}.`);

/** For a call whose start is unknown: the next one to end of a module around it. */
function enclosing(calls: readonly OpenCall[], index: number): number | undefined {
  const { path, end } = calls[index]!;
  if (path === '' || end === null) return undefined;
  let found: number | undefined;
  for (const [i, other] of calls.entries()) {
    if (other.path === path || !isBelow(path, other.path) || other.end === null || other.end < end) continue;
    if (found === undefined || other.end < calls[found]!.end!) found = i;
  }
  return found;
}
