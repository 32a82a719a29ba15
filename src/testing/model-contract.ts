/** @file Test cases for a whole model: hooks must not change its outputs, its objects or its memory. */

import type { Summary } from '../check/index.ts';
import { FUNCTION, NUMBER, STRING } from '../check/index.ts';
import { forEachTensor, type Hookable, listHooks, summaryOf, type TensorReader } from '../hooks/index.ts';
import { ARRAY, checkTarget, HOOKABLE } from './check-target.ts';
import { check, named, same } from './checks.ts';
import type { ContractCase } from './suite.ts';

/** A model to test. */
export interface ModelTarget {
  /** Starts the names of the cases. */
  name: string;
  /** Copies a tensor, so that a hook can return it. Omit it if hooks cannot replace outputs. */
  copy?(tensor: unknown): unknown;
  /**
   * How far outputs may differ from the unhooked model while hooks are registered, relative to the largest value: without
   * hooks a runtime may fuse operations. Default 0: the same bits.
   */
  tolerance?: number;
  /** A fresh model with fixed weights. */
  create(): ModelSubject | Promise<ModelSubject>;
}

/** What {@link modelContract} tests. */
export interface ModelSubject {
  root: Hookable;
  /** Runs the model on a fixed input as its users do: directly, or through its framework. */
  run(): unknown;
  /** Reads the numbers of an output of `run`, and frees it if the framework does not. */
  values(output: unknown): ArrayLike<number | bigint> | Promise<ArrayLike<number | bigint>>;
  /** The objects of the framework that the adapter changes while hooks are registered: models, layers, sessions. */
  objects: readonly object[];
  /** The number of live tensors, for frameworks that count them. */
  liveTensors?(): number;
}

type Snapshot = readonly (readonly [part: string, value: unknown])[];

/** The descriptors of all own properties. Of an array value only the elements count, not its identity. */
function snapshot(objects: readonly object[]): Snapshot {
  return objects.flatMap((object, i) =>
    Reflect.ownKeys(object).flatMap((key) => {
      const { value, ...rest } = Object.getOwnPropertyDescriptor(object, key)!;
      return Object.entries({ ...(Array.isArray(value) ? value : { value }), ...rest }).map(
        ([part, found]) => [`object ${i}, property ${String(key)}, ${part}`, found] as const,
      );
    }),
  );
}

function sameSnapshot(after: Snapshot, before: Snapshot): void {
  for (let i = 0; i < Math.max(after.length, before.length); i++) {
    const [was, is] = [before[i], after[i]];
    check(was?.[0] === is?.[0] && Object.is(was?.[1], is?.[1]), `${(was ?? is)![0]} has changed`);
  }
}

function sameNumbers(actual: readonly number[], expected: readonly number[], allowed: number): void {
  same(actual.length, expected.length);
  actual.forEach((value, i) => {
    const close = Object.is(value, expected[i]) || Math.abs(value - expected[i]!) <= allowed;
    check(close, `output number ${i} must be ${expected[i]} as without hooks, got ${value}`);
  });
}

/** Values that differ may also be zeros or not. */
function sameSummary(place: string, one: Summary | undefined, other: Summary | undefined, tolerance: number): void {
  const names = Object.keys(other ?? {}) as (keyof Summary)[];
  const counts = ['zeros', 'nan', 'positiveInfinity', 'negativeInfinity', 'variance'];
  const scale = Math.max(Math.abs(other?.min ?? 0), Math.abs(other?.max ?? 0));
  for (const name of names) {
    const [came, expected] = [one?.[name] ?? NaN, other![name]];
    if (tolerance > 0 && counts.includes(name)) continue;
    const close = Object.is(came, expected) || Math.abs(came - expected) <= tolerance * scale;
    check(close, `${place}: ${name} must be ${expected} as by event, got ${came}`);
  }
}

/** A module with its path. */
type Entry = readonly [path: string, module: Hookable];

/** Registers on every module that supports it, at least `least`. The others must throw a TypeError and register nothing. */
function registerAll(
  entries: readonly Entry[],
  register: (path: string, module: Hookable) => { remove(): void },
  least = 1,
): () => void {
  const handles: { remove(): void }[] = [];
  for (const [path, module] of entries) {
    const before = listHooks(module).length;
    try {
      handles.push(register(path, module));
    } catch (error) {
      check(error instanceof TypeError, `${path}: registering must throw a TypeError, got ${String(error)}`);
      same(listHooks(module).length, before);
    }
  }
  check(handles.length >= least, 'nothing could be registered on any module');
  return () => {
    for (const handle of handles) handle.remove();
  };
}

/**
 * Test cases for a whole model: hooks that return nothing change no bit of its output, and once they are removed its
 * objects are as before. No case reads a tensor after the call that made it, so a framework may free it.
 *
 * @example
 * for (const { name, run } of modelContract(target)) test(name, run);
 * @throws TypeError for a target with missing or wrong members
 */
export function modelContract(target: ModelTarget): ContractCase[] {
  const where = 'modelContract()';
  checkTarget(where, 'the target', target, { name: STRING, create: FUNCTION }, { copy: FUNCTION, tolerance: NUMBER });
  const cases: ContractCase[] = [];
  const { copy, tolerance = 0 } = target;

  const add = (
    name: string,
    body: (model: ModelSubject, entries: Entry[], numbers: () => Promise<void>) => Promise<void>,
  ) => {
    const run = async () => {
      const model = await target.create();
      const members = { root: HOOKABLE, run: FUNCTION, values: FUNCTION, objects: ARRAY };
      checkTarget(where, 'what create() gives', model, members, { liveTensors: FUNCTION });
      const numbers = async () => Array.from(await model.values(await model.run()), Number);
      // A framework may create objects in its first run.
      const unhooked = await numbers();
      check(unhooked.length > 0, 'the output has no numbers');
      const before = snapshot(model.objects);
      const live = model.liveTensors?.();
      const allowed = tolerance * unhooked.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      await body(model, [...model.root.namedModules()], async () => sameNumbers(await numbers(), unhooked, allowed));
      const hooked = listHooks(model.root).map(({ path }) => path);
      same(hooked, []);
      sameNumbers(await numbers(), unhooked, 0);
      sameSnapshot(snapshot(model.objects), before);
      const left = model.liveTensors?.();
      check(left === live, `live tensors must be ${live}, got ${left}`);
    };
    cases.push({ name: `${target.name}: ${name}`, run });
  };

  add('every module has a unique path, and getSubmodule() finds it', async ({ root }, entries) => {
    check(entries.length > 1, 'the model has no submodules');
    const paths = entries.map(([path]) => path);
    same(new Set(paths).size, paths.length);
    for (const [path, module] of entries) {
      check(root.getSubmodule(path) === module, `getSubmodule(${JSON.stringify(path)}) returns another module`);
      check(String(module).length > 0, `${path} has no name`);
    }
    const again = [...root.namedModules()].map(([path]) => path);
    same(again, paths);
  });

  add('observers change no bit of the output and can read every tensor', async (_model, entries, numbers) => {
    const reading: Promise<unknown>[] = [];
    const fired = new Set<Hookable>();
    const remove = registerAll(entries, (path, module) =>
      module.observe(
        (event) => {
          fired.add(event.module);
          const { reader, output, call } = event;
          check(call >= 0 && Array.isArray(event.inputs), `${path}: the event has no call number, or no inputs`);
          if (reader?.is(output) !== true) return;
          const size = reader.shape(output).reduce((product, length) => product * length, 1);
          const length = Promise.resolve(reader.values(output)).then((values) => values?.length ?? size);
          reading.push(
            length.then((count) => check(count === size, `${path}: ${count} values for a shape of ${size}`)),
          );
        },
        { reporter: (error) => reading.push(Promise.reject(error)) },
      ),
    );
    await numbers();
    await Promise.all(reading);
    check(fired.size > 0, 'no module was observed');
    remove();
  });

  add('observers that read only statistics get those that others can read', async (_model, entries, numbers) => {
    const summaries = async (byEvent: boolean) => {
      const seen: Promise<readonly [place: string, summary: Summary | undefined]>[] = [];
      const remove = registerAll(entries, (path, module) => {
        const handle = module.observe(
          ({ output, reader }) => {
            if (reader === undefined) return;
            const read = (tensor: unknown, place: string) => {
              const at = `${path}${place} [${reader.shape(tensor)}]`;
              seen.push(Promise.resolve(summaryOf('modelContract()', reader, tensor)).then((found) => [at, found]));
            };
            forEachTensor(output, (value) => reader.is(value), read);
          },
          { reads: 'statistics', reporter: (error) => seen.push(Promise.reject(error)) },
        );
        // An observer that needs the output itself.
        const other = byEvent ? module.observe(() => {}) : undefined;
        return {
          remove() {
            handle.remove();
            other?.remove();
          },
        };
      });
      await numbers();
      remove();
      return Promise.all(seen);
    };
    const [declared, byEvent] = [await summaries(false), await summaries(true)];
    check(declared.length > 0, 'no statistics were read');
    same(
      declared.map(([place]) => place),
      byEvent.map(([place]) => place),
    );
    for (const [i, [place, summary]] of declared.entries()) sameSummary(place, summary, byEvent[i]![1], tolerance);
  });

  add(
    'hooks that return nothing change no bit of the output and run in the same order each time',
    async (_model, entries, numbers) => {
      let order: string[] = [];
      const remove = registerAll(entries, (path, module) => module.registerForwardHook(() => void order.push(path)));
      await numbers();
      const first = order;
      order = [];
      await numbers();
      same(order, first);
      check(first.length > 0, 'no hook ran');
      remove();
      order = [];
      await numbers();
      same(order, []);
    },
  );

  add('pre-hooks that return nothing change no bit of the output', async (_model, entries, numbers) => {
    const remove = registerAll(entries, (_path, module) => module.registerForwardPreHook(() => undefined), 0);
    await numbers();
    remove();
  });

  if (copy !== undefined) {
    add('hooks that return a copy of the output change no bit of it', async (_model, entries, numbers) => {
      let copies = 0;
      const readers = new Map<Hookable, TensorReader | undefined>();
      const removeObservers = registerAll(entries, (_path, module) =>
        module.observe(({ reader }) => void readers.set(module, reader)),
      );
      await numbers();
      removeObservers();
      const remove = registerAll(entries, (_path, module) =>
        module.registerForwardHook((_module, _inputs, output) => {
          if (readers.get(module)?.is(output) !== true) return undefined;
          copies++;
          return copy(output);
        }),
      );
      await numbers();
      check(copies > 0, 'no output was replaced');
      remove();
    });
  }

  add('a hook that throws fails the run with its error and leaves no trace', async (model, entries) => {
    const failing = new Error('thrown on purpose');
    const hook = named('failing', () => {
      throw failing;
    });
    const remove = registerAll(entries, (_path, module) => module.registerForwardHook(hook));
    let caught: unknown;
    try {
      await model.run();
    } catch (error) {
      caught = error;
    }
    const chain = (error: unknown): unknown[] => (error instanceof Error ? [error, ...chain(error.cause)] : [error]);
    check(chain(caught).includes(failing), `the run failed with ${String(caught)}`);
    remove();
  });

  add('hooks that are removed while the model runs leave no trace', async (_model, entries, numbers) => {
    let remove = () => {};
    let ran = 0;
    remove = registerAll(entries, (_path, module) =>
      module.registerForwardHook(() => {
        if (ran++ === 0) remove();
      }),
    );
    await numbers();
    check(ran > 0, 'no hook ran');
  });

  add('registering and removing a hundred times leaves no trace', async (_model, entries, numbers) => {
    for (let i = 0; i < 100; i++) registerAll(entries, (_path, module) => module.observe(() => undefined))();
    await numbers();
  });

  return cases;
}
