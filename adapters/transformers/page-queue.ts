/**
 * @file In pages and workers, transformers.js queues its runs in one chain of promises, whatever their model. A run that waits
 * for a later one waits for ever, and once a run is rejected, all later ones are. The interceptors here prevent both.
 */
import { MethodInterceptor } from '../../src/adapter.ts';
import type { Interceptor, OnnxSession, OnnxTensor, OnnxTensors } from '../onnx/index.ts';

/** Whether transformers.js queues its runs: not in Node. */
export function queuesRuns(): boolean {
  const { window, Deno, WorkerGlobalScope } = globalThis as unknown as Record<
    string,
    { document?: unknown } | undefined
  >;
  return window?.document !== undefined || Deno !== undefined || WorkerGlobalScope !== undefined;
}

/** Makes a failed run of a session fail for its caller alone. Install it after the interceptor that runs the hooks. */
export function failingAlone<T extends OnnxTensor>(session: OnnxSession<T>): Interceptor {
  const interceptor: MethodInterceptor<OnnxSession<T>['run']> = new MethodInterceptor(
    session,
    'run',
    async (...given) => {
      try {
        return await Reflect.apply(interceptor.original, session, given);
      } catch (cause) {
        return throwing<T>(cause);
      }
    },
  );
  return interceptor;
}

/** Outputs that throw an error where they are read, which is behind the chain. */
function throwing<T extends OnnxTensor>(cause: unknown): OnnxTensors<T> {
  const fail = () => {
    throw cause;
  };
  // A promise resolves to it: it is asked for `then` alone.
  const get = (_target: object, key: PropertyKey) => (key === 'then' ? undefined : fail());
  return new Proxy({}, { get, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail });
}
