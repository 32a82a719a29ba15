/** @file Running a model with temporary hooks. */
import { absorb, check, className, FUNCTION, isThenable, mismatch, type Rule, rule } from '../check/index.ts';
import { type Hookable, isHookable, optionsOf, readerOf, type TensorReader, withHooks } from '../hooks/index.ts';

/** The inputs that a model is called with, as an array, or a function that runs it, several times perhaps. */
export type RunInputs<M extends Hookable = Hookable> = Readonly<Parameters<M['forward']>> | ((model: M) => unknown);

/** The rules of options that several tools have. */
export const RUN_OPTIONS: Readonly<Record<'limit' | 'signal', Rule>> = {
  limit: rule('a number of bytes', (value) => typeof value === 'number' && value >= 0, RangeError),
  signal: rule('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.throwIfAborted === 'function'),
};

/** @throws TypeError for what is no module, or no inputs */
export function checkRun(where: string, model: unknown, inputs: unknown): void {
  if (!isHookable(model)) throw mismatch(where, 'the model', 'a module', model);
  if (Array.isArray(inputs)) return;
  check(where, 'the inputs', inputs, { ...FUNCTION, expected: 'an array, or a function that runs the model' });
}

/** What runs a model. It returns undefined where the framework frees outputs that nobody gets. */
export function runnerOf<M extends Hookable>(model: M, inputs: RunInputs<M>): () => unknown {
  if (typeof inputs === 'function') return () => inputs(model);
  const { discard } = optionsOf(model);
  const call = () => Reflect.apply(model, undefined, [...inputs]);
  return discard === undefined ? call : () => discard(call);
}

/** What is running asynchronously, by its modules. */
const pending = new WeakMap<Hookable, { readonly where: string }>();

const modulesOf = (model: Hookable): Hookable[] => [model, ...[...model.namedModules()].map(([, module]) => module)];

/** @throws Error while another tool runs the model asynchronously: the hooks of both would fire for the calls of both */
export function checkIdle(where: string, model: Hookable): void {
  const [other] = modulesOf(model).flatMap((module) => pending.get(module) ?? []);
  if (other === undefined) return;
  throw new Error(`${where}: ${other.where} still runs the model, and their calls would be mixed up: await it first`);
}

/**
 * Runs a model with temporary hooks. They are gone when the promise settles.
 * @param where names the tool
 * @param register registers the hooks
 * @param signal ends a run that hangs: what it still computes has no hooks
 * @returns what the model, or the function, returned; undefined where the framework frees it
 * @throws what the run throws; the reason of the signal; Error as {@link checkIdle}
 */
export async function runWithHooks<M extends Hookable>(
  where: string,
  model: M,
  inputs: RunInputs<M>,
  register: () => void,
  signal?: AbortSignal,
): Promise<unknown> {
  signal?.throwIfAborted();
  checkIdle(where, model);
  const modules = modulesOf(model);
  const own = { where };
  const run = runnerOf(model, inputs);
  const marked = () => {
    const result = run();
    if (isThenable(result)) for (const module of modules) pending.set(module, own);
    return result;
  };
  try {
    return await runUntil(register, marked, signal);
  } finally {
    for (const module of modules) if (pending.get(module) === own) pending.delete(module);
  }
}

async function runUntil(register: () => void, run: () => unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return withHooks(register, run);
  let stop!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
  });
  absorb(aborted);
  signal.addEventListener('abort', stop);
  try {
    return await withHooks(register, () => Promise.race([run(), aborted]));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** @throws TypeError for a module without a reader: none of its tensors could be found */
export function readerThatTells(where: string, path: string, module: Hookable): TensorReader {
  const reader = readerOf(module);
  if (reader !== undefined) return reader;
  throw new TypeError(
    `${where}: ${path || 'the model'} must have a TensorReader, which tells its tensors, got none: attach(object, method, { reader })`,
  );
}

/** The name of a module's class, as its repr begins with it: adapters print the framework's name there. */
export function kindOfModule(module: Hookable): string {
  const [kind] = /^[\p{L}_$][\p{L}\p{N}_$.]*(?=\()/u.exec(String(module)) ?? [];
  return kind ?? className(module);
}

/** Whether a framework computes a module in a graph, where hooks cannot replace inputs but edits can replace outputs. */
export const computedInGraph = (module: Hookable): boolean => {
  const { unsupported, validateEdit } = optionsOf(module);
  return validateEdit !== undefined && unsupported?.edit === undefined && readerOf(module)?.withValues !== undefined;
};
