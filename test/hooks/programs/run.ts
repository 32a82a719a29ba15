/**
 * @file Runs a program on one side, layertap or the oracle. Both get the same calls in the same order, and log everything as
 * lines.
 */
import {
  type Act,
  type Call,
  type Forward,
  type Give,
  type HookData,
  isPromise,
  type Log,
  type MakeSide,
  type ModuleData,
  type Program,
  type Registration,
  type Removable,
  type Scope,
  type SmallStep,
  type Step,
} from './program.ts';

/** Limits of recursion and growth. Beyond them hooks only log. */
const LIMITS = { depth: 3, calls: 16, registrations: 24, lines: 1500 };

/** Resolves when all promise jobs are done, including those that they start. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs a program and returns its log. */
export async function run({ modules: data, steps }: Program, makeSide: MakeSide): Promise<string[]> {
  const modules = normalized(data);
  const lines: string[] = [];
  const log: Log = (line) => {
    if (lines.length < LIMITS.lines) lines.push(line);
  };
  const handles: Removable[] = [];
  let depth = 0;
  let nestedCalls = 0;

  // The order of two waiting calls depends on their numbers of microtasks, which are unspecified. So overlapping calls wait
  // at gates, which open one at a time.
  const gates: (() => void)[] = [];
  const gate = () => new Promise<void>((open) => gates.push(open));
  let together = false;
  const pause = () => (together ? gate() : undefined);

  let timers: (() => void)[] = [];
  function passTime(): void {
    const due = timers;
    timers = [];
    for (const emit of due) emit();
  }

  const forward: Forward = (index, inputs, child) => {
    const { kind, calls, adds, throwsAt, early } = modules[index]!;
    log(`forward of ${index}(${inputs.join(', ')})`);
    const sum = inputs.reduce<number>((total, input) => total + Number(input), 0);
    const fail = () => {
      if (((sum % 7) + 7) % 7 === throwsAt) throw new Error(`user: forward of ${index}`);
    };
    const result = (value: number) => (value + adds) % 1009;
    if (kind === 'sync') {
      fail();
      return result(calls.reduce((value, next) => Number(child(next, value)), sum));
    }
    if (kind === 'promise' && early) fail();
    return (async () => {
      await pause();
      fail();
      let value = sum;
      for (const next of calls) value = Number(await child(next, value));
      return result(value);
    })();
  };

  const side = makeSide(modules, forward, log);

  /** Calls a module and logs the outcome. A throw differs from a rejection. */
  function call(module: number, value: number): unknown {
    log(`call ${module}(${value})`);
    const failed = (how: string, error: unknown): never => {
      log(`${module} ${how}: ${errorLine(error)}`);
      throw error;
    };
    let result: unknown;
    try {
      result = side.call(module, value);
    } catch (error) {
      return failed('threw', error);
    }
    if (!isPromise(result)) {
      log(`${module} gave ${String(result)}`);
      return result;
    }
    return result.then(
      (output) => {
        log(`${module} resolved to ${String(output)}`);
      },
      (error) => failed('rejected', error),
    );
  }

  function callInScope(module: number, value: number, scope: Scope | undefined): unknown {
    if (scope === undefined) return call(module, value);
    const { how, registrations } = scope;
    log(`${how}: ${registrations.length}`);
    const inside = () => call(module, value);
    if (how === 'withHooks') return side.withHooks(() => registrations.forEach(registerOrThrow), inside);
    const using = ([first, ...rest]: Registration[]): unknown => {
      if (first === undefined) return inside();
      using _handle = registerOrThrow(first);
      return using(rest);
    };
    const usingAsync = async ([first, ...rest]: Registration[]): Promise<unknown> => {
      if (first === undefined) return inside();
      using _handle = registerOrThrow(first);
      return await usingAsync(rest);
    };
    return (modules[module]!.kind === 'sync' ? using : usingAsync)(registrations);
  }

  /** A call by a hook or an operator. Does nothing beyond the limits, or if the result would not be awaited. */
  function nestedCall({ module, value, scope }: Call, catches: boolean, waits: boolean): unknown {
    if (depth === LIMITS.depth || nestedCalls === LIMITS.calls) return undefined;
    if (!waits && modules[module]!.kind !== 'sync') return undefined;
    depth++;
    nestedCalls++;
    const leave = () => {
      depth--;
    };
    const caught = (error: unknown) => {
      leave();
      if (!catches) throw error;
    };
    try {
      const result = callInScope(module, value, scope);
      if (isPromise(result)) return result.then(leave, caught);
      leave();
    } catch (error) {
      caught(error);
    }
    return undefined;
  }

  const moduleAt = (index: number | 'own', own: number) => (index === 'own' ? own : index % modules.length);

  function remove(handle: number): void {
    if (handles.length > 0) handles[handle % handles.length]!.remove();
  }

  function registerOrThrow(registration: Registration): Removable | undefined {
    const id = handles.length;
    if (id === LIMITS.registrations) return undefined;
    const data =
      'module' in registration ? { ...registration, module: registration.module % modules.length } : registration;
    // A placeholder, in case the hook fires while it is being registered.
    handles.push({ remove() {}, [Symbol.dispose]() {} });
    try {
      handles[id] = side.register({
        data,
        name: `hook${id}`,
        fire: (module, inputs, output, more = '') => {
          log(`hook ${id} on ${module}: (${inputs.join(', ')}) => ${String(output)}${more}`);
          return 'hook' in registration ? fire(id, registration, module, inputs, output) : undefined;
        },
        operate: ({ module, value }) => {
          nestedCall(
            { module: moduleAt(module, 'module' in data ? data.module : 0), value, scope: undefined },
            false,
            false,
          );
        },
        later: (emit) => timers.push(emit),
      });
    } catch (error) {
      log(`registering ${id} failed: ${errorLine(error)}`);
      throw error;
    }
    return handles[id];
  }

  function register(registration: Registration): void {
    try {
      registerOrThrow(registration);
    } catch {
      // The error is in the log.
    }
  }

  function act(act: Act, id: number, own: number, waits: boolean, mustCatch: boolean): unknown {
    switch (act.act) {
      case 'nothing':
        return undefined;
      case 'time':
        return passTime();
      case 'remove':
        return act.handle === 'own' ? handles[id]!.remove() : remove(act.handle);
      case 'register':
        return register(act.registration);
      case 'removeAll':
        return side.removeAll(moduleAt(act.module, own));
      case 'call':
        return nestedCall({ ...act, module: moduleAt(act.module, own) }, act.catches || mustCatch, waits);
    }
  }

  function fire(
    id: number,
    { kind, hook }: Registration & { hook: HookData },
    module: number,
    inputs: readonly unknown[],
    output: unknown,
  ): unknown {
    const latest = Number(kind.endsWith('pre') ? inputs[0] : output);
    // An error of a subscriber would end the process, as RxJS defines.
    if (kind === 'subscriber') return void act(hook.act, id, module, false, true);
    // A hook that is not awaited acts synchronously: later, the time of its action would be unspecified.
    const waits = hook.later && kind !== 'observer' && modules[module]!.kind === 'async';
    if (!waits) act(hook.act, id, module, false, false);
    if (!hook.later) return returnValue(hook.give, id, latest);
    return (async () => {
      await (kind === 'observer' ? gate() : pause());
      if (waits) await act(hook.act, id, module, true, false);
      return returnValue(hook.give, id, latest);
    })();
  }

  /** Resolves when a call has settled, either way. */
  async function settled({ module, value, scope }: Call): Promise<void> {
    try {
      await callInScope(module % modules.length, value, scope);
    } catch {
      // The error is in the log.
    }
  }

  async function open(index: number): Promise<void> {
    if (gates.length === 0) return;
    gates.splice(index % gates.length, 1)[0]!();
    await drained();
  }

  async function openAll(): Promise<void> {
    while (gates.length > 0) await open(0);
  }

  function small(step: SmallStep): void {
    if (step.step === 'register') register(step.registration);
    else if (step.step === 'remove') remove(step.handle);
    else if (step.step === 'removeAll') side.removeAll(step.module % modules.length);
    else passTime();
  }

  async function take(step: Step): Promise<void> {
    nestedCalls = 0;
    if (step.step === 'calls') {
      for (const call of step.calls) {
        await settled(call);
        // Refused async hooks and observers may still be running.
        if (settles) await drained();
        await openAll();
      }
    } else if (step.step === 'together') {
      together = true;
      const running: Promise<void>[] = [];
      for (const call of step.calls) {
        running.push(settled(call));
        await drained();
      }
      for (const turn of step.turns) {
        if (turn.step === 'open') await open(turn.gate);
        else small(turn);
        await drained();
      }
      await openAll();
      await Promise.all(running);
      together = false;
    } else small(step);
  }

  const settles = modules.some(({ kind }) => kind !== 'sync') || /"later":true/.test(JSON.stringify(steps));
  try {
    for (const step of steps) await take(step);
    for (const root of modules.keys()) {
      const listed = side
        .list(root)
        .map(({ module, kind, name, calls }) => `${module} ${kind} ${name} called ${calls} times`);
      log(`hooks from ${root}: ${listed.join('; ')}`);
    }
  } finally {
    side.close();
  }
  return lines;
}

/** Puts children after their parents and in range. A forward that calls an asynchronous module must return a promise. */
function normalized(data: readonly ModuleData[]): ModuleData[] {
  const modules = data.map((module, index) => {
    const below = data.length - index - 1;
    return { ...module, calls: below === 0 ? [] : module.calls.map((call) => index + 1 + (call % below)) };
  });
  for (const module of [...modules].reverse()) {
    if (module.kind === 'sync' && module.calls.some((call) => modules[call]!.kind !== 'sync')) module.kind = 'promise';
  }
  return modules;
}

function returnValue(give: Give, id: number, latest: number): unknown {
  switch (give.give) {
    case 'nothing':
      return undefined;
    case 'null':
      return null;
    case 'constant':
      return give.number;
    case 'add':
      return latest + give.number;
    case 'array':
      return give.numbers;
    case 'throw if divisible':
      if (latest % give.number !== 0) return undefined;
      throw new Error(`user: hook ${id}`);
    case 'throw':
      throw new Error(`user: hook ${id}`);
  }
}

/** An error of the program by its message, one of layertap by its kind. Other tests check the messages. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return `not an error: ${String(error)}`;
  const { name, message } = error;
  if (message.startsWith('user: ')) return message;
  if (/^(TooManyEmissions|AsyncTransform|LateEmission)Error$/.test(name)) return name;
  const hook = /hook\d+/.exec(message)?.[0];
  if (/promise/.test(message) && hook !== undefined) return `a promise from ${hook}`;
  if (/^select\(\): nothing in .* matches /.test(message)) return 'nothing matches';
  return `${name}: ${message}`;
}
