// The effect of a TensorReader on a call, and readers that fail.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { intercept } from '../../src/adapter.ts';
import {
  attach,
  ForwardError,
  Hookable,
  listHooks,
  setReporter,
  statistics,
  type TensorReader,
} from '../../src/index.ts';

/** The reader of a framework whose tensors are arrays of numbers. */
const arrays: TensorReader<number[]> = {
  is: (value): value is number[] => Array.isArray(value) && typeof value[0] === 'number',
  shape: ({ length }) => [length],
  values: (array) => Float32Array.from(array),
  keep: (array) => [...array],
};

const attached = (reader: Partial<TensorReader<number[]>> = {}) => {
  const net = { run: (...inputs: unknown[]): unknown => inputs };
  return { net, hookable: attach(net, 'run', { reader: { ...arrays, ...reader } as TensorReader }) };
};

test('if tensors are arrays, a pre-hook that returns one replaces all inputs with it; any other array is all inputs', () => {
  const { net, hookable } = attached();
  const handle = hookable.registerForwardPreHook(() => [5, 6]);
  assert.equal(net.run([1, 2]), [[5, 6]]);
  assert.equal(net.run([1, 2], { training: true }), [[5, 6]]);
  handle.remove();
  hookable.registerForwardPreHook(() => [[5, 6], 'option']);
  assert.equal(net.run([1, 2]), [[5, 6], 'option']);
});

test('the same for an asynchronous method, and if an adapter completes the inputs', async () => {
  const net = { run: async (...inputs: unknown[]): Promise<unknown> => inputs };
  const hookable = attach(net, 'run', { reader: arrays as TensorReader, async: true });
  hookable.registerForwardPreHook(async () => [5, 6]);
  assert.equal(await net.run([1, 2]), [[5, 6]]);

  class Place extends Hookable {
    override forward(...inputs: unknown[]): unknown {
      return inputs;
    }
  }
  const place = new Place({
    reader: arrays as TensorReader,
    completeInputs: (before, now) => [...now, ...before.slice(now.length)],
  });
  place.registerForwardPreHook(() => [5, 6]);
  assert.equal(
    intercept(place, (...inputs: unknown[]) => inputs, [[1, 2], 'kept']),
    [[5, 6], 'kept'],
  );
});

test('if the reader takes the array of all inputs for a tensor, returning an array from a pre-hook is an error', () => {
  const nested: Partial<TensorReader<number[]>> = { is: (value): value is number[] => Array.isArray(value) };
  const { net, hookable } = attached(nested);
  const handle = hookable.registerForwardPreHook(function shift() {
    return [5, 6];
  });
  assert.throws(
    () => net.run([1, 2]),
    /^a pre-hook gave an array, which may be one tensor or all the inputs\n {2}in Object\.run\n {2}hook: shift\n {2}got: an array of length 2\n {2}expected: a reader whose is\(\) does not hold for the array of all inputs/,
  );
  handle.remove();
  hookable.registerForwardPreHook(() => 7);
  assert.equal(net.run([1, 2]), [7]);
  // If the inputs are numbers, the array of all inputs is a tensor to this reader.
  const scalars = attached();
  scalars.hookable.registerForwardPreHook(() => [5, 6]);
  assert.throws(() => scalars.net.run(1, 2), /which may be one tensor or all the inputs/);
});

/** A reader with one method that throws once it is armed. */
function failing(method: keyof TensorReader): { reader: TensorReader; arm(): void } {
  let armed = false;
  const reader = new Proxy({ ...arrays, summarize: undefined } as object, {
    get(target, key) {
      const found = Reflect.get(target, key) as unknown;
      if (key !== method || !armed) return found;
      return () => {
        throw new RangeError(`the ${method} of the framework failed`);
      };
    },
  }) as TensorReader;
  const arm = () => {
    armed = true;
  };
  return { reader, arm };
}

test('if is() throws after a hook, the call throws a ForwardError with its cause, and alwaysCall hooks still run', () => {
  const { reader, arm } = failing('is');
  const net = { run: (x: number[]): unknown => x };
  const hookable = attach(net, 'run', { reader });
  arm();
  const fired: unknown[] = [];
  for (const register of [
    () =>
      hookable.registerForwardHook(function clumsy() {
        return [1];
      }),
    () =>
      hookable.registerForwardPreHook(function clumsy() {
        return [1];
      }),
  ]) {
    const handle = register();
    const always = hookable.registerForwardHook((_m, _i, output) => void fired.push(output), { alwaysCall: true });
    let error: unknown;
    try {
      net.run([3]);
    } catch (caught) {
      error = caught;
    }
    assert.instance(error, ForwardError);
    const { message, cause } = error as ForwardError;
    assert.match(message, /^the is\(\) of a TensorReader failed\n {2}in Object\.run\n {2}hook: clumsy\n/);
    assert.is((cause as Error).message, 'the is of the framework failed');
    handle.remove();
    always.remove();
  }
  assert.equal(fired, [[3], undefined]);
  assert.equal(listHooks(hookable), []);
  assert.equal(net.run([3]), [3]);
});

for (const method of ['is', 'shape', 'values'] as const) {
  test(`if ${method}() throws in log(), it is reported with the name of the module, and the model goes on`, () => {
    const { reader, arm } = failing(method);
    const net = { run: (x: number[]): unknown => x };
    const hookable = attach(net, 'run', { reader, name: 'model' });
    const lines: string[] = [];
    const reports: string[] = [];
    setReporter((error) => void reports.push(error.message));
    try {
      hookable.log({ print: (line) => lines.push(line) });
      net.run([1, 2]);
      arm();
      assert.equal(net.run([3]), [3]);
    } finally {
      setReporter();
    }
    assert.is(lines.length, 1);
    assert.is(reports.length, 1);
    assert.match(
      reports[0]!,
      new RegExp(`^layertap: the observer .* of model failed: the ${method} of the framework failed$`),
    );
  });

  test(`if ${method}() throws in statistics(), the Observable gets the error`, () => {
    const { reader, arm } = failing(method);
    const net = { run: (x: number[]): unknown => x };
    const hookable = attach(net, 'run', { reader });
    const errors: unknown[] = [];
    hookable
      .observe()
      .pipe(statistics())
      .subscribe({ error: (error) => errors.push(error) });
    arm();
    assert.equal(net.run([3]), [3]);
    assert.equal(
      errors.map((error) => (error as Error).message),
      [`the ${method} of the framework failed`],
    );
    assert.equal(listHooks(hookable), []);
  });
}

test.run();
