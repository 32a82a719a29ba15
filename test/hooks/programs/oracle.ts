/**
 * @file A model of the contract: slow, obvious, and written from docs/hooks.md and docs/rxjs.md, not from the source. It uses
 * plain lists and copies them before every loop.
 */
import { Chain, type Context, type Sink } from './oracle-operators.ts';
import { allPaths, selected } from './oracle-select.ts';
import {
  type Forward,
  type Hook,
  isPromise,
  type Listed,
  type Log,
  type ModuleData,
  type Removable,
  type Side,
} from './program.ts';

/** A registered hook. A selection makes one entry per module. */
interface Entry {
  hook: Hook;
  /** The path of the module under the root of the selection. */
  path: string;
  calls: number;
  /** For observers. */
  errorsInARow: number;
  /** For transforms: a chain per level of nesting, and the next level. */
  chains: (Chain | undefined)[];
  level: number;
  reportedLate: boolean;
  /** For subscribers: shared by the entries of a selection. */
  subscription: { closed: boolean; seen: number };
}

/** The hooks in the order in which they run. Transforms are in `forward`. */
interface Table {
  pre: Entry[];
  forward: Entry[];
  observers: Entry[];
}

const named = (name: string): Error => Object.assign(new Error(name), { name });
const refused = (hook: Hook): Error => new Error(`a promise from ${hook.name}`);
const changes = (value: unknown): boolean => value !== undefined && value !== null;
const emptyTable = (): Table => ({ pre: [], forward: [], observers: [] });

export function makeOracle(modules: readonly ModuleData[], forward: Forward, log: Log): Side {
  const globals = emptyTable();
  const own = modules.map(emptyTable);
  /** The number of calls of each module that started with anything registered on it or globally. */
  const started = modules.map(() => 0);
  /** The registrations of each running `register` of withHooks, the innermost last. */
  const collecting: Entry[][] = [];
  /** The number of subscriptions of the operators of each registration. */
  const subscriptions = new Map<Hook, number>();

  const isRegistered = (entry: Entry) =>
    [globals, ...own].some((table) => [...table.pre, ...table.forward, ...table.observers].includes(entry));

  function remove(entry: Entry): void {
    for (const table of [globals, ...own]) {
      table.pre = table.pre.filter((other) => other !== entry);
      table.forward = table.forward.filter((other) => other !== entry);
      table.observers = table.observers.filter((other) => other !== entry);
    }
  }

  function register(hook: Hook): Removable {
    const { data } = hook;
    const entries: Entry[] = [];
    const subscription = { closed: false, seen: 0 };
    const removeAll = () => {
      subscription.closed = true;
      entries.forEach(remove);
    };
    const add = (table: Table, path: string) => {
      const entry: Entry = {
        hook,
        path,
        calls: 0,
        errorsInARow: 0,
        chains: [],
        level: 0,
        reportedLate: false,
        subscription,
      };
      if (data.kind === 'transform') entry.chains = [newChain(entry)];
      const list = /observer|subscriber/.test(data.kind) ? 'observers' : data.kind.endsWith('pre') ? 'pre' : 'forward';
      if ('prepend' in data && data.prepend) table[list] = [entry, ...table[list]];
      else table[list] = [...table[list], entry];
      entries.push(entry);
      collecting.at(-1)?.push(entry);
    };
    if (!('module' in data)) add(globals, '');
    else if (data.selector === undefined) add(own[data.module]!, '');
    else {
      const found = selected(modules, data.module, data.selector);
      if (found.length === 0) throw new Error('select(): nothing in it matches this');
      try {
        for (const [path, module] of found) add(own[module]!, path);
      } catch (error) {
        removeAll();
        throw error;
      }
    }
    return { remove: removeAll, [Symbol.dispose]: removeAll };
  }

  function withHooks(register: () => void, run: () => unknown): unknown {
    const entries: Entry[] = [];
    collecting.push(entries);
    try {
      register();
    } catch (error) {
      entries.forEach(remove);
      throw error;
    } finally {
      collecting.splice(collecting.indexOf(entries), 1);
    }
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      entries.forEach(remove);
      throw error;
    }
    if (isPromise(result)) return result.finally(() => entries.forEach(remove));
    entries.forEach(remove);
    return result;
  }

  /** A root and the modules below it, parents first, each once. */
  const below = (root: number): number[] => [...new Set(allPaths(modules, root).map(([, module]) => module))];

  function removeAll(root: number): void {
    for (const index of below(root)) {
      const { pre, forward, observers } = own[index]!;
      for (const entry of [...pre, ...forward, ...observers]) remove(entry);
    }
  }

  function list(root: number): Listed[] {
    return below(root).flatMap((module) => {
      const { pre, forward, observers } = own[module]!;
      return [...pre, ...forward, ...observers].map(({ hook: { data, name }, calls }) => {
        const kind = data.kind === 'subscriber' ? 'observer' : data.kind;
        const verb = data.kind === 'subscriber' ? 'observe()' : data.kind === 'transform' ? 'transform()' : name;
        return { module, kind, name: verb, calls };
      });
    });
  }

  const hasHooks = ({ pre, forward, observers }: Table) => pre.length + forward.length + observers.length > 0;

  function call(index: number, inputs: readonly unknown[]): unknown {
    const { kind, made } = modules[index]!;
    const child = (next: number, value: number) => call(next, [value]);
    // 2: global hooks reach modules only, not attached methods.
    const above = made === 'class' ? globals : emptyTable();
    const listened = hasHooks(own[index]!) || hasHooks(above);
    // 1: a call that starts without hooks is just forward. Hooks registered meanwhile do not run in it.
    if (!listened) return forward(index, inputs, child);
    return drive(steps(index, started[index]!++, above, inputs, child), kind === 'async');
  }

  /** A call. Yields each promise that it awaits, and receives the resolved value. */
  function* steps(
    index: number,
    number: number,
    above: Table,
    given: readonly unknown[],
    child: (next: number, value: number) => unknown,
  ): Generator<Promise<unknown>, unknown, unknown> {
    const more = `, call ${number}`;
    // 8: an asynchronous module awaits all hooks; any other only those after forward, if that returns a promise.
    let waits = modules[index]!.kind === 'async';
    let inputs = given;
    let output: unknown;
    const fired: Entry[] = [];
    let phase: Entry[] | undefined;

    function* result(hook: Hook, returned: unknown): Generator<Promise<unknown>, unknown, unknown> {
      if (!isPromise(returned)) return returned;
      if (waits) return yield returned;
      returned.catch(() => {});
      throw refused(hook);
    }

    function* fire(entry: Entry): Generator<Promise<unknown>, void, unknown> {
      fired.push(entry);
      entry.calls++;
      const replacement =
        entry.hook.data.kind === 'transform'
          ? transformed(entry, output)
          : yield* result(entry.hook, entry.hook.fire(index, inputs, output, more));
      if (changes(replacement)) output = replacement;
    }

    try {
      for (const entry of [...above.pre, ...own[index]!.pre]) {
        entry.calls++;
        const replacement = yield* result(entry.hook, entry.hook.fire(index, inputs, undefined, more));
        if (changes(replacement)) inputs = Array.isArray(replacement) ? replacement : [replacement];
      }
      const returned = forward(index, inputs, child);
      if (isPromise(returned)) {
        waits = true;
        output = yield returned;
      } else output = returned;
      phase = [...above.forward, ...own[index]!.forward];
      for (const entry of phase) yield* fire(entry);
    } catch (error) {
      for (const entry of phase ?? [...above.forward, ...own[index]!.forward]) {
        const { data } = entry.hook;
        if (!('alwaysCall' in data) || !data.alwaysCall || fired.includes(entry)) continue;
        // Unspecified, so as in layertap: a value returned here becomes the output for the next hook.
        try {
          yield* fire(entry);
        } catch {
          log(`warning: ${entry.hook.name} silenced`);
        }
      }
      throw error;
    }
    // Unspecified, so as in layertap: the observers are copied after the last hook.
    for (const entry of [...own[index]!.observers]) {
      if (entry.hook.data.kind === 'subscriber') emit(entry, entry.hook.data.takes, index, inputs, output, more);
      else observe(entry, index, inputs, output, more);
    }
    return output;
  }

  function observe(entry: Entry, index: number, inputs: readonly unknown[], output: unknown, more: string): void {
    entry.calls++;
    const { name, fire } = entry.hook;
    const failed = () => {
      if (entry.errorsInARow === 3) return;
      log(`report: ${name} failed`);
      entry.errorsInARow++;
      if (entry.errorsInARow !== 3) return;
      remove(entry);
      log('report: observer removed');
    };
    const worked = () => {
      if (entry.errorsInARow < 3) entry.errorsInARow = 0;
    };
    try {
      const result = fire(index, inputs, output, `${more} of '${entry.path}'`);
      if (isPromise(result)) result.then(worked, failed);
      else worked();
    } catch {
      failed();
    }
  }

  function emit(
    entry: Entry,
    takes: number,
    index: number,
    inputs: readonly unknown[],
    output: unknown,
    more: string,
  ): void {
    entry.calls++;
    const { subscription, hook } = entry;
    if (subscription.closed) return;
    subscription.seen++;
    if (takes > 0 && subscription.seen > takes) return;
    hook.fire(index, inputs, output, `${more} of '${entry.path}'`);
    if (takes === 0 || subscription.seen < takes) return;
    subscription.closed = true;
    for (const table of own)
      for (const other of table.observers) if (other.subscription === subscription) remove(other);
  }

  /** @throws LateEmissionError if the operators emit during subscription */
  function newChain(entry: Entry): Chain {
    const { hook } = entry;
    if (hook.data.kind !== 'transform') throw new Error('not a transform');
    subscriptions.set(hook, (subscriptions.get(hook) ?? 0) + 1);
    const context: Context = {
      subscriptions: subscriptions.get(hook)!,
      call: (operator) => hook.operate(operator),
      later: (emit) => hook.later(emit),
    };
    const outside: Sink = {
      next() {
        if (entry.reportedLate || !isRegistered(entry)) return;
        entry.reportedLate = true;
        log('report: LateEmissionError');
      },
      error() {
        entry.chains = entry.chains.map((other) => (other === chain ? undefined : other));
        if (isRegistered(entry)) log('report: LateEmissionError of an error');
      },
      complete: () => completed(entry),
    };
    const chain = new Chain(hook.data.operators, context, outside);
    if (chain.emitted.length > 0) throw named('LateEmissionError');
    return chain;
  }

  function completed(entry: Entry): void {
    if (!isRegistered(entry)) return;
    remove(entry);
    log('report: transform completed');
  }

  /** The replacement that a transform emits for an output. */
  function transformed(entry: Entry, output: unknown): unknown {
    const level = entry.level++;
    let chain: Chain;
    try {
      chain = entry.chains[level] ??= newChain(entry);
      chain.drive(output);
    } finally {
      entry.level--;
    }
    const { emitted, failed } = chain;
    if (failed !== undefined) {
      // The next call subscribes again.
      entry.chains[level] = undefined;
      throw failed.error;
    }
    if (chain.completed) completed(entry);
    if (emitted.length > 1) throw named('TooManyEmissionsError');
    if (isPromise(emitted[0])) throw named('AsyncTransformError');
    return emitted[0];
  }

  return { call: (index, value) => call(index, [value]), register, withHooks, removeAll, list, close: () => {} };
}

/** Runs the steps of a call: synchronously up to the first promise, unless the module is asynchronous. */
function drive(steps: Generator<Promise<unknown>, unknown, unknown>, asynchronous: boolean): unknown {
  const go = async (first: () => IteratorResult<Promise<unknown>, unknown>): Promise<unknown> => {
    let step = first();
    while (!step.done) {
      let value: unknown;
      let failed = false;
      try {
        value = await step.value;
      } catch (error) {
        value = error;
        failed = true;
      }
      step = failed ? steps.throw(value) : steps.next(value);
    }
    return step.value;
  };
  if (asynchronous) return go(() => steps.next());
  const step = steps.next();
  return step.done ? step.value : go(() => step);
}
