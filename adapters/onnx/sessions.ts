/** @file Creates sessions of one model, with outputs and nodes added to it. */
import type { OnnxSession, OnnxSessionOptions, OnnxTensor, SessionClass } from './ort.ts';

import { locationOf, type OnnxSource, type OpenSource, openSource } from './source.ts';

const queues = new WeakMap<object, Promise<unknown>>();

/**
 * Makes one native call at a time to a runtime. onnxruntime-web crashes when two sessions work at the same time on WebGPU,
 * and in Node a run blocks the thread anyway. Hooks run outside of it.
 */
export function oneAtATime<R>(runtime: object, call: () => Promise<R>): Promise<R> {
  const before = queues.get(runtime) ?? Promise.resolve();
  const result = before.then(call);
  queues.set(
    runtime,
    result.catch(() => {}),
  );
  return result;
}

const FOLDER_KEY = 'model_external_initializers_file_folder_path';

const WEIGHTS_KEY = 'optimized_model_external_initializers_file_name';

type Extra = { readonly session?: Readonly<Record<string, unknown>> };

/** An output of a session is not a tensor. */
export class NoTensor extends Error {
  override readonly name: string = 'NoTensor';
  readonly value: string;

  constructor(value: string) {
    super(`"${value}" is not a tensor but a sequence or an optional, which no run can give`);
    this.value = value;
  }
}

/** What `ort.env` says of its runtime. */
export interface RuntimeVersions {
  readonly versions?: { readonly node?: unknown; readonly web?: unknown };
}

export class SessionMaker<T extends OnnxTensor> {
  readonly runtime: SessionClass<T>;
  /** Of the model as it was read, weights included. */
  readonly fileSize: number;
  /** As the user gave them. */
  readonly sessionOptions: OnnxSessionOptions;
  /** The model, without large weights, which it refers to. */
  readonly bytes: Uint8Array;
  /** The package of the runtime, as far as it tells. */
  readonly packageName: 'onnxruntime-node' | 'onnxruntime-web';
  readonly #source: OnnxSource;
  readonly #opened: OpenSource;
  /** The user's, with the place of the weights. */
  readonly #options: OnnxSessionOptions;

  constructor(
    runtime: SessionClass<T>,
    source: OnnxSource,
    { bytes, source: opened }: { readonly bytes: Uint8Array; readonly source: OpenSource },
    sessionOptions: OnnxSessionOptions,
    env?: RuntimeVersions,
  ) {
    const { file, data } = opened;
    const { node, web } = env?.versions ?? {};
    const isNode = node !== undefined || (web === undefined && 'process' in globalThis);
    this.packageName = isNode ? 'onnxruntime-node' : 'onnxruntime-web';
    this.runtime = runtime;
    this.fileSize = opened.bytes.size;
    this.sessionOptions = sessionOptions;
    this.#source = source;
    this.bytes = bytes;
    this.#opened = opened;
    if (file !== undefined) {
      const { session, ...rest } = (sessionOptions.extra ?? {}) as Extra;
      const extra = { ...rest, session: { [FOLDER_KEY]: file.directory, ...session } };
      this.#options = { ...sessionOptions, extra };
    } else if (bytes.length < this.fileSize) {
      const externalData = [...(sessionOptions.externalData ?? []), { path: locationOf(opened), data }];
      this.#options = { ...sessionOptions, externalData };
    } else this.#options = sessionOptions;
  }

  /** Whether it computes on WebGPU. */
  get isOnDevice(): boolean {
    const nameOf = (provider: unknown) => (provider as { readonly name?: unknown } | null)?.name ?? provider;
    return this.sessionOptions.executionProviders?.some((provider) => nameOf(provider) === 'webgpu') === true;
  }

  /** Creates a session of the model as it is. */
  plain(): Promise<OnnxSession<T>> {
    return oneAtATime(this.runtime, () => this.runtime.create(this.#source, this.sessionOptions));
  }

  /**
   * Reads weights that the model refers to.
   * @param location the name of their file @param length undefined: up to its end
   * @throws Error if the file cannot be read
   */
  async readWeights(location: string, offset: number, length: number | undefined): Promise<Uint8Array> {
    const { file } = this.#opened;
    const isOwn = location === locationOf(this.#opened);
    const given = this.sessionOptions.externalData?.find((one) => typeof one !== 'string' && one.path === location);
    const held = isOwn ? this.#source : (given as { readonly data?: unknown } | undefined)?.data;
    const source = held ?? (file === undefined ? location : `${file.directory}/${location}`);
    const opened = await openSource('the weights of the model', source as OnnxSource);
    try {
      return opened.bytes.read(offset, length === undefined ? opened.bytes.size : offset + length).slice();
    } finally {
      opened.close();
    }
  }

  /**
   * Creates a session of a changed model, whose weights are where they were.
   * @throws NoTensor for an output that is not a tensor. The runtime itself would fail only in the first run
   */
  async create(model: Uint8Array): Promise<OnnxSession<T>> {
    const session = await oneAtATime(this.runtime, () => this.runtime.create(model, this.#options));
    const other = session.outputMetadata?.find(({ isTensor }) => isTensor === false);
    if (other === undefined) return session;
    await this.release(session);
    throw new NoTensor(other.name);
  }

  /**
   * Creates a session of the model that times its nodes.
   * @param prefix of the path of the profile, which the runtime writes
   * @param optimized the path of the model as it runs, which the runtime writes too
   */
  profiled(prefix: string, optimized: string): Promise<OnnxSession<T>> {
    const { session, ...extra } = (this.#options.extra ?? {}) as Extra;
    const options = {
      ...this.#options,
      enableProfiling: true,
      profileFilePrefix: prefix,
      optimizedModelFilePath: optimized,
      // In a file of their own: a model of more than 2 GB cannot be written.
      extra: { ...extra, session: { ...session, [WEIGHTS_KEY]: 'weights.bin' } },
      // Without the warning that the optimized model is for this machine alone.
      logSeverityLevel: 3,
    };
    return oneAtATime(this.runtime, () => this.runtime.create(this.bytes, options));
  }

  release(session: OnnxSession<T>): Promise<void> {
    return oneAtATime(this.runtime, () => session.release());
  }
}
