/** @file What hooks must leave alone in a whole model: its numbers, its objects and its memory. */
import { type Hookable, listHooks, type TensorReader } from '../hooks/index.ts';
import { check, named, same } from './checks.ts';
import type { ContractCase } from './suite.ts';

/** A model to test. */
export interface ModelTarget {
  /** Begins the names of the cases. */
  name: string;
  /** A copy of a tensor, as a hook would return one. Left out if hooks cannot replace outputs. */
  copy?(tensor: unknown): unknown;
  /**
   * How far outputs may be from those of the unhooked model while hooks are registered, relative to the largest value:
   * a runtime may fuse operations whose values nobody asks for. Default 0: the same bits.
   */
  tolerance?: number;
  /** A fresh model with fixed weights. */
  create(): ModelSubject | Promise<ModelSubject>;
}

export interface ModelSubject {
  root: Hookable;
  /** Runs the model on a fixed input as its users do: through the framework, if it has one. */
  run(): unknown;
  /** The numbers of an output of `run`. Frees the output, if the framework does not. */
  values(output: unknown): ArrayLike<number | bigint> | Promise<ArrayLike<number | bigint>>;
  /** The framework's objects that the adapter may change while hooks are registered: models, layers, sessions. */
  objects: readonly object[];
  /** How many tensors are alive, for frameworks that count them. */
  liveTensors?(): number;
}

/** The own properties of objects, and the elements of arrays among their values. */
function snapshot(objects: readonly object[]): Map<PropertyKey, unknown>[] {
  return objects.map((object) => {
    const found = new Map<PropertyKey, unknown>();
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
      const { value } = descriptor;
      found.set(key, { ...descriptor, elements: Array.isArray(value) ? [...value] : undefined });
    }
    return found;
  });
}

function sameSnapshot(after: Map<PropertyKey, unknown>[], before: Map<PropertyKey, unknown>[]): void {
  before.forEach((found, i) => {
    const now = after[i]!;
    same([...now.keys()].map(String), [...found.keys()].map(String));
    for (const [key, was] of found) {
      const is = now.get(key) as Record<string, unknown>;
      for (const [part, value] of Object.entries(was as Record<string, unknown>)) {
        const unchanged =
          Array.isArray(value) && Array.isArray(is[part])
            ? value.length === (is[part] as unknown[]).length &&
              value.every((one, k) => Object.is(one, (is[part] as unknown[])[k]))
            : Object.is(value, is[part]);
        check(unchanged, `object ${i}: the ${part} of its property ${String(key)} is not what it was`);
      }
    }
  });
}

function sameNumbers(actual: readonly number[], expected: readonly number[], allowed: number): void {
  same(actual.length, expected.length);
  actual.forEach((value, i) => {
    const close = Object.is(value, expected[i]) || Math.abs(value - expected[i]!) <= allowed;
    check(close, `the output has another number at ${i}: ${value}, unhooked ${expected[i]}`);
  });
}

/** A module that hooks can be registered on, under its path. */
type Entry = readonly [path: string, module: Hookable];

/** Registers on every module that supports it; the others must throw a TypeError and register nothing. */
function registerAll(
  entries: readonly Entry[],
  register: (path: string, module: Hookable) => { remove(): void },
): () => void {
  const handles: { remove(): void }[] = [];
  for (const [path, module] of entries) {
    const before = listHooks(module).length;
    try {
      handles.push(register(path, module));
    } catch (error) {
      check(error instanceof TypeError, `${path}: registering must throw a TypeError, threw ${String(error)}`);
      same(listHooks(module).length, before);
    }
  }
  check(handles.length > 0, 'nothing could be registered on any module');
  return () => {
    for (const handle of handles) handle.remove();
  };
}

/**
 * Test cases for a whole model: hooks that only look change no bit of its output, and when they are gone its objects are
 * as they were found. No tensor is read after the call that made it, so a framework may free it.
 *
 * @example
 * for (const { name, run } of modelContract(target)) test(name, run);
 */
export function modelContract(target: ModelTarget): ContractCase[] {
  const cases: ContractCase[] = [];
  const { copy, tolerance = 0 } = target;

  const add = (
    name: string,
    body: (model: ModelSubject, entries: Entry[], numbers: () => Promise<void>) => Promise<void>,
  ) => {
    const run = async () => {
      const model = await target.create();
      const numbers = async () => Array.from(await model.values(await model.run()), Number);
      // The first run may create what a framework makes once.
      const unhooked = await numbers();
      check(unhooked.length > 0, 'the output has no numbers');
      const before = snapshot(model.objects);
      const live = model.liveTensors?.();
      const allowed = tolerance * unhooked.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      await body(model, [...model.root.namedModules()], async () => sameNumbers(await numbers(), unhooked, allowed));
      same(
        listHooks(model.root).map(({ path }) => path),
        [],
      );
      sameNumbers(await numbers(), unhooked, 0);
      sameSnapshot(snapshot(model.objects), before);
      if (live !== undefined) same(model.liveTensors!(), live);
    };
    cases.push({ name: `${target.name}: ${name}`, run });
  };

  add('every module has a path of its own, which leads to it', async ({ root }, entries) => {
    check(entries.length > 1, 'the model has no modules inside');
    same(new Set(entries.map(([path]) => path)).size, entries.length);
    for (const [path, module] of entries) {
      check(root.getSubmodule(path) === module, `getSubmodule(${JSON.stringify(path)}) leads to another module`);
      check(String(module).length > 0, `${path} has no name`);
    }
    same(
      [...root.namedModules()].map(([path]) => path),
      entries.map(([path]) => path),
    );
  });

  add('observers change no bit, and read every tensor', async (_model, entries, numbers) => {
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

  add(
    'hooks that return nothing change no bit, and run in the same order in every run',
    async (_model, entries, numbers) => {
      let order: string[] = [];
      const remove = registerAll(entries, (path, module) =>
        module.registerForwardHook(() => {
          order.push(path);
        }),
      );
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

  add('pre-hooks that return nothing change no bit', async (_model, entries, numbers) => {
    const supported = entries.filter(([, module]) => {
      try {
        module.registerForwardPreHook(() => undefined).remove();
        return true;
      } catch {
        return false;
      }
    });
    if (supported.length === 0) return;
    const remove = registerAll(supported, (_path, module) => module.registerForwardPreHook(() => undefined));
    await numbers();
    remove();
  });

  if (copy !== undefined) {
    add('hooks that return a copy of the output change no bit', async (_model, entries, numbers) => {
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

  add('a hook that throws fails the run with its error, and leaves nothing behind', async (model, entries) => {
    const failing = new Error('thrown on purpose');
    const remove = registerAll(entries, (_path, module) =>
      module.registerForwardHook(
        named('failing', () => {
          throw failing;
        }),
      ),
    );
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

  add('hooks that are removed while the model runs leave nothing behind', async (_model, entries, numbers) => {
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

  add('hooks come and go a hundred times', async (_model, entries, numbers) => {
    for (let i = 0; i < 100; i++) registerAll(entries, (_path, module) => module.observe(() => undefined))();
    await numbers();
  });

  return cases;
}
