/**
 * @file The contract of docs/hooks.md and docs/rxjs.md as a model: slow, obvious, and written from the pages, not from
 * the source. Plain lists that are copied before anything walks them.
 */
import { Chain, type Sink, type Surroundings } from './oracle-operators.ts';
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

/** A hook that stands somewhere: one for each module that it was registered on. */
interface Entry {
  hook: Hook;
  /** Under the root that it was selected from. */
  path: string;
  calls: number;
  /** An observer's. */
  errorsInARow: number;
  /** A transform's: a chain for each level of nesting, and the level that is next. */
  chains: (Chain | undefined)[];
  level: number;
  reportedLate: boolean;
  /** A subscriber's: the same for all that were selected together. */
  subscription: { closed: boolean; seen: number };
}

/** In the order in which they run; `transform` stands among `forward`. */
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
  /** How many calls of each module have started with anything registered there or above. */
  const started = modules.map(() => 0);
  /** What is registered while a `register` of withHooks runs, the innermost last. */
  const collecting: Entry[][] = [];
  /** How often the operators of a registration were subscribed. */
  const subscriptions = new Map<Hook, number>();

  const stands = (entry: Entry) =>
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

  /** The modules below a root and itself, parents first, each once. */
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
    // 1: whoever registers while forward runs comes too late for such a call.
    if (!listened) return forward(index, inputs, child);
    return drive(steps(index, started[index]!++, above, inputs, child), kind === 'async');
  }

  /** One call. Yields each promise that it waits for, and gets what it resolved to. */
  function* steps(
    index: number,
    number: number,
    above: Table,
    given: readonly unknown[],
    child: (next: number, value: number) => unknown,
  ): Generator<Promise<unknown>, unknown, unknown> {
    const more = `, call ${number}`;
    // 8: an asynchronous module waits for every hook; another one for its hooks, once forward gave a promise.
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
      const gave = forward(index, inputs, child);
      if (isPromise(gave)) {
        waits = true;
        output = yield gave;
      } else output = gave;
      phase = [...above.forward, ...own[index]!.forward];
      for (const entry of phase) yield* fire(entry);
    } catch (error) {
      for (const entry of phase ?? [...above.forward, ...own[index]!.forward]) {
        const { data } = entry.hook;
        if (!('alwaysCall' in data) || !data.alwaysCall || fired.includes(entry)) continue;
        // The page does not say what becomes of a value given here: as in layertap, it is the next one's latest output.
        try {
          yield* fire(entry);
        } catch {
          log(`warning: ${entry.hook.name} silenced`);
        }
      }
      throw error;
    }
    // The page does not say when observers are copied: here, as in layertap, after the last hook.
    for (const entry of [...own[index]!.observers]) {
      if (entry.hook.data.kind === 'subscriber') tell(entry, entry.hook.data.takes, index, inputs, output, more);
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

  function tell(
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

  /** @throws LateEmissionError where it emits while it is subscribed */
  function newChain(entry: Entry): Chain {
    const { hook } = entry;
    if (hook.data.kind !== 'transform') throw new Error('not a transform');
    subscriptions.set(hook, (subscriptions.get(hook) ?? 0) + 1);
    const surroundings: Surroundings = {
      subscriptions: subscriptions.get(hook)!,
      call: (operator) => hook.operate(operator),
      later: (emit) => hook.later(emit),
    };
    const outside: Sink = {
      next() {
        if (entry.reportedLate || !stands(entry)) return;
        entry.reportedLate = true;
        log('report: LateEmissionError');
      },
      error() {
        entry.chains = entry.chains.map((other) => (other === chain ? undefined : other));
        if (stands(entry)) log('report: LateEmissionError of an error');
      },
      complete: () => completed(entry),
    };
    const chain = new Chain(hook.data.operators, surroundings, outside);
    if (chain.emitted.length > 0) throw named('LateEmissionError');
    return chain;
  }

  function completed(entry: Entry): void {
    if (!stands(entry)) return;
    remove(entry);
    log('report: transform completed');
  }

  /** Drives an output through a transform. */
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
      // The next call begins anew.
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

/** Runs the steps of a call: at once up to the first promise, and from there as a promise. */
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
