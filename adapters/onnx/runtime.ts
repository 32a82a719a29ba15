/** @file The sessions of one model in the runtime that the user brought. */
import type { OnnxRuntime, OnnxSession, OnnxSessionOptions, OnnxTensor } from './framework.ts';
import type { OnnxSource, ReadSource } from './source.ts';
import { withoutWeights } from './without-weights.ts';
import { type Chunks, joined } from './write-message.ts';

/** What makes sessions: `ort.InferenceSession`, which is the `constructor` of every session too. */
export type SessionClass<T extends OnnxTensor = OnnxTensor> = OnnxRuntime<T>['InferenceSession'];

/**
 * One native call at a time for each runtime: onnxruntime-web ends where two sessions are at work at once on WebGPU, and in
 * Node a run holds the thread anyway. Never held while a hook runs.
 */
const queues = new WeakMap<object, Promise<unknown>>();

export function oneAtATime<R>(runtime: object, call: () => Promise<R>): Promise<R> {
  const before = queues.get(runtime) ?? Promise.resolve();
  const result = before.then(call);
  queues.set(
    runtime,
    result.catch(() => {}),
  );
  return result;
}

/** What the references to weights call the model's own file, where that is given as bytes. */
const OWN_FILE = 'layertap.weights';
/** Below that a model is copied whole. */
const SMALL = 16_384;
const FOLDER_KEY = 'model_external_initializers_file_folder_path';

type Extra = { readonly session?: Readonly<Record<string, unknown>> };

/** Makes sessions of a model with something added to it. */
export class SessionMaker<T extends OnnxTensor> {
  readonly runtime: SessionClass<T>;
  /** The whole model, or all but its weights. */
  readonly bytes: Uint8Array;
  /** How many bytes the weights and all else have. */
  readonly fileSize: number;
  readonly #source: OnnxSource;
  /** As they were given. */
  readonly sessionOptions: OnnxSessionOptions;
  readonly #options: OnnxSessionOptions;

  constructor(
    runtime: SessionClass<T>,
    source: OnnxSource,
    { bytes, file }: ReadSource,
    sessionOptions: OnnxSessionOptions,
  ) {
    this.runtime = runtime;
    this.fileSize = bytes.length;
    this.#source = source;
    this.sessionOptions = sessionOptions;
    if (file !== undefined) {
      const { session, ...rest } = (sessionOptions.extra ?? {}) as Extra;
      const extra = { ...rest, session: { [FOLDER_KEY]: file.directory, ...session } };
      this.#options = { ...sessionOptions, extra };
    } else if (bytes.length >= SMALL) {
      const externalData = [...(sessionOptions.externalData ?? []), { path: OWN_FILE, data: bytes }];
      this.#options = { ...sessionOptions, externalData };
    } else this.#options = sessionOptions;
    this.bytes = bytes.length < SMALL ? bytes : withoutWeights(bytes, file?.name ?? OWN_FILE);
  }

  /** A session of the model as it is. */
  plain(): Promise<OnnxSession<T>> {
    return oneAtATime(this.runtime, () => this.runtime.create(this.#source, this.sessionOptions));
  }

  /**
   * A session of the model with fields of its message appended: what is in them is added to what is in the model.
   * @throws Error where it has an output that is no tensor: the runtime finds that out in the first run
   */
  async extended(fields: Chunks): Promise<OnnxSession<T>> {
    const bytes = joined([this.bytes, ...fields]);
    const session = await oneAtATime(this.runtime, () => this.runtime.create(bytes, this.#options));
    const other = session.outputMetadata?.find(({ isTensor }) => isTensor === false);
    if (other === undefined) return session;
    await this.release(session);
    throw new Error(`"${other.name}" is no tensor but a sequence or an optional, which no run can give`);
  }

  release(session: OnnxSession<T>): Promise<void> {
    return oneAtATime(this.runtime, () => session.release());
  }
}
