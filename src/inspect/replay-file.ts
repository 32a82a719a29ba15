/**
 * @file The values of one call, as a .safetensors file: `inputs/…`, `output…` and `weights/…`, each in its own type, with JSON about
 * the call in the metadata under `layertap.replay`.
 */
import { describe, describeError, isPlainObject, isThenable, type NumericArray } from '../check/index.ts';
import { forEachTensor, type TensorReader } from '../hooks/index.ts';
import { readSafetensors, readSafetensorsMetadata, safetensorsParts } from '../safetensors/index.ts';
import { digestOf } from './digest.ts';
import type { StoredTensor } from './recording.ts';
import { StoredInFile } from './recording-file.ts';
import { storedTensor } from './tensor-store.ts';

const KEY = 'layertap.replay';
const VERSION = 1;
/** The key of a tensor in the JSON of the inputs. */
const TENSOR = 'layertap.tensor';

/** What the file says of the call. */
export interface ReplayFacts {
  readonly path: string;
  readonly kind: string;
  readonly call: number;
  readonly why: string;
  /** The name of the model's class. */
  readonly model: string;
  /** What computed the output. */
  readonly environment: string;
}

/** The values of a call, read when this is made: the framework may free or change them. */
export class ReplayValues {
  readonly #where: string;
  readonly #reader: TensorReader | undefined;
  readonly #tensors: Map<string, StoredTensor | Promise<StoredTensor>> = new Map();
  readonly #inputs: string;
  /** Inputs that JSON does not have. */
  readonly #lost: string[] = [];

  /** @throws TypeError for tensors that cannot be read */
  constructor(where: string, reader: TensorReader | undefined, inputs: readonly unknown[], output: unknown) {
    this.#where = where;
    this.#reader = reader;
    this.#inputs = this.#json(inputs);
    forEachTensor(
      output,
      (value) => reader?.is(value) === true,
      (tensor, place) => this.add(`output${place}`, tensor),
    );
  }

  /** Stores a tensor under a name. */
  add(name: string, tensor: unknown): void {
    const reader = this.#reader!;
    const shape = [...reader.shape(tensor)];
    const store = (values: NumericArray | undefined) => {
      if (values === undefined) throw new TypeError(`${name} is a tensor without numbers`);
      return storedTensor(this.#where, values, shape, tensor);
    };
    const values = reader.values(tensor);
    this.#tensors.set(name, isThenable(values) ? values.then(store) : store(values));
  }

  /** The file in parts. @throws Error if the inputs cannot be saved */
  async encode(facts: ReplayFacts, weights: readonly string[]): Promise<Uint8Array[]> {
    if (this.#lost.length > 0) throw new Error(`inputs cannot be saved: ${this.#lost.join(', ')}`);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of this.#tensors) tensors.set(name, await tensor);
    const outputs = [...tensors].filter(([name]) => name.startsWith('output'));
    const digest = await digestOf(
      this.#where,
      outputs.map(([, tensor]) => tensor),
    );
    const json = { version: VERSION, ...facts, inputs: this.#inputs, weights, digest };
    return safetensorsParts(tensors, { [KEY]: JSON.stringify(json) });
  }

  /** The inputs, with names in the place of tensors. */
  #json(inputs: readonly unknown[]): string {
    const replaced = (value: unknown): unknown => {
      if (this.#reader?.is(value) !== true) return this.#kept(value);
      const name = `inputs/${count++}`;
      this.add(name, value);
      return { [TENSOR]: name };
    };
    let count = 0;
    // The value as it is: toJSON() has made a text of a Date.
    return JSON.stringify(inputs, function (this: Record<string, unknown>, key) {
      return replaced(this[key]);
    });
  }

  /** A value, if JSON has it. A field of an object that is undefined is left out; in an array it would become null. */
  #kept(value: unknown): unknown {
    if (Array.isArray(value) ? !value.includes(undefined) : isPlainObject(value) || isScalar(value)) return value;
    this.#lost.push(describe(Array.isArray(value) ? undefined : value));
    return undefined;
  }
}

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value);

/** What a file of a call has. */
export interface ReplayFile extends ReplayFacts {
  /** As JSON: {@link fromJson}. */
  readonly inputs: string;
  /** The names of the weights, in the order of the module. */
  readonly weights: readonly string[];
  readonly digest: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** @throws Error for bytes that are no such file */
export function decodeReplay(where: string, bytes: Uint8Array): ReplayFile {
  try {
    const tensors = [...readSafetensors(bytes)].map(([name, tensor]) => [name, new StoredInFile(tensor)] as const);
    const text = readSafetensorsMetadata(bytes).get(KEY);
    if (text === undefined) throw new Error(`it has no "${KEY}" in its metadata`);
    const json = JSON.parse(text) as ReplayFile & { readonly version: unknown };
    if (json.version !== VERSION) throw new Error(`its version must be ${VERSION}, got ${describe(json.version)}`);
    return { ...json, tensors: new Map(tensors) };
  } catch (cause) {
    throw new Error(`${where}: the saved call cannot be read\n  ${describeError(cause)}`, { cause });
  }
}

/** The inputs, with what a function makes in the place of tensors. */
export function inputsOf({ inputs, tensors }: ReplayFile, make: (tensor: StoredTensor) => unknown): unknown[] {
  return JSON.parse(inputs, (_key, value: unknown) => {
    const name = isPlainObject(value) ? value[TENSOR] : undefined;
    return typeof name === 'string' ? make(tensors.get(name)!) : value;
  });
}
