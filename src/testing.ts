/**
 * @file The contract of a hook as test cases, for any test runner: layertap runs them over its own modules, over
 * attached methods and over each of its adapters; whoever writes an adapter runs them over theirs. The numbers are
 * those of docs/hooks.md.
 *
 * @example
 * for (const { name, run } of hookContract(target)) test(name, run);
 * @module
 */
import { type Hookable, listHooks, type RemovableHandle, removeAllHooks } from './hooks/index.ts';

/** What is put to the test, and how to speak to it. */
export interface ContractTarget<T> {
  /** For the names of the cases. */
  name: string;
  /**
   * `sync`: forward gives its output. `promise`: it gives a promise, without having said so. `async`: it has said so,
   * and pre-hooks may wait too.
   */
  mode: 'sync' | 'promise' | 'async';
  /** Whether forward can be called with more inputs than its tensor. */
  extraInputs: boolean;
  /**
   * Whether hooks are reached by outputs alone: no pre-hooks, whose registration must throw a TypeError, and nothing
   * runs when forward throws. Default false.
   */
  outputsOnly?: boolean;
  /** A tensor of one dimension with these values. */
  tensor(values: readonly number[]): T;
  /** The values of such a tensor. */
  values(tensor: T): readonly number[] | Promise<readonly number[]>;
  /** A fresh subject whose forward first calls `onForward` with its inputs, which may throw, and then doubles its tensor. */
  create(onForward: (inputs: readonly unknown[]) => void): ContractSubject;
  /** A fresh subject whose forward gives a stream of these chunks. Left out where outputs are tensors and nothing else. */
  createStream?(chunks: readonly unknown[]): ContractSubject;
}

export interface ContractSubject {
  hookable: Hookable;
  /** Runs it as its users do: directly, or through the framework that it belongs to. */
  call(...inputs: unknown[]): unknown;
}

/** One case: throws, or rejects, where the contract does not hold. */
export interface ContractCase {
  name: string;
  run(): Promise<void>;
}

type Hook = (module: unknown, inputs: readonly unknown[], output?: unknown) => never;

/** A subject with what its cases need around it. */
interface Bench<T> {
  hookable: Hookable;
  /** What forward was called with, a list for each call. */
  received: (readonly unknown[])[];
  /** Set to make forward do something first. */
  onForward: () => void;
  /** Calls the subject with a tensor of `[1, 2]`, and gives the values that came out. */
  run(): Promise<readonly number[]>;
  call(...inputs: unknown[]): unknown;
  input: T;
  after(hook: Hook | ((...values: never[]) => unknown), options?: object): RemovableHandle;
  before(hook: Hook | ((...values: never[]) => unknown), options?: object): RemovableHandle;
}

/** The cases for one target. */
export function hookContract<T>(target: ContractTarget<T>): ContractCase[] {
  const cases: ContractCase[] = [];
  const { mode } = target;
  const cleanup: RemovableHandle[] = [];

  function add(name: string, body: (bench: Bench<T>) => Promise<void>): void {
    const run = async () => {
      try {
        await body(bench());
      } finally {
        for (const handle of cleanup.splice(0)) handle.remove();
      }
    };
    cases.push({ name: `${target.name}: ${name}`, run });
  }

  /** Cases for targets whose hooks stand on both sides of forward. */
  const more: typeof add = (name, body) => {
    if (target.outputsOnly !== true) add(name, body);
  };

  function bench(): Bench<T> {
    const received: (readonly unknown[])[] = [];
    const { hookable, call } = target.create((inputs) => {
      received.push(inputs);
      made.onForward();
    });
    const keep = (handle: RemovableHandle) => {
      cleanup.push(handle);
      return handle;
    };
    const made: Bench<T> = {
      hookable,
      received,
      call,
      onForward: () => {},
      input: target.tensor([1, 2]),
      after: (hook, options) => keep(hookable.registerForwardHook(hook as Hook, options)),
      before: (hook, options) => keep(hookable.registerForwardPreHook(hook as Hook, options)),
      run: async () => {
        const result = call(made.input);
        check(
          isPromise(result) === (mode !== 'sync'),
          `a ${mode} call gave ${isPromise(result) ? 'a promise' : 'a value'}`,
        );
        return [...(await target.values((await result) as T))];
      },
    };
    return made;
  }

  const valuesOf = async (tensor: unknown) => [...(await target.values(tensor as T))];

  add('1. without hooks a call is forward, once', async (b) => {
    same(await b.run(), [2, 4]);
    check(b.received.length === 1 && b.received[0]![0] === b.input, 'forward did not get the input, once');
  });

  more('2. what is not a hook, and options that are unknown, are TypeErrors at registration', async (b) => {
    for (const hook of [undefined, null, 'hook', 7, {}, class Hook {}]) {
      for (const register of [b.after, b.before]) {
        throwsTypeError(() => register(hook as never), 'the hook must be a function');
      }
    }
    const hook = () => undefined;
    throwsTypeError(() => b.after(hook, { prependd: true }), 'unknown option "prependd"');
    throwsTypeError(() => b.before(hook, { alwaysCall: true }), 'unknown option "alwaysCall"');
    throwsTypeError(() => b.after(hook, { prepend: 1 }), '"prepend" must be true or false');
    throwsTypeError(() => b.after(hook, null as never), 'the options must be an object');
    same(listHooks(b.hookable), []);
    same(await b.run(), [2, 4]);
  });

  add('3. a hook sees the module, the inputs as an array, and the output', async (b) => {
    const seen: unknown[][] = [];
    // Read at once: a framework may free the tensor after the call.
    const outputs: unknown[] = [];
    b.after((...values: unknown[]) => {
      seen.push(values);
      outputs.push(valuesOf(values[2]));
    });
    same(await b.run(), [2, 4]);
    const [module, inputs] = seen[0]!;
    check(seen.length === 1 && seen[0]!.length === 5, 'the hook was not called once with five values');
    check(module === b.hookable, 'the hook got another module');
    check(Array.isArray(inputs) && inputs[0] === b.input, 'the hook did not get an array of the inputs');
    same(await outputs[0], [2, 4]);
  });

  add('3. undefined and null change nothing; a tensor is the new output, and what the next hook sees', async (b) => {
    const seen: unknown[] = [];
    b.after(() => undefined);
    b.after(() => null);
    b.after(() => target.tensor([10, 20]));
    b.after((_module: unknown, _inputs: unknown, output: unknown) => {
      seen.push(output);
    });
    b.after(() => target.tensor([30, 40]));
    same(await b.run(), [30, 40]);
    same(await valuesOf(seen[0]), [10, 20]);
  });

  add('3. a replacement of a tensor that is not one is an error that names the hook', async (b) => {
    const outputs: unknown[] = [];
    for (const wrong of [false, 0, '', 1, {}]) {
      const handle = b.after(named('replaceByNonsense', () => wrong));
      const error = await rejected(b);
      check(error.message.includes('replaceByNonsense'), `the error does not name the hook: ${error.message}`);
      handle.remove();
    }
    b.after((_module: unknown, _inputs: unknown, output: unknown) => outputs.push(output));
    await rejected(b);
    check(outputs.length === 1, 'the hook did not run');
  });

  if (target.outputsOnly === true) {
    add('4. a pre-hook, which is impossible here, is a TypeError at registration, and changes nothing', async (b) => {
      throwsTypeError(() => b.before(() => undefined), '');
      same(listHooks(b.hookable), []);
      same(await b.run(), [2, 4]);
    });
  }

  more('4. a pre-hook gives all the inputs as an array, or the only one as a value; they chain', async (b) => {
    b.before((_module: unknown, inputs: readonly unknown[]) => {
      check(Array.isArray(inputs) && inputs[0] === b.input, 'the pre-hook did not get an array of the inputs');
      return target.tensor([5, 6]);
    });
    b.before(() => undefined);
    b.before(() => null);
    const seen: unknown[] = [];
    b.before((_module: unknown, inputs: readonly unknown[]) => {
      seen.push(...inputs);
      return [target.tensor([7, 8])];
    });
    b.after((_module: unknown, inputs: readonly unknown[]) => {
      seen.push(...inputs);
    });
    same(await b.run(), [14, 16]);
    same(await valuesOf(seen[0]), [5, 6]);
    same(await valuesOf(seen[1]), [7, 8]);
    check(
      b.received[0]!.length === 1 && b.received[0]![0] === seen[1],
      'the forward hook saw other inputs than forward',
    );
  });

  if (target.extraInputs) {
    add('4. a single value drops the other inputs, an array replaces all of them', async (b) => {
      const handle = b.before(() => target.tensor([5, 6]));
      await b.call(b.input, 'more');
      same(b.received[0]!.length, 1);
      handle.remove();
      b.before(() => [target.tensor([5, 6]), 'changed']);
      await b.call(b.input, 'more');
      same(b.received[1]!.slice(1), ['changed']);
    });

    add('5. an options object is the last input, and every hook sees it', async (b) => {
      const options = { scale: 3 };
      const seen: unknown[] = [];
      b.before((_module: unknown, inputs: readonly unknown[]) => {
        seen.push(inputs[1]);
      });
      b.after((_module: unknown, inputs: readonly unknown[]) => {
        seen.push(inputs[1]);
      });
      await b.call(b.input, options);
      check(seen.length === 2 && seen.every((value) => value === options), 'a hook did not see the options');
      check(b.received[0]![1] === options, 'forward did not see the options');
    });
  }

  more('6. hooks run in the order of registration, prepended ones before, the last of them first', async (b) => {
    const fired: number[] = [];
    const push = (id: number) => () => {
      fired.push(id);
    };
    for (const [id, prepend] of [false, true, false, false, true].entries()) b.after(push(id), { prepend });
    for (const [id, prepend] of [true, false, false, false, true].entries()) b.before(push(10 + id), { prepend });
    await b.run();
    await b.run();
    const once = [14, 10, 11, 12, 13, 4, 1, 0, 2, 3];
    same(fired, [...once, ...once]);
  });

  more('6. a hook that is removed meanwhile still fires in this call, one that is added waits', async (b) => {
    const fired: string[] = [];
    for (const register of [b.before, b.after]) {
      fired.length = 0;
      const late = { handle: undefined as RemovableHandle | undefined };
      const first = register(() => {
        fired.push('first');
        second.remove();
        late.handle ??= register(() => {
          fired.push('late');
        });
      });
      const second = register(() => {
        fired.push('second');
      });
      await b.run();
      same(fired, ['first', 'second']);
      await b.run();
      same(fired, ['first', 'second', 'first', 'late']);
      first.remove();
      late.handle!.remove();
    }
  });

  more('6. hooks may remove themselves while they run', async (b) => {
    const fired: string[] = [];
    const handles = [b.before, b.before, b.after, b.after].map((register, i) =>
      register(() => {
        fired.push(`${i}`);
        handles[i]!.remove();
      }),
    );
    same(await b.run(), [2, 4]);
    same(await b.run(), [2, 4]);
    same(fired, ['0', '1', '2', '3']);
    same(listHooks(b.hookable), []);
  });

  more(
    '6. the forward phase begins after forward: what a pre-hook adds fires, what forward removes does not',
    async (b) => {
      const fired: string[] = [];
      const removed = b.after(() => {
        fired.push('removed by forward');
      });
      b.onForward = () => removed.remove();
      const pre = b.before(() => {
        pre.remove();
        b.after(() => {
          fired.push('added by a pre-hook');
        });
      });
      await b.run();
      same(fired, ['added by a pre-hook']);
    },
  );

  more('7. alwaysCall runs when forward throws, with undefined as the output; the error goes on', async (b) => {
    const seen: unknown[][] = [];
    b.before(() => target.tensor([5, 6]));
    b.after(
      (...values: unknown[]) => {
        seen.push(values);
      },
      { alwaysCall: true },
    );
    b.after(() => {
      seen.push(['not this one']);
    });
    b.onForward = () => {
      throw new Error('failing in forward');
    };
    same((await rejected(b)).message, 'failing in forward');
    same(seen.length, 1);
    same(await valuesOf((seen[0]![1] as unknown[])[0]), [5, 6]);
    check(seen[0]![2] === undefined, 'the output of a forward that threw is not undefined');
    b.onForward = () => {};
    same(await b.run(), [10, 12]);
    same(seen.length, 3);
  });

  more('7. alwaysCall runs when a pre-hook throws, with the inputs so far', async (b) => {
    const seen: unknown[] = [];
    b.before(() => target.tensor([5, 6]));
    b.before(() => {
      throw new Error('failing in a pre-hook');
    });
    b.after(
      (_module: unknown, inputs: readonly unknown[], output: unknown) => {
        seen.push(inputs[0], output);
      },
      { alwaysCall: true },
    );
    same((await rejected(b)).message, 'failing in a pre-hook');
    same(await valuesOf(seen[0]), [5, 6]);
    check(seen[1] === undefined && b.received.length === 0, 'forward ran');
  });

  add('7. alwaysCall hooks behind one that throws get the latest output; none runs twice', async (b) => {
    const fired: string[] = [];
    const outputs: unknown[] = [];
    b.after(() => target.tensor([10, 20]), { alwaysCall: true });
    b.after(
      () => {
        fired.push('throws');
        throw new Error('failing in a hook');
      },
      { alwaysCall: true },
    );
    b.after(() => {
      fired.push('skipped');
    });
    b.after(
      (_module: unknown, _inputs: unknown, output: unknown) => {
        fired.push('runs');
        outputs.push(output);
        return target.tensor([30, 40]);
      },
      { alwaysCall: true },
    );
    b.after(
      (_module: unknown, _inputs: unknown, output: unknown) => {
        outputs.push(output);
      },
      { alwaysCall: true },
    );
    same((await rejected(b)).message, 'failing in a hook');
    same(fired, ['throws', 'runs']);
    same(await valuesOf(outputs[0]), [10, 20]);
    same(await valuesOf(outputs[1]), [30, 40]);
  });

  more(
    '7. what an alwaysCall hook throws while an error is on its way is a warning; the others still run',
    async (b) => {
      const fired: string[] = [];
      b.onForward = () => {
        throw new Error('the first error');
      };
      const clumsy = b.after(
        named('failsToo', () => {
          fired.push('clumsy');
          clumsy.remove();
          throw new Error('a second error');
        }),
        { alwaysCall: true },
      );
      b.after(
        () => {
          fired.push('next');
        },
        { alwaysCall: true },
      );
      let message = '';
      const warnings = await collectWarnings(async () => {
        message = (await rejected(b)).message;
      });
      same(message, 'the first error');
      same(fired, ['clumsy', 'next']);
      check(
        warnings.length === 1 && /failsToo.*a second error/s.test(warnings[0]!),
        `the warnings were: ${warnings.join()}`,
      );
      await rejected(b);
      same(fired.slice(2), ['next']);
    },
  );

  if (mode === 'sync') {
    more('8. a promise from a hook is an error that names it, and its rejection ends nothing', async (b) => {
      for (const register of [b.after, b.before]) {
        const handle = register(
          named('asynchronous', async () => {
            throw new Error('nobody waits for this');
          }),
        );
        const error = await rejected(b);
        check(error.message.includes('asynchronous'), `the error does not name the hook: ${error.message}`);
        handle.remove();
      }
      same(await b.run(), [2, 4]);
    });
  } else {
    add('8. asynchronous hooks are awaited in order, and replace', async (b) => {
      const fired: string[] = [];
      b.after(async () => {
        await later();
        fired.push('slow');
        return target.tensor([10, 20]);
      });
      b.after(async (_module: unknown, _inputs: unknown, output: unknown) => {
        fired.push('fast');
        same(await valuesOf(output), [10, 20]);
      });
      same(await b.run(), [10, 20]);
      same(fired, ['slow', 'fast']);
    });

    add('8. a rejection is a throw for alwaysCall, and the call rejects', async (b) => {
      const fired: string[] = [];
      b.after(async () => {
        await later();
        throw new Error('rejected later');
      });
      b.after(
        async () => {
          await later();
          fired.push('always');
        },
        { alwaysCall: true },
      );
      same((await rejected(b)).message, 'rejected later');
      same(fired, ['always']);
    });

    add('8. calls that overlap do not mix', async (b) => {
      const seen: unknown[] = [];
      b.after(async (_module: unknown, inputs: readonly unknown[], output: unknown) => {
        await later();
        seen.push([inputs[0], output]);
      });
      const [one, two] = [target.tensor([1]), target.tensor([2])];
      const outputs = await Promise.all([b.call(one), b.call(two)]);
      same(await Promise.all(outputs.map(valuesOf)), [[2], [4]]);
      same(seen.length, 2);
    });
  }

  if (mode === 'promise') {
    more('8. a pre-hook of a module that has not said that it is asynchronous cannot wait', async (b) => {
      b.before(named('waitingPreHook', async () => {}));
      const error = await rejected(b);
      check(error.message.includes('waitingPreHook'), `the error does not name the hook: ${error.message}`);
    });
  }

  if (mode === 'async') {
    more('8. asynchronous pre-hooks are awaited in order, and every failure is a rejection', async (b) => {
      b.before(async () => {
        await later();
        return target.tensor([5, 6]);
      });
      same(await b.run(), [10, 12]);
      b.before(() => {
        throw new Error('thrown at once');
      });
      const result = b.call(b.input) as Promise<unknown>;
      check(isPromise(result), 'a failing pre-hook threw instead of rejecting');
      same(await result.catch((error: Error) => error.message), 'thrown at once');
    });

    add('8. what forward throws at once is a rejection too, without hooks as with them', async (b) => {
      b.onForward = () => {
        throw new Error('thrown at once');
      };
      for (const hooked of [false, true]) {
        if (hooked) b.after(() => undefined);
        const result = b.call(b.input) as Promise<unknown>;
        check(isPromise(result), 'forward threw instead of rejecting');
        same(await result.catch((error: Error) => error.message), 'thrown at once');
      }
    });
  }

  more('9. a handle removes its own registration only, and twice is harmless', async (b) => {
    const fired: number[] = [];
    const hook = () => {
      fired.push(fired.length);
    };
    const first = b.after(hook);
    const second = b.after(hook);
    check(second.id > first.id, 'the ids do not grow');
    await b.run();
    same(fired.length, 2);
    first.remove();
    first.remove();
    await b.run();
    same(fired.length, 3);
    second.unsubscribe();
    await b.run();
    same(fired.length, 3);
    const third = b.before(hook);
    if (Symbol.dispose !== undefined) third[Symbol.dispose]();
    else third.remove();
    await b.run();
    same(fired.length, 3);
  });

  more('9. listHooks tells what is registered and how often it ran; removeAllHooks removes it', async (b) => {
    b.after(
      named('shown', () => {}),
      { alwaysCall: true },
    );
    b.before(named('before', () => {}));
    await b.run();
    await b.run();
    const told = listHooks(b.hookable).map(({ path, kind, name, calls }) => ({ path, kind, name, calls }));
    same(told, [
      { path: '', kind: 'forward-pre', name: 'before', calls: 2 },
      { path: '', kind: 'forward', name: 'shown', calls: 2 },
    ]);
    removeAllHooks(b.hookable);
    same(listHooks(b.hookable), []);
    same(await b.run(), [2, 4]);
  });

  add('10. a hook may call its own module', async (b) => {
    const fired: string[] = [];
    let nested: unknown;
    b.after((_module: unknown, inputs: readonly unknown[]) => {
      fired.push('hook');
      if (fired.length > 1) return;
      const result = b.call(inputs[0]);
      nested = isPromise(result) ? result.then(valuesOf) : valuesOf(result);
    });
    same(await b.run(), [2, 4]);
    same(await nested, [2, 4]);
    same(fired, ['hook', 'hook']);
    same(b.received.length, 2);
  });

  add('12. an observer sees a tensor as it is, whether it wants the chunks of streams or not', async (b) => {
    const seen: unknown[] = [];
    for (const options of [{}, { chunks: true }, { chunks: false }]) {
      cleanup.push(b.hookable.observe(({ output }) => void seen.push(valuesOf(output)), options));
    }
    same(await b.run(), [2, 4]);
    same(await Promise.all(seen), [
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
    throwsTypeError(() => b.hookable.observe(() => {}, { chunks: 1 as never }), '"chunks" must be true or false');
  });

  const { createStream } = target;
  if (createStream !== undefined) {
    add('12. an observer cannot take a stream away, and sees the chunks that the caller reads', async () => {
      const chunks = ['one', 'two'];
      const { hookable, call } = createStream(chunks);
      const seen: unknown[] = [];
      const refused: unknown[] = [];
      const events: unknown[] = [];
      cleanup.push(
        hookable.registerForwardHook((_module, _inputs, output) => {
          seen.push(output);
        }),
        hookable.observe(
          async ({ output }) => {
            seen.push(output);
            for await (const chunk of output as AsyncIterable<unknown>) events.push(chunk);
          },
          { reporter: (error) => refused.push(error.message) },
        ),
        hookable.observe(({ stream, chunk, call }) => void events.push([stream, chunk, call]), { chunks: true }),
      );
      const stream = (await call()) as AsyncIterable<unknown>;
      check(seen[0] === stream && seen[1] !== stream, 'a hook gets the stream itself, an observer does not');
      const names = Reflect.ownKeys(stream).length;
      const got: unknown[] = [];
      for await (const chunk of stream) got.push(chunk);
      same(got, chunks);
      same(events, [
        ['chunk', 'one', 0],
        ['chunk', 'two', 0],
        ['end', null, 0],
      ]);
      same(refused.length, 1);
      check(String(refused[0]).includes('chunks: true'), `the error should name the option: ${refused[0]}`);
      check(Reflect.ownKeys(stream).length < names, 'the stream is not as it was');
    });
  }

  add(
    'the tree: namedModules() begins with the module itself, and getSubmodule() finds each one by its path',
    async (b) => {
      const named = [...b.hookable.namedModules()];
      check(named[0]![0] === '' && named[0]![1] === b.hookable, 'namedModules() does not begin with the module itself');
      for (const [path, module] of named) {
        check(b.hookable.getSubmodule(path) === module, `getSubmodule(${JSON.stringify(path)}) gives another module`);
      }
      check(
        [...b.hookable.modules()].every((module, i) => module === named[i]![1]),
        'modules() gives other modules',
      );
      const children = new Set([...b.hookable.namedChildren()].map(([, child]) => child));
      same([...b.hookable.children()].length, children.size);
      check(
        [...b.hookable.children()].every((child) => children.has(child)),
        'children() gives other modules',
      );
    },
  );

  return cases;

  /** The error that a call throws or rejects with. */
  async function rejected(b: Bench<T>): Promise<Error> {
    try {
      await b.call(b.input);
    } catch (error) {
      if (error instanceof Error) return error;
      throw new Error(`the call threw ${String(error)}, not an Error`);
    }
    throw new Error('the call did not throw');
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

/** A function whose name no minifier takes away. */
function named<F extends (...values: never[]) => unknown>(name: string, hook: F): F {
  return Object.defineProperty(hook, 'name', { value: name });
}

const later = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Compares numbers, strings, and arrays and plain objects of them. */
function same(actual: unknown, expected: unknown): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (came !== wanted) throw new Error(`${wanted} expected, got ${came}`);
}

function throwsTypeError(run: () => unknown, part: string): void {
  try {
    run();
  } catch (error) {
    const { message } = error as Error;
    check(error instanceof TypeError, `a TypeError expected, got ${String(error)}`);
    check(message.includes(part), `the message should say "${part}": ${message}`);
    return;
  }
  throw new Error(`a TypeError expected that says "${part}"`);
}

/** What was given to console.warn meanwhile. */
async function collectWarnings(run: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...values: unknown[]) => warnings.push(values.join(' '));
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return warnings;
}
