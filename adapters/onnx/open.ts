/** @file Opens a model: only read, with sessions of its own, or around a session that exists. */
import { checkOptions, describe } from '../../src/adapter.ts';
import type { CallHook } from './hooked-calls.ts';
import { OnnxModel } from './model.ts';
import type { OnnxRuntime, OnnxSession, OnnxSessionOptions, OnnxTensor, SessionClass } from './ort.ts';
import { type ReadModel, readModel } from './read-model.ts';
import { type RuntimeVersions, SessionMaker } from './sessions.ts';
import { locationOf, type OnnxSource, type OpenSource, openSource } from './source.ts';
import type { Interceptor } from './wrapped-session.ts';

/** Options of {@link createOnnx}. */
export interface OnnxOptions {
  /**
   * ONNX Runtime's options, execution providers among them, for every session that is created. For a wrapped session, those
   * that it was created with. Default: ONNX Runtime's own.
   */
  readonly sessionOptions?: OnnxSessionOptions;
}

/** Options of {@link wrapOnnx}. */
export interface WrapOptions extends OnnxOptions {
  /** Installed while anything is registered, after the session's `run` and `release` are replaced. For adapters. */
  readonly interceptors?: readonly Interceptor[];
  /** Calls each hook on a module or node, and gives what it gives. For adapters that have to know when one is being called. */
  readonly around?: CallHook;
}

/**
 * Reads the modules and nodes of a model, without a runtime. No hooks can be registered on it.
 * @param source the bytes of an .onnx file, its URL, or in Node its path
 * @example for (const [path, module] of (await readOnnx('model.onnx')).namedModules()) console.log(path, String(module));
 * @throws TypeError for anything but an ONNX model; Error where it cannot be read
 */
export async function readOnnx(source: OnnxSource): Promise<OnnxModel> {
  return new OnnxModel('readOnnx()', await read('readOnnx()', source));
}

/**
 * Opens a model with hooks on every module and node. The first run, or `prepare()`, creates its session with what the hooks
 * need. Call `release()` in the end.
 * @param ort ONNX Runtime as you imported it: onnxruntime-node or onnxruntime-web
 * @param source the bytes of an .onnx file, its URL, or in Node its path
 * @example
 * const net = await createOnnx(ort, 'model.onnx');
 * select(net, ofOp('Softmax')).observe(({ path, output }) => console.log(path, output.dims));
 * const { logits } = await net({ input_ids });
 * @throws TypeError for anything but an ONNX Runtime and an ONNX model; Error where it cannot be read
 */
export async function createOnnx<T extends OnnxTensor>(
  ort: OnnxRuntime<T>,
  source: OnnxSource,
  options: OnnxOptions = {},
): Promise<OnnxModel<T>> {
  const where = 'createOnnx()';
  const sessionOptions = readOptions(where, options);
  if (typeof ort?.InferenceSession?.create !== 'function') {
    throw new TypeError(
      `${where}: the first argument must be ort, the namespace of onnxruntime-node or onnxruntime-web, got ${describe(ort)}`,
    );
  }
  const model = await open(where, source, sessionOptions);
  const { env } = ort as { readonly env?: RuntimeVersions };
  return new OnnxModel(where, model, new SessionMaker(ort.InferenceSession, source, model, sessionOptions, env));
}

const wrapped = new WeakMap<object, OnnxModel<never>>();

/**
 * Adds hooks to an existing session: while anything is registered, its `run` runs them; after the last one is removed, the
 * session is as it was found. A session has one model, until that is released.
 * @param source what the session was created from: the bytes of the .onnx file, its URL, or in Node its path
 * @example
 * const net = await wrapOnnx(session, 'model.onnx');
 * const handle = net.getSubmodule('encoder.layers.0').registerForwardHook((layer, inputs, output) => draw(output));
 * await session.run({ input_ids });
 * handle.remove();
 * @throws TypeError for anything but a session of ONNX Runtime and an ONNX model, and for a model with other outputs;
 *   Error where it cannot be read
 */
export async function wrapOnnx<T extends OnnxTensor>(
  session: OnnxSession<T>,
  source: OnnxSource,
  options: WrapOptions = {},
): Promise<OnnxModel<T>> {
  const where = 'wrapOnnx()';
  const sessionOptions = readOptions(where, options, 'interceptors', 'around');
  const runtime = session?.constructor as Partial<SessionClass<T>> | undefined;
  if (typeof session?.run !== 'function' || typeof runtime?.create !== 'function') {
    throw new TypeError(
      `${where}: the first argument must be an InferenceSession of ONNX Runtime, got ${describe(session)}`,
    );
  }
  const found = modelOf(session);
  if (found !== undefined) return found;
  const model = await open(where, source, sessionOptions);
  const names = [...model.graph.outputs.keys()];
  if (session.outputNames.some((name) => !names.includes(name))) {
    throw new TypeError(
      `${where}: the source is not what the session was created from\n  got: a model whose outputs are ${names.join(', ')}\n  expected: ${session.outputNames.join(', ')}`,
    );
  }
  // Another call may have been faster.
  const other = modelOf(session);
  if (other !== undefined) return other;
  const maker = new SessionMaker(runtime as SessionClass<T>, source, model, sessionOptions);
  const net = new OnnxModel<T>(where, model, maker, session, options.interceptors, options.around);
  wrapped.set(session, net as unknown as OnnxModel<never>);
  return net;
}

/** The model of a session, if it has one that is not released. */
function modelOf<T extends OnnxTensor>(session: OnnxSession<T>): OnnxModel<T> | undefined {
  const found = wrapped.get(session) as unknown as OnnxModel<T> | undefined;
  return found?.isReleased === false ? found : undefined;
}

type Opened = ReadModel & { readonly source: OpenSource };

async function read(where: string, source: OnnxSource): Promise<Opened> {
  const opened = await openSource(where, source);
  try {
    return { ...readModel(where, opened.bytes, locationOf(opened)), source: opened };
  } finally {
    opened.close();
  }
}

async function open(where: string, given: OnnxSource, { externalData = [] }: OnnxSessionOptions): Promise<Opened> {
  const opened = await read(where, given);
  const { source, graph } = opened;
  const known = [locationOf(source), ...externalData.map((one) => (typeof one === 'string' ? one : one.path))];
  const missing = [...graph.weights.values()].find(({ file }) => file !== undefined && !known.includes(file));
  if (missing !== undefined && source.file === undefined) {
    throw new TypeError(
      `${where}: weights of the model are in another file, "${missing.file}"\n  expected: sessionOptions with externalData: [{ path: ${JSON.stringify(missing.file)}, data }], or the path of the model in Node`,
    );
  }
  return opened;
}

function readOptions(where: string, options: OnnxOptions, ...more: string[]): OnnxSessionOptions {
  checkOptions(where, options, ['sessionOptions', ...more]);
  return options.sessionOptions ?? {};
}
