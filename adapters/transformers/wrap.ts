/** @file Wraps the sessions of a loaded pipeline or model. */
import { checkOptions, describe } from '../../src/adapter.ts';
import {
  type OnnxModel,
  type OnnxSession,
  type OnnxSessionOptions,
  type OnnxSource,
  type OnnxTensor,
  wrapOnnx,
} from '../onnx/index.ts';
import { TransformersModel } from './model.ts';
import { callHook, queuedRuns, queuesRuns } from './page-queue.ts';
import { beforeRelease, recordOf, wasReleased } from './record-sources.ts';
import type { TransformersModelLike, TransformersPipelineLike } from './transformers.ts';

/** Options of {@link wrapTransformers}. */
export interface TransformersOptions {
  /**
   * The file of a session, by the session's name (`model`, `decoder_model_merged`): its path, URL or bytes. Not needed for
   * recorded sessions.
   */
  readonly source?: (session: string) => OnnxSource;
  /**
   * The options that a session was created with, by its name. Needed with `source`, if the session was not recorded:
   * transformers.js sets execution providers, and on WebGPU where the cache is kept.
   */
  readonly sessionOptions?: (session: string) => OnnxSessionOptions;
}

const wrapped = new WeakMap<object, TransformersModel<never>>();

/**
 * Gives every module, node and value of a loaded model hooks that run whenever the pipeline or the model runs,
 * `model.generate()` included. Undone by `release()` of what it returns.
 * @param given what `pipeline(…)` or `from_pretrained(…)` gave
 * @example
 * const net = await wrapTransformers(classify);
 * select(net, 'model.bert.encoder.layer.*').observe(({ path, output }) => draw(path, output));
 * await classify('what a day');
 * @throws TypeError for anything but a loaded pipeline or model, and for a session whose file or options are not known; Error
 *   for a model that has been disposed of, and where a file cannot be read
 */
export async function wrapTransformers<T extends OnnxTensor = OnnxTensor>(
  given: TransformersPipelineLike<T> | TransformersModelLike<T>,
  options: TransformersOptions = {},
): Promise<TransformersModel<T>> {
  checkOptions('wrapTransformers()', options, ['source', 'sessionOptions']);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || typeof value === 'function') continue;
    throw new TypeError(
      `wrapTransformers(): option "${name}" must be a function of the session's name, got ${describe(value)}`,
    );
  }
  const sessions = sessionsOf<T>(given);
  const found = modelOf<T>(sessions);
  if (found !== undefined) return found;
  // Nothing is opened unless everything can be.
  const planned = Object.entries(sessions).map(([name, session]) => ({
    name,
    session,
    ...sourceOf(name, session, options),
  }));
  const models: [string, OnnxModel<T>][] = [];
  for (const { name, session, source, sessionOptions } of planned) {
    const queued = queuesRuns() ? { interceptors: [queuedRuns(session)], around: callHook } : {};
    const model = await wrapOnnx(session, source, { sessionOptions, ...queued });
    beforeRelease(session, () => model.release());
    models.push([name, model]);
  }
  // Another call may have been faster.
  const other = modelOf<T>(sessions);
  if (other !== undefined) return other;
  const net = new TransformersModel<T>(models);
  wrapped.set(sessions, net as unknown as TransformersModel<never>);
  return net;
}

function modelOf<T extends OnnxTensor>(sessions: object): TransformersModel<T> | undefined {
  const found = wrapped.get(sessions) as unknown as TransformersModel<T> | undefined;
  return found?.isReleased === false ? found : undefined;
}

function sourceOf(
  name: string,
  session: object,
  { source, sessionOptions }: TransformersOptions,
): { source: OnnxSource; sessionOptions: OnnxSessionOptions } {
  if (wasReleased(session)) throw new Error('wrapTransformers(): the model has been disposed of');
  const record = recordOf(session);
  const found = source?.(name) ?? record?.source;
  if (found === undefined) {
    throw new TypeError(
      `wrapTransformers(): the file of session "${name}" is not known: give source, or call recordSources(ort) before from_pretrained`,
    );
  }
  const known = sessionOptions?.(name) ?? record?.sessionOptions;
  if (known === undefined) {
    throw new TypeError(
      `wrapTransformers(): the options of session "${name}" are not known: give sessionOptions, or call recordSources(ort) before from_pretrained`,
    );
  }
  return { source: found, sessionOptions: known };
}

function sessionsOf<T extends OnnxTensor>(given: unknown): Readonly<Record<string, OnnxSession<T>>> {
  const { model, sessions = model?.sessions } = (given ?? {}) as Partial<
    TransformersPipelineLike<T> & TransformersModelLike<T>
  >;
  const all = typeof sessions === 'object' && sessions !== null ? Object.values(sessions) : [];
  if (all.length > 0 && all.every((session) => typeof session?.run === 'function')) return sessions!;
  throw new TypeError(
    `wrapTransformers(): the first argument must be a loaded pipeline or model of transformers.js, got ${describe(given)}${hint(given)}`,
  );
}

/** What is wrong with something that is nearly a model. */
function hint(given: unknown): string {
  if (typeof (given as PromiseLike<unknown> | null)?.then === 'function') return ': await it first';
  return typeof (given as { from_pretrained?: unknown } | null)?.from_pretrained === 'function'
    ? ': load it with from_pretrained()'
    : '';
}
