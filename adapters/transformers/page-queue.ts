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

/** Part of the name of a function in stack traces: minifiers keep the names of properties. */
const MARK = 'layertapRunsHooks';

/** How many runs with hooks have not ended. */
let running = 0;

/** How many hooks are being called, one inside another: not those that have come to an `await`. */
let calling = 0;

/** Calls a hook. */
export function callHook(hook: () => unknown): unknown {
  calling++;
  try {
    return hook();
  } finally {
    calling--;
  }
}

const marked = {
  async [MARK]<R>(run: () => Promise<R>): Promise<R> {
    running++;
    try {
      return await run();
    } finally {
      running--;
    }
  },
};

/**
 * Makes a failed run of a session fail for its caller alone, and a run that its hooks start fail at once. Install it after the
 * interceptor that runs the hooks.
 */
export function queuedRuns<T extends OnnxTensor>(session: OnnxSession<T>): Interceptor {
  const run: MethodInterceptor<OnnxSession<T>['run']> = new MethodInterceptor(session, 'run', async (...given) => {
    try {
      return await marked[MARK](() => Reflect.apply(run.original, session, given));
    } catch (cause) {
      return throwing<T>(cause);
    }
  });
  const guard = guardOf(session);
  return {
    install() {
      run.install();
      guard.install(session);
    },
    uninstall() {
      run.uninstall();
      guard.uninstall(session);
    },
  };
}

const guards = new WeakMap<object, NameGuard>();

/** The guard of the class of a session. */
function guardOf(session: object): NameGuard {
  let owner = session;
  while (!Object.hasOwn(owner, 'inputNames')) owner = Object.getPrototypeOf(owner) as object;
  const guard = guards.get(owner) ?? new NameGuard(owner);
  guards.set(owner, guard);
  return guard;
}

/**
 * Refuses that transformers.js starts a run inside a hook. Before it queues one, of whatever session, it reads the names of the
 * session's inputs: there a hook is being called; or, after an `await` of the hook, the stack trace shows it. In Firefox and
 * Safari stack traces end at an `await`, and nothing else tells then whose run it is: native functions that await call no
 * `then` that could be replaced.
 */
class NameGuard {
  readonly #owner: object;
  readonly #found: PropertyDescriptor;
  readonly #guard: PropertyDescriptor;
  /** Sessions with hooks. */
  readonly #sessions = new Set<object>();

  /** @param owner of the accessor `inputNames` of sessions */
  constructor(owner: object) {
    const found = Object.getOwnPropertyDescriptor(owner, 'inputNames')!;
    this.#owner = owner;
    this.#found = found;
    const named = {
      // Stack traces of Firefox have the name of the function alone, not that of the property.
      get inputNames(): unknown {
        if (running > 0) checkStack();
        return Reflect.apply(found.get!, this, []);
      },
    };
    this.#guard = { ...found, get: Object.getOwnPropertyDescriptor(named, 'inputNames')!.get! };
  }

  install(session: object): void {
    this.#sessions.add(session);
    const { configurable, get } = this.#current;
    if (configurable && get !== undefined && get === this.#found.get) this.#define(this.#guard);
  }

  uninstall(session: object): void {
    this.#sessions.delete(session);
    if (this.#sessions.size === 0 && this.#current.get === this.#guard.get) this.#define(this.#found);
  }

  get #current(): PropertyDescriptor {
    return Object.getOwnPropertyDescriptor(this.#owner, 'inputNames') ?? {};
  }

  #define(property: PropertyDescriptor): void {
    Object.defineProperty(this.#owner, 'inputNames', property);
  }
}

/** @throws Error in a hook, but for the runtime's own `run` */
function checkStack(): void {
  // Only V8 has a limit.
  const limits = Error as { stackTraceLimit?: number };
  const { stackTraceLimit = 0 } = limits;
  limits.stackTraceLimit = Number.POSITIVE_INFINITY;
  const lines = (new Error().stack ?? '').split('\n');
  limits.stackTraceLimit = stackTraceLimit;
  const reader = lines.findIndex((line) => /\binputNames\b/.test(line)) + 1;
  const isInside = calling > 0 || lines.some((line) => line.includes(MARK));
  if (/\brun\b/.test(lines[reader] ?? '') || !isInside) return;
  throw new Error(
    'a run of transformers.js cannot be started inside a hook in a page or worker: it would wait for the run of the hook\n' +
      "  expected: `await net.session('model')(feeds)` in the hook, or a run after that of the hook",
  );
}

/** Outputs that throw an error where they are read, which is after the chain. */
function throwing<T extends OnnxTensor>(cause: unknown): OnnxTensors<T> {
  const fail = () => {
    throw cause;
  };
  // A promise resolves to it: it is asked for `then` alone.
  const get = (_target: object, key: PropertyKey) => (key === 'then' ? undefined : fail());
  return new Proxy({}, { get, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail });
}
