/**
 * @file Random programs of registrations, removals and calls, run by layertap and by the oracle: every hook that fires,
 * every result, error, report and warning must be the same, in the same order.
 *
 * LAYERTAP_PROGRAMS is how many programs run (both tests together), LAYERTAP_SEED another seed than the fixed one.
 */
import fc from 'fast-check';
import { filter, map, mergeMap, type OperatorFunction, of, scan, startWith, take } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ForwardEvent,
  type Hookable,
  listHooks,
  Module,
  type RemovableHandle,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  removeAllHooks,
  setReporter,
} from '../../src/index.ts';
import {
  errorLine,
  type Forward,
  type Hook,
  type Kind,
  type Log,
  type MakeSide,
  type ModuleData,
  type Operator,
  programs,
  run,
  type Side,
} from './programs.ts';
import { makeOracle } from './programs-oracle.ts';

const { LAYERTAP_PROGRAMS = '3000', LAYERTAP_SEED = '20240' } = process.env;
const PROGRAMS = Number(LAYERTAP_PROGRAMS);
const SEED = Number(LAYERTAP_SEED);

type Body = (...inputs: unknown[]) => unknown;

class Numeric extends Module {
  readonly layers: Numeric[];
  readonly body: Body;
  constructor(layers: Numeric[], body: Body) {
    super();
    this.layers = layers;
    this.body = body;
  }
  override forward(...inputs: unknown[]): unknown {
    return this.body(...inputs);
  }
}

class AsyncNumeric extends Numeric {
  static override readonly async: boolean = true;
}

const makeReal: MakeSide = (data: readonly ModuleData[], forward: Forward, log: Log): Side => {
  const modules: Numeric[] = [];
  for (const [index, { kind, calls }] of [...data.entries()].reverse()) {
    const Class = kind === 'async' ? AsyncNumeric : Numeric;
    const layers = calls.map((child) => modules[child]!);
    modules[index] = new Class(layers, (...inputs) => forward(index, inputs, (child, value) => modules[child]!(value)));
  }
  const indexOf = (module: Hookable) => modules.indexOf(module as Numeric);
  const handles: RemovableHandle[] = [];

  // Of what is only told, the words are other tests' business: here it counts that it is said, of whom and when.
  setReporter((error) => {
    const failed = /^layertap: the observer (hook\d+) of .* failed: /s.exec(error.message);
    if (failed !== null) log(`report: ${failed[1]} failed`);
    else if (/was removed after 3 errors in a row$/.test(error.message)) log('report: observer removed');
    else if (/completed and was removed/.test(error.message)) log('report: transform completed');
    else log(`report: ${errorLine(error)}`);
  });
  const { warn } = console;
  console.warn = (text: string) => {
    const silenced = /^layertap: the alwaysCall hook (hook\d+) of /.exec(text);
    log(silenced === null ? text : `warning: ${silenced[1]} silenced`);
  };

  function register({ data, name, fire, operate }: Hook): RemovableHandle {
    const hook = {
      [name]: (module: Hookable, inputs: readonly unknown[], output?: unknown) => fire(indexOf(module), inputs, output),
    }[name]!;
    switch (data.kind) {
      case 'forward': {
        const { prepend, alwaysCall } = data;
        return modules[data.module]!.registerForwardHook(hook, { prepend, alwaysCall });
      }
      case 'forward-pre':
        return modules[data.module]!.registerForwardPreHook(hook, { prepend: data.prepend });
      case 'global forward':
        return registerModuleForwardHook(hook, { alwaysCall: data.alwaysCall });
      case 'global forward-pre':
        return registerModuleForwardPreHook(hook);
      case 'observer': {
        const observer = {
          [name]: ({ module, inputs, output, call, path }: ForwardEvent) =>
            fire(indexOf(module), inputs, output, `, call ${call} of '${path}'`),
        }[name]!;
        return modules[data.module]!.observe(observer);
      }
      case 'transform': {
        const operators = data.operators.map((operator) =>
          rx(operator, (called) => operate(called, data.module)),
        ) as OperatorFunction<unknown, unknown>[];
        return modules[data.module]!.transform(...operators);
      }
    }
  }

  return {
    call: (index, value) => modules[index]!(value),
    register(hook) {
      const handle = register(hook);
      handles.push(handle);
      return () => handle.remove();
    },
    removeAll: (index) => removeAllHooks(modules[index]!),
    list: (root) =>
      listHooks(modules[root]!).map(({ module, kind, name, calls }) => ({
        module: indexOf(module),
        kind,
        name: kind === 'transform' ? 'transform' : name,
        calls,
      })),
    close() {
      for (const handle of handles) handle.remove();
      setReporter();
      console.warn = warn;
    },
  };
};

/** An operator's data as RxJS; one that counts does so for each subscription, as RxJS's own do. */
function rx(operator: Operator, call: (operator: Operator & { operator: 'call' }) => void): unknown {
  switch (operator.operator) {
    case 'map':
      return map((x: unknown) => Number(x) + operator.number);
    case 'filter':
      return filter((x: unknown) => Number(x) % operator.number !== 0);
    case 'scan':
      return scan((sum: number, x: unknown) => sum + Number(x), 0);
    case 'take':
      return take(operator.number);
    case 'throw at':
      return throwAt(operator.number);
    case 'two':
      return mergeMap((x: unknown) => of(x, Number(x) + 1));
    case 'call':
      return map((x: number) => {
        call(operator);
        return x;
      });
    case 'null':
      return map(() => null);
    case 'promise':
      return map((x: number) => Promise.resolve(x));
    case 'startWith':
      return startWith(0);
  }
}

function throwAt(at: number): OperatorFunction<number, number> {
  // map's index counts for each subscription.
  return map((x: number, index: number) => {
    if (index + 1 === at) throw new Error('user: operator');
    return x;
  });
}

/** Where the logs part, with what came before. */
function difference(lines: string[], expected: string[]): string {
  let same = 0;
  while (lines[same] === expected[same]) same++;
  return [
    ...lines.slice(Math.max(0, same - 30), same),
    `-- layertap: ${lines.slice(same, same + 3).join(' | ')}`,
    `-- oracle:   ${expected.slice(same, same + 3).join(' | ')}`,
  ].join('\n');
}

/** Runs programs on both sides, and sees to it that they reached what must be compared. */
async function compare(kinds: readonly Kind[], laterWeight: number, reached: Record<string, RegExp>): Promise<void> {
  const counts = Object.fromEntries(Object.keys(reached).map((name) => [name, 0]));
  const unhandled: unknown[] = [];
  const collect = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', collect);
  try {
    await fc.assert(
      fc.asyncProperty(programs(kinds, laterWeight), async (program) => {
        const expected = await run(program, makeOracle);
        const lines = await run(program, makeReal);
        assert.equal(unhandled.splice(0), [], 'a rejection that nobody handles');
        const all = lines.join('\n');
        if (all !== expected.join('\n')) throw new Error(difference(lines, expected));
        for (const [name, pattern] of Object.entries(reached)) if (pattern.test(all)) counts[name]!++;
      }),
      // The two logs of a difference belong into the failure that uvu prints.
      { numRuns: Math.ceil(PROGRAMS / 2), seed: SEED, includeErrorInReport: true },
    );
  } finally {
    process.off('unhandledRejection', collect);
  }
  console.log(`${PROGRAMS / 2} programs of ${kinds.join(', ')}, seed ${SEED}; with ${JSON.stringify(counts)}`);
  for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `no program reached: ${name}`);
}

const REACHED: Record<string, RegExp> = {
  'an error of a hook': /threw: user: hook|rejected: user: hook/,
  'an error of forward': /: user: forward/,
  'an error of an operator': /: user: operator/,
  'a silenced error': /^warning: /m,
  'several values': /TooManyEmissionsError/,
  'a promise of a transform': /AsyncTransformError/,
  'a value while subscribing': /registering \d+ failed: LateEmissionError/,
  'an observer that fails': /^report: hook\d+ failed/m,
  'an observer that is removed': /^report: observer removed/m,
  'a transform that completes': /^report: transform completed/m,
  'a refused promise': /a promise from hook/,
};

test('synchronous programs: layertap does what the contract says', async () => {
  await compare(['sync'], 1, REACHED);
});

test('asynchronous programs: layertap does what the contract says', async () => {
  await compare(['sync', 'promise', 'async', 'async'], 4, {
    ...REACHED,
    'a throw and a rejection': /threw(?:.|\n)*rejected|rejected(?:.|\n)*threw/,
    'a result that waits': /resolved to/,
  });
});

test.run();
