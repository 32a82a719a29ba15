/** @file Creates sessions of one model, with outputs and nodes added to it. */
import { FieldReader } from '../../src/adapter.ts';
import type { OnnxSession, OnnxSessionOptions, OnnxTensor, SessionClass } from './ort.ts';
import { locationOf, type OnnxSource, type OpenSource } from './source.ts';
import { type Chunks, joined, messageField, textField } from './write-message.ts';

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

type Extra = { readonly session?: Readonly<Record<string, unknown>> };

export class SessionMaker<T extends OnnxTensor> {
  readonly runtime: SessionClass<T>;
  /** Of the model as it was read, weights included. */
  readonly fileSize: number;
  /** As the user gave them. */
  readonly sessionOptions: OnnxSessionOptions;
  readonly #source: OnnxSource;
  /** The model, without large weights, which it refers to. */
  readonly #bytes: Uint8Array;
  /** The user's, with the place of the weights. */
  readonly #options: OnnxSessionOptions;

  constructor(
    runtime: SessionClass<T>,
    source: OnnxSource,
    { bytes, source: opened }: { readonly bytes: Uint8Array; readonly source: OpenSource },
    sessionOptions: OnnxSessionOptions,
  ) {
    const { file, data } = opened;
    this.runtime = runtime;
    this.fileSize = opened.bytes.size;
    this.sessionOptions = sessionOptions;
    this.#source = source;
    this.#bytes = bytes;
    if (file !== undefined) {
      const { session, ...rest } = (sessionOptions.extra ?? {}) as Extra;
      const extra = { ...rest, session: { [FOLDER_KEY]: file.directory, ...session } };
      this.#options = { ...sessionOptions, extra };
    } else if (bytes.length < this.fileSize) {
      const externalData = [...(sessionOptions.externalData ?? []), { path: locationOf(opened), data }];
      this.#options = { ...sessionOptions, externalData };
    } else this.#options = sessionOptions;
  }

  /** Creates a session of the model as it is. */
  plain(): Promise<OnnxSession<T>> {
    return oneAtATime(this.runtime, () => this.runtime.create(this.#source, this.sessionOptions));
  }

  /**
   * Creates a session of the model with ModelProto fields appended, which protobuf merges with those of the file.
   * @param renamed new names of values, for the nodes that compute them
   * @throws Error for an output that is no tensor, which the runtime would find out in the first run
   */
  async extended(fields: Chunks, renamed: ReadonlyMap<string, string> = new Map()): Promise<OnnxSession<T>> {
    const model = renamed.size === 0 ? [this.#bytes] : renameOutputs(this.#bytes, renamed);
    const bytes = joined([...model, ...fields]);
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

/** The model with other names for outputs of nodes, in pieces, most of them views of it. */
function renameOutputs(bytes: Uint8Array, renamed: ReadonlyMap<string, string>): Chunks {
  const renamedNode = (node: FieldReader) =>
    mapFields(node, 2, () => [...textField(2, renamed.get(node.text()) ?? node.text())]);
  const model = new FieldReader(bytes);
  return mapFields(model, 7, () => {
    const graph = model.message();
    return messageField(
      7,
      mapFields(graph, 1, () => {
        const outputs = graph.message();
        let isRenamed = false;
        while (outputs.next()) isRenamed ||= outputs.number === 2 && renamed.has(outputs.text());
        return isRenamed ? messageField(1, renamedNode(graph.message())) : undefined;
      }),
    );
  });
}

/** The fields of a message. `map` may replace those of one number; undefined leaves them as they are. */
function mapFields(message: FieldReader, number: number, map: () => Chunks | undefined): Chunks {
  const chunks: Uint8Array[] = [];
  while (message.next()) {
    const mapped = message.number === number ? map() : undefined;
    if (mapped === undefined) chunks.push(message.raw());
    else chunks.push(...mapped);
  }
  return chunks;
}
