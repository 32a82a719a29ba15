/** @file Records what sessions are created from, so that others can be created like them. */
import { describe, handleOf, MethodInterceptor } from '../../src/adapter.ts';
import type { Handle } from '../../src/index.ts';
import type { OnnxRuntime, OnnxSession, OnnxSessionOptions, OnnxSource } from '../onnx/index.ts';

export interface RecordedSession {
  readonly source: OnnxSource;
  readonly sessionOptions: OnnxSessionOptions;
}

interface Watched {
  readonly record: RecordedSession;
  /** Awaited before the session is released. */
  onRelease: (() => Promise<void>) | undefined;
}

const watched = new WeakMap<object, Watched>();
const released = new WeakSet<object>();

/** What a session was created from, if that was recorded and it has not been released. */
export const recordOf = (session: object): RecordedSession | undefined => watched.get(session)?.record;

/** Whether a recorded session has been released. */
export const wasReleased = (session: object): boolean => released.has(session);

/** Has one function called, and awaited, before a recorded session is released. */
export function beforeRelease(session: object, call: () => Promise<void>): void {
  const one = watched.get(session);
  if (one !== undefined) one.onRelease = call;
}

/**
 * Records the file and the options of every session that ONNX Runtime creates until the handle is removed: call it before
 * `pipeline(…)` or `from_pretrained(…)`. In browsers a record keeps the bytes of the file until the session is released; to see
 * that, each recorded session gets a `release` of its own.
 * @param ort the ONNX Runtime that transformers.js uses: onnxruntime-node, in browsers onnxruntime-web/webgpu
 * @example
 * const recording = recordSources(ort);
 * const generate = await pipeline('text-generation', 'my-model');
 * recording.remove();
 * const net = await wrapTransformers(generate);
 * @returns a handle whose `remove()` ends the recording; what was recorded stays
 * @throws TypeError for anything but an ONNX Runtime
 */
export function recordSources(ort: OnnxRuntime): Handle {
  const runtime = ort?.InferenceSession;
  if (typeof runtime?.create !== 'function') {
    throw new TypeError(
      `recordSources(): the argument must be ort, the namespace of onnxruntime-node or onnxruntime-web, got ${describe(ort)}`,
    );
  }
  const interceptor = new MethodInterceptor(runtime, 'create', async (...given: unknown[]) => {
    const session: OnnxSession = await Reflect.apply(interceptor.original, runtime, given);
    watch(session, readArguments(given));
    return session;
  });
  interceptor.install();
  return handleOf(() => interceptor.uninstall());
}

/** Watches the release of a session: what was created for its hooks has to end with it, also while none are registered. */
function watch(session: OnnxSession, record: RecordedSession): void {
  const one: Watched = { record, onRelease: undefined };
  const release = new MethodInterceptor(session, 'release', async () => {
    watched.delete(session);
    released.add(session);
    await one.onRelease?.();
    await Reflect.apply(release.original, session, []);
  });
  release.install();
  watched.set(session, one);
}

/** The arguments of `InferenceSession.create`: a path or bytes, or a part of a buffer; then options. */
function readArguments([source, ...more]: readonly unknown[]): RecordedSession {
  const [offset, length] = more;
  if (typeof offset !== 'number') return { source: source as OnnxSource, sessionOptions: optionsOf(offset) };
  const size = typeof length === 'number' ? length : undefined;
  const part = new Uint8Array(source as ArrayBuffer, offset, size);
  return { source: part, sessionOptions: optionsOf(more.at(-1)) };
}

const optionsOf = (given: unknown): OnnxSessionOptions =>
  typeof given === 'object' && given !== null ? { ...(given as OnnxSessionOptions) } : {};
