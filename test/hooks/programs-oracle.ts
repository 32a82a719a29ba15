/**
 * @file The contract of docs/hooks.md as a model: slow, obvious, and written from the page, not from the source. Plain
 * lists that are copied before anything walks them, and operators that are loops.
 */
import type { Forward, Hook, Listed, Log, ModuleData, Operator, Side } from './programs.ts';
import { isPromise } from './programs.ts';

/** A hook that stands somewhere. */
interface Entry {
  hook: Hook;
  calls: number;
  /** An observer's. */
  errorsInARow: number;
  /** A transform's: a chain for each level of nesting, and the level that is next. */
  chains: (Chain | undefined)[];
  level: number;
  completed: boolean;
  removed: boolean;
}

/** A transform's operators with what they remember. */
interface Chain {
  counts: number[];
  completed: boolean;
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

const newChain = (operators: readonly Operator[]): Chain => ({ counts: operators.map(() => 0), completed: false });

export function makeOracle(modules: readonly ModuleData[], forward: Forward, log: Log): Side {
  const globals = emptyTable();
  const own = modules.map(emptyTable);

  function remove(entry: Entry): void {
    entry.removed = true;
    for (const table of [globals, ...own]) {
      table.pre = table.pre.filter((other) => other !== entry);
      table.forward = table.forward.filter((other) => other !== entry);
      table.observers = table.observers.filter((other) => other !== entry);
    }
  }

  function register(hook: Hook): () => void {
    const { data } = hook;
    const entry: Entry = {
      hook,
      calls: 0,
      errorsInARow: 0,
      chains: data.kind === 'transform' ? [newChain(data.operators)] : [],
      level: 0,
      completed: false,
      removed: false,
    };
    if (data.kind === 'transform' && data.operators.some(({ operator }) => operator === 'startWith')) {
      throw named('LateEmissionError');
    }
    const table = 'module' in data ? own[data.module]! : globals;
    const list = data.kind === 'observer' ? 'observers' : data.kind.endsWith('pre') ? 'pre' : 'forward';
    if ('prepend' in data && data.prepend) table[list] = [entry, ...table[list]];
    else table[list] = [...table[list], entry];
    return () => remove(entry);
  }

  /** The modules below a root and itself, parents first, each once. */
  function below(root: number, seen: number[] = []): number[] {
    if (seen.includes(root)) return seen;
    return modules[root]!.calls.reduce((all, child) => below(child, all), [...seen, root]);
  }

  function removeAll(root: number): void {
    for (const index of below(root)) {
      const { pre, forward, observers } = own[index]!;
      for (const entry of [...pre, ...forward, ...observers]) remove(entry);
    }
  }

  function list(root: number): Listed[] {
    return below(root).flatMap((module) => {
      const { pre, forward, observers } = own[module]!;
      return [...pre, ...forward, ...observers].map(({ hook: { data, name }, calls }) => ({
        module,
        kind: data.kind,
        name: data.kind === 'transform' ? 'transform' : name,
        calls,
      }));
    });
  }

  const hasHooks = ({ pre, forward, observers }: Table) => pre.length + forward.length + observers.length > 0;

  function call(index: number, inputs: readonly unknown[]): unknown {
    const { kind } = modules[index]!;
    const child = (next: number, value: number) => call(next, [value]);
    // 1: whoever registers while forward runs comes too late for such a call.
    if (!hasHooks(globals) && !hasHooks(own[index]!)) return forward(index, inputs, child);
    return drive(steps(index, inputs, child), kind === 'async');
  }

  /** One call. Yields each promise that it waits for, and gets what it resolved to. */
  function* steps(
    index: number,
    given: readonly unknown[],
    child: (next: number, value: number) => unknown,
  ): Generator<Promise<unknown>, unknown, unknown> {
    // 8: an asynchronous module waits for every hook; another one for its hooks, once forward gave a promise.
    let waits = modules[index]!.kind === 'async';
    let inputs = given;
    let output: unknown;
    const started: Entry[] = [];
    let phase: Entry[] | undefined;

    function* result(hook: Hook, returned: unknown): Generator<Promise<unknown>, unknown, unknown> {
      if (!isPromise(returned)) return returned;
      if (waits) return yield returned;
      returned.catch(() => {});
      throw refused(hook);
    }

    function* fire(entry: Entry): Generator<Promise<unknown>, void, unknown> {
      started.push(entry);
      entry.calls++;
      const replacement =
        entry.hook.data.kind === 'transform'
          ? transformed(entry, index, output)
          : yield* result(entry.hook, entry.hook.fire(index, inputs, output));
      if (changes(replacement)) output = replacement;
    }

    try {
      for (const entry of [...globals.pre, ...own[index]!.pre]) {
        entry.calls++;
        const replacement = yield* result(entry.hook, entry.hook.fire(index, inputs, undefined));
        if (changes(replacement)) inputs = Array.isArray(replacement) ? replacement : [replacement];
      }
      const gave = forward(index, inputs, child);
      if (isPromise(gave)) {
        waits = true;
        output = yield gave;
      } else output = gave;
      phase = [...globals.forward, ...own[index]!.forward];
      for (const entry of phase) yield* fire(entry);
    } catch (error) {
      for (const entry of phase ?? [...globals.forward, ...own[index]!.forward]) {
        const { data } = entry.hook;
        if (!('alwaysCall' in data) || !data.alwaysCall || started.includes(entry)) continue;
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
    for (const entry of [...own[index]!.observers]) observe(entry, index, inputs, output);
    return output;
  }

  function observe(entry: Entry, index: number, inputs: readonly unknown[], output: unknown): void {
    const count = entry.calls++;
    try {
      entry.hook.fire(index, inputs, output, `, call ${count} of ''`);
      entry.errorsInARow = 0;
    } catch {
      log(`report: ${entry.hook.name} failed`);
      entry.errorsInARow++;
      if (entry.errorsInARow === 3) {
        remove(entry);
        log('report: observer removed');
      }
    }
  }

  /** Drives an output through a transform. */
  function transformed(entry: Entry, index: number, output: unknown): unknown {
    const { data } = entry.hook;
    if (data.kind !== 'transform') throw new Error('not a transform');
    const { operators } = data;
    const level = entry.level++;
    entry.chains[level] ??= newChain(operators);
    const chain = entry.chains[level];
    if (chain.completed) {
      entry.level--;
      return undefined;
    }
    let emitted: unknown[];
    try {
      emitted = emissions(operators, chain, output, (operator) => entry.hook.operate(operator, index));
    } catch (error) {
      // The next call begins anew.
      delete entry.chains[level];
      throw error;
    } finally {
      entry.level--;
    }
    if (chain.completed && !entry.completed && !entry.removed) {
      entry.completed = true;
      remove(entry);
      log('report: transform completed');
    }
    if (emitted.length > 1) throw named('TooManyEmissionsError');
    if (isPromise(emitted[0])) throw named('AsyncTransformError');
    return emitted[0];
  }

  return { call: (index, value) => call(index, [value]), register, removeAll, list, close: () => {} };
}

/** What comes out of a chain for one value. */
function emissions(
  operators: readonly Operator[],
  chain: Chain,
  output: unknown,
  call: (operator: Operator & { operator: 'call' }) => void,
): unknown[] {
  const emitted: unknown[] = [];
  const next = (position: number, value: unknown): unknown => {
    const operator = operators[position];
    if (chain.completed) return undefined;
    if (operator === undefined) {
      return emitted.push(value);
    }
    const number = Number(value);
    switch (operator.operator) {
      case 'map':
        return next(position + 1, number + operator.number);
      case 'filter':
        return number % operator.number === 0 ? undefined : next(position + 1, value);
      case 'scan':
        chain.counts[position]! += number;
        return next(position + 1, chain.counts[position]);
      case 'take':
        chain.counts[position]!++;
        next(position + 1, value);
        if (chain.counts[position]! >= operator.number) chain.completed = true;
        return undefined;
      case 'throw at':
        chain.counts[position]!++;
        if (chain.counts[position] === operator.number) throw new Error('user: operator');
        return next(position + 1, value);
      case 'two':
        next(position + 1, value);
        return next(position + 1, number + 1);
      case 'call':
        call(operator);
        return next(position + 1, value);
      case 'null':
        return next(position + 1, null);
      case 'promise':
        return next(position + 1, Promise.resolve(value));
      case 'startWith':
        return undefined;
    }
  };
  next(0, output);
  return emitted;
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
