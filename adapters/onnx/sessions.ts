/** @file Creates sessions of one model, with outputs added to it and its weights read in place. */
import { FieldReader } from '../../src/adapter.ts';
import type { OnnxSession, OnnxSessionOptions, OnnxTensor, SessionClass } from './ort.ts';
import type { OnnxSource, ReadSource } from './source.ts';
import { type Chunks, integerField, joined, messageField, textField } from './write-message.ts';

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

/** The name by which external weights refer to a model that was given as bytes. */
const OWN_FILE = 'layertap.weights';
/** Smaller models are copied whole. */
const MIN_MODEL_BYTES = 16_384;
const FOLDER_KEY = 'model_external_initializers_file_folder_path';

type Extra = { readonly session?: Readonly<Record<string, unknown>> };

export class SessionMaker<T extends OnnxTensor> {
  readonly runtime: SessionClass<T>;
  /** Of the model as it was read, weights included. */
  readonly fileSize: number;
  /** As the user gave them. */
  readonly sessionOptions: OnnxSessionOptions;
  readonly #source: OnnxSource;
  /** The model; a large one without its weights, which it refers to. */
  readonly #bytes: Uint8Array;
  /** The user's, with the place of the weights. */
  readonly #options: OnnxSessionOptions;

  constructor(
    runtime: SessionClass<T>,
    source: OnnxSource,
    { bytes, file }: ReadSource,
    sessionOptions: OnnxSessionOptions,
  ) {
    this.runtime = runtime;
    this.fileSize = bytes.length;
    this.sessionOptions = sessionOptions;
    this.#source = source;
    this.#bytes = bytes.length < MIN_MODEL_BYTES ? bytes : externalWeights(bytes, file?.name ?? OWN_FILE);
    if (file !== undefined) {
      const { session, ...rest } = (sessionOptions.extra ?? {}) as Extra;
      const extra = { ...rest, session: { [FOLDER_KEY]: file.directory, ...session } };
      this.#options = { ...sessionOptions, extra };
    } else if (bytes.length >= MIN_MODEL_BYTES) {
      const externalData = [...(sessionOptions.externalData ?? []), { path: OWN_FILE, data: bytes }];
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

/** Smaller weights are not worth a reference. */
const MIN_WEIGHT_BYTES = 1024;

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/**
 * The model with its large weights as references to byte ranges of `bytes`: some KB instead of a copy of the weights.
 * Source: https://onnx.ai/onnx/repo-docs/ExternalData.html
 * @param location the file name in the references
 */
function externalWeights(bytes: Uint8Array, location: string): Uint8Array {
  const model = new FieldReader(bytes);
  const chunks = mapFields(model, 7, () => {
    const graph = model.message();
    const weights = () => {
      const reference = referenceTo(bytes, graph.message(), location);
      return reference && messageField(5, reference);
    };
    return messageField(7, mapFields(graph, 5, weights));
  });
  return joined(chunks);
}

/** A TensorProto with its values by reference; undefined for one that is small or external already. */
function referenceTo(bytes: Uint8Array, field: FieldReader, location: string): Chunks | undefined {
  const rest: Uint8Array[] = [];
  let values: Uint8Array | undefined;
  while (field.next()) {
    if (field.number === 13 || field.number === 14) return undefined;
    // raw_data, or packed floats or doubles, whose bytes are the same.
    if (field.number === 9 || ((field.number === 4 || field.number === 10) && isPacked(field))) {
      if (values !== undefined) return undefined;
      values = field.bytes();
    } else rest.push(field.raw());
  }
  if (values === undefined || values.length < MIN_WEIGHT_BYTES) return undefined;
  const entries = { location, offset: values.byteOffset - bytes.byteOffset, length: values.length };
  return [
    ...rest,
    ...Object.entries(entries).flatMap(([key, value]) =>
      messageField(13, [...textField(1, key), ...textField(2, String(value))]),
    ),
    ...integerField(14, EXTERNAL),
  ];
}

/** Whether the wire type is a length: a single number has none. */
const isPacked = (field: FieldReader) => (field.raw()[0]! & 7) === 2;
