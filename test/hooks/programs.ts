/**
 * @file Random programs of hooks, as data, and what runs one of them on either side: on layertap or on the oracle of
 * programs-oracle.ts. A side gets the same calls in the same order, and what happens is written down as lines.
 */
import fc from 'fast-check';

/** `sync` gives a value, `promise` gives a promise without having said so, `async` says `static async = true`. */
export type Kind = 'sync' | 'promise' | 'async';

export interface ModuleData {
  kind: Kind;
  /** The modules that forward calls, in order, by index; always larger ones than the module's own. */
  calls: number[];
  adds: number;
  /** Forward throws where the sum of its inputs leaves this remainder by 7; 7 is never. */
  throwsAt: number;
  /** Whether a forward of kind `promise` throws, instead of rejecting. */
  early: boolean;
}

/** What a hook does when it fires. Handles and modules are indices, taken modulo how many there are. */
export type Act =
  | { act: 'nothing' }
  | { act: 'remove'; handle: number | 'own' }
  | { act: 'register'; registration: Registration }
  | { act: 'call'; module: number | 'own'; value: number; catches: boolean }
  | { act: 'removeAll'; module: number | 'own' };

/** What a hook gives back: of a pre-hook the inputs, of a hook the output. */
export type Give =
  | { give: 'nothing' | 'null' | 'throw' }
  | { give: 'constant' | 'add' | 'throw if divisible'; number: number }
  | { give: 'array'; numbers: number[] };

export interface HookData {
  act: Act;
  give: Give;
  /** An async function: it waits for a promise before it gives, and on a module that awaits hooks before it acts. */
  later: boolean;
}

export type Operator =
  | { operator: 'map' | 'filter' | 'take' | 'throw at'; number: number }
  | { operator: 'scan' | 'two' | 'null' | 'promise' | 'startWith' }
  | { operator: 'call'; module: number | 'own'; value: number };

export type Registration =
  | { kind: 'forward'; module: number; hook: HookData; prepend: boolean; alwaysCall: boolean }
  | { kind: 'forward-pre'; module: number; hook: HookData; prepend: boolean }
  | { kind: 'global forward'; hook: HookData; alwaysCall: boolean }
  | { kind: 'global forward-pre'; hook: HookData }
  | { kind: 'observer'; module: number; hook: HookData }
  | { kind: 'transform'; module: number; operators: Operator[] };

export type Step =
  | { step: 'register'; registration: Registration }
  | { step: 'call'; module: number; values: number[] }
  | { step: 'remove'; handle: number }
  | { step: 'removeAll'; module: number };

export interface Program {
  modules: ModuleData[];
  steps: Step[];
}

/** What a hook, a pre-hook or an observer is told, as far as both sides have it: `more` is an observer's call and path. */
export type Fire = (module: number, inputs: readonly unknown[], output: unknown, more?: string) => unknown;

/** One registration, its module already in range. */
export interface Hook {
  data: Registration;
  /** The function's name, which errors must tell. */
  name: string;
  fire: Fire;
  /** What an operator `call` does with the value it got. */
  operate(operator: Operator & { operator: 'call' }, module: number): void;
}

export interface Listed {
  module: number;
  kind: string;
  name: string;
  calls: number;
}

/** What a program runs on. */
export interface Side {
  call(module: number, value: number): unknown;
  /** Gives what removes it. */
  register(hook: Hook): () => void;
  removeAll(module: number): void;
  list(root: number): Listed[];
  /** Undoes what would outlive the program. */
  close(): void;
}

/** A side calls this as the forward of a module; `child` calls another one, with its hooks. */
export type Forward = (
  module: number,
  inputs: readonly unknown[],
  child: (index: number, value: number) => unknown,
) => unknown;

export type Log = (line: string) => void;

/** How a side is made: `log` gets reports and warnings. */
export type MakeSide = (modules: readonly ModuleData[], forward: Forward, log: Log) => Side;

/** Recursion by hooks ends here, and so does growth: what is beyond only looks. */
const LIMITS = { depth: 3, calls: 16, registrations: 24, lines: 1500 };

export const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

/** Runs a program and gives what happened, line by line. */
export async function run({ modules: data, steps }: Program, makeSide: MakeSide): Promise<string[]> {
  const modules = normalized(data);
  const lines: string[] = [];
  const log: Log = (line) => {
    if (lines.length < LIMITS.lines) lines.push(line);
  };
  const removers: (() => void)[] = [];
  let depth = 0;
  let nestedCalls = 0;

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
      fail();
      let value = sum;
      for (const next of calls) value = Number(await child(next, value));
      return result(value);
    })();
  };

  const side = makeSide(modules, forward, log);

  /** Calls and writes down what came, and how: a throw is not a rejection. */
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

  /** A call by a hook or an operator; nothing where it would be too deep, or where nobody would wait for it. */
  function nestedCall(module: number, value: number, catches: boolean, waits: boolean): unknown {
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
      const result = call(module, value);
      if (isPromise(result)) return result.then(leave, caught);
      leave();
    } catch (error) {
      caught(error);
    }
    return undefined;
  }

  const moduleAt = (index: number | 'own', own: number) => (index === 'own' ? own : index % modules.length);

  function remove(handle: number): void {
    if (removers.length === 0) return;
    removers[handle % removers.length]!();
  }

  function register(registration: Registration): void {
    const id = removers.length;
    if (id === LIMITS.registrations) return;
    const inRange = 'module' in registration ? { module: registration.module % modules.length } : {};
    // Taken before the registration, so that a hook that fires has a handle in any case.
    removers.push(() => {});
    try {
      removers[id] = side.register({
        data: { ...registration, ...inRange } as Registration,
        name: `hook${id}`,
        fire: (module, inputs, output, more = '') => {
          log(`hook ${id} on ${module}: (${inputs.join(', ')}) => ${String(output)}${more}`);
          return 'hook' in registration ? fire(id, registration, module, inputs, output) : undefined;
        },
        operate: ({ module, value }, own) => {
          nestedCall(moduleAt(module, own), value, false, false);
        },
      });
    } catch (error) {
      log(`registering ${id} failed: ${errorLine(error)}`);
    }
  }

  function act(act: Act, id: number, own: number, waits: boolean): unknown {
    switch (act.act) {
      case 'nothing':
        return undefined;
      case 'remove':
        return remove(act.handle === 'own' ? id : act.handle);
      case 'register':
        return register(act.registration);
      case 'removeAll':
        return side.removeAll(moduleAt(act.module, own));
      case 'call':
        return nestedCall(moduleAt(act.module, own), act.value, act.catches, waits);
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
    // An observer waits for nobody and nobody for it: what it rejected would be reported at no certain time.
    if (!hook.later || kind === 'observer') {
      act(hook.act, id, module, false);
      return given(hook.give, id, latest);
    }
    // Where nobody waits for a hook, it would act at a time that no specification tells. So it acts at once there.
    const waits = modules[module]!.kind === 'async';
    if (!waits) act(hook.act, id, module, false);
    return (async () => {
      await undefined;
      if (waits) await act(hook.act, id, module, true);
      return given(hook.give, id, latest);
    })();
  }

  async function callAndSettle(module: number, value: number): Promise<void> {
    nestedCalls = 0;
    try {
      const result = call(module, value);
      if (isPromise(result)) await result;
    } catch {
      // It is in the log.
    }
    // What a refused async hook still has to do.
    if (settles) await new Promise((resolve) => setImmediate(resolve));
  }

  const settles = modules.some(({ kind }) => kind !== 'sync') || /"later":true/.test(JSON.stringify(steps));
  try {
    for (const step of steps) {
      if (step.step === 'register') register(step.registration);
      else if (step.step === 'remove') remove(step.handle);
      else if (step.step === 'removeAll') side.removeAll(step.module % modules.length);
      else for (const value of step.values) await callAndSettle(step.module % modules.length, value);
    }
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

/** Children after their parents, in range; a forward that calls what gives a promise must give one. */
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

function given(give: Give, id: number, latest: number): unknown {
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

/** The program's own errors in their words, layertap's by what they are: their words are other tests' business. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return `not an error: ${String(error)}`;
  const { name, message } = error;
  if (message.startsWith('user: ')) return message;
  if (/^(TooManyEmissions|AsyncTransform|LateEmission)Error$/.test(name)) return name;
  const hook = /hook\d+/.exec(message)?.[0];
  if (/promise/.test(message) && hook !== undefined) return `a promise from ${hook}`;
  return `${name}: ${message}`;
}

const small = fc.nat(8);
const moduleOrOwn = fc.oneof(small, fc.constant('own' as const));
const sometimes = (weight: number) =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(false) }, { weight, arbitrary: fc.constant(true) });

const throwIf: fc.Arbitrary<Give> = fc.record({
  give: fc.constant('throw if divisible' as const),
  number: fc.integer({ min: 2, max: 4 }),
});

const give: fc.Arbitrary<Give> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ give: fc.constantFrom('nothing' as const, 'null' as const) }) },
  { weight: 1, arbitrary: fc.record({ give: fc.constant('throw' as const) }) },
  { weight: 3, arbitrary: fc.record({ give: fc.constantFrom('constant' as const, 'add' as const), number: small }) },
  {
    weight: 2,
    arbitrary: throwIf,
  },
  {
    weight: 1,
    arbitrary: fc.record({ give: fc.constant('array' as const), numbers: fc.array(small, { maxLength: 2 }) }),
  },
);

const operator: fc.Arbitrary<Operator> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      operator: fc.constantFrom('map' as const, 'filter' as const, 'take' as const, 'throw at' as const),
      number: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      operator: fc.constantFrom('scan' as const, 'scan' as const, 'two' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ operator: fc.constant('call' as const), module: moduleOrOwn, value: small }),
  },
);

/** Others than numbers only come out at the end, and what is emitted while it is subscribed only alone. */
const operators: fc.Arbitrary<Operator[]> = fc.oneof(
  { weight: 12, arbitrary: fc.array(operator, { minLength: 1, maxLength: 3 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.array(operator, { maxLength: 2 }),
        fc.record({ operator: fc.constantFrom('null' as const, 'promise' as const) }),
      )
      .map(([before, last]) => [...before, last]),
  },
  { weight: 1, arbitrary: fc.constant<Operator[]>([{ operator: 'startWith' }]) },
);

const removeAct: fc.Arbitrary<Act> = fc.record({
  act: fc.constant('remove' as const),
  handle: fc.oneof(fc.nat(12), fc.constant('own' as const)),
});

/** A registration; those that its hooks make when they fire are less deep. */
function registration(laterWeight: number, depth: number): fc.Arbitrary<Registration> {
  const act = fc.oneof(
    { weight: 8, arbitrary: fc.record({ act: fc.constant('nothing' as const) }) },
    {
      weight: 2,
      arbitrary: removeAct,
    },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constant('call' as const),
        module: moduleOrOwn,
        value: small,
        catches: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('removeAll' as const), module: moduleOrOwn }) },
    ...(depth === 0
      ? []
      : [
          {
            weight: 2,
            arbitrary: fc.record({
              act: fc.constant('register' as const),
              registration: registration(laterWeight, depth - 1),
            }),
          },
        ]),
  ) as fc.Arbitrary<Act>;
  const hook: fc.Arbitrary<HookData> = fc.record({ act, give, later: sometimes(laterWeight) });
  // Fails often, and not always: three errors in a row, and fewer.
  const observer: fc.Arbitrary<HookData> = fc.record({
    act: fc.oneof({ weight: 2, arbitrary: act }, { weight: 1, arbitrary: removeAct }),
    give: fc.oneof({ weight: 1, arbitrary: give }, { weight: 1, arbitrary: throwIf }),
    later: fc.constant(false),
  });
  const flag = sometimes(3);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('forward' as const),
        module: small,
        hook,
        prepend: flag,
        alwaysCall: flag,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('forward-pre' as const), module: small, hook, prepend: flag }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('global forward' as const), hook, alwaysCall: flag }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('global forward-pre' as const), hook }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('observer' as const), module: small, hook: observer }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('transform' as const), module: small, operators }) },
  );
}

/** Programs on trees whose modules are of these kinds; of ten hooks, `laterWeight` are async functions. */
export function programs(kinds: readonly Kind[], laterWeight: number): fc.Arbitrary<Program> {
  return fc.record({
    modules: fc.array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        calls: fc.array(small, { maxLength: 2 }),
        adds: small,
        throwsAt: fc.oneof({ weight: 2, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: fc.nat(6) }),
        early: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    steps: fc.array(
      fc.oneof(
        {
          weight: 5,
          arbitrary: fc.record({
            step: fc.constant('register' as const),
            registration: registration(laterWeight, 2),
          }),
        },
        {
          weight: 6,
          arbitrary: fc.record({
            step: fc.constant('call' as const),
            module: small,
            values: fc.array(small, { minLength: 1, maxLength: 4 }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ step: fc.constant('remove' as const), handle: fc.nat(12) }) },
        {
          weight: 1,
          arbitrary: fc.record({ step: fc.constant('removeAll' as const), module: small }),
        },
      ),
      { minLength: 1, maxLength: 16 },
    ),
  });
}
