/** @file Running a saved call again: what the scripts that `guard` writes use. */
import { isClass, isThenable } from '../check/index.ts';
import { forEachTensor, type Hookable, isHookable, type TensorReader } from '../hooks/index.ts';
import { builtin } from './builtin.ts';
import { digestOf } from './digest.ts';
import type { StoredData, StoredTensor } from './recording.ts';
import { decodeReplay, inputsOf, type ReplayFile } from './replay-file.ts';
import { kindName, storedTensor } from './tensor-store.ts';

const WHERE = 'openReplay()';

/** The name of the file with the values of the call. */
export const VALUES_FILE = 'call.safetensors';

/** A tensor as it was saved. */
export interface ReplayTensor {
  /** `float32`, `int64`, `bool`: as ONNX Runtime and TensorFlow.js name them. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major. Those of float16 and bfloat16 are the bits. */
  readonly data: StoredData;
}

/** A saved call of one module. */
export class Replay {
  /** The parameters of the module by name, in its order. */
  readonly weights: ReadonlyMap<string, ReplayTensor>;
  readonly #folder: URL;
  readonly #file: ReplayFile;

  /** Use `openReplay`. */
  constructor(folder: URL, file: ReplayFile) {
    this.#folder = folder;
    this.#file = file;
    this.weights = new Map(file.weights.map((name) => [name, asReplayTensor(file.tensors.get(`weights/${name}`)!)]));
  }

  /** The inputs of the call. @param make makes a tensor of the framework */
  inputs(make: (tensor: ReplayTensor) => unknown): unknown[] {
    return inputsOf(this.#file, (tensor) => make(asReplayTensor(tensor)));
  }

  /** Where another saved file is: in Node its path, in a page its URL. */
  place(name: string): string {
    const url = new URL(name, this.#folder);
    return builtin('node:url')?.fileURLToPath(url) ?? url.href;
  }

  /**
   * The module in a model that a file of yours exports: its default export, or the one with the name of the model's class. That is the
   * model, or makes it when it is called without arguments.
   * @throws TypeError if there is none; Error if the model has no such module
   */
  async moduleOf(exported: Readonly<Record<string, unknown>>): Promise<Hookable> {
    const { model: name, path } = this.#file;
    const found = exported.default ?? exported[name];
    const isMaker = typeof found === 'function' && !isHookable(found);
    const model = isMaker ? (isClass(found) ? Reflect.construct(found, []) : await found()) : found;
    if (isHookable(model)) return path === '' ? model : model.getSubmodule(path);
    const names = Object.keys(exported).join(', ') || 'nothing';
    throw new TypeError(
      `${WHERE}: the file of the model must export it as its default, or as ${name}; its exports: ${names}`,
    );
  }

  /**
   * Compares an output with the saved one, and prints the digests of both. Sets the exit code of the process.
   * @param reader tells what a tensor is, and its values
   * @returns whether all bits are the same
   */
  async check(output: unknown, reader: Pick<TensorReader, 'is' | 'shape' | 'values'>): Promise<boolean> {
    const { path, kind, call, why, digest: saved, environment } = this.#file;
    const tensors: (StoredTensor | PromiseLike<StoredTensor>)[] = [];
    forEachTensor(
      output,
      (value) => reader.is(value),
      (tensor) => {
        const store = (values: unknown) => storedTensor(WHERE, values as never, reader.shape(tensor as never), tensor);
        const values = reader.values(tensor as never);
        tensors.push(isThenable(values) ? values.then(store) : store(values));
      },
    );
    const digest = await digestOf(WHERE, await Promise.all(tensors));
    const isSame = digest === saved;
    console.log(`${path || 'the model'} (${kind}), call ${call}: ${why}`);
    console.log(`digest of its output ${digest}`);
    console.log(isSame ? 'the same bits as then' : `other bits than then: ${saved}, computed by ${environment}`);
    const { process } = globalThis as { process?: { exitCode?: number } };
    if (!isSame && process !== undefined) process.exitCode = 1;
    return isSame;
  }
}

const asReplayTensor = ({ dtype, shape, data }: StoredTensor): ReplayTensor => ({
  dtype: kindName(dtype),
  shape,
  data,
});

/**
 * Opens a call that `guard` has saved.
 * @param script the URL of the script beside it: `import.meta.url`
 * @throws Error if the file cannot be read
 */
export async function openReplay(script: string | URL): Promise<Replay> {
  const folder = new URL('.', script);
  const url = new URL(VALUES_FILE, folder);
  return new Replay(folder, decodeReplay(WHERE, await bytesOf(url)));
}

async function bytesOf(url: URL): Promise<Uint8Array> {
  const [fs, node] = [builtin('node:fs/promises'), builtin('node:url')];
  if (url.protocol === 'file:' && fs !== undefined && node !== undefined) return fs.readFile(node.fileURLToPath(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${WHERE}: ${url} cannot be read: the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
