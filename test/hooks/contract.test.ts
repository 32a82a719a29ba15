// The public contract suite on everything hookable in layertap itself.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listenersOf, manualMemory } from '../../src/adapter.ts';
import { attach, Hookable, Module, type Tensor, type TensorReader, tensor } from '../../src/index.ts';
import { type ContractTarget, hookContract } from '../../src/testing/index.ts';

const tensors = {
  extraInputs: true,
  tensor: (values: readonly number[]) => tensor(values),
  values: (t: Tensor) => [...t.data],
};
async function* streamOf(chunks: readonly unknown[]): AsyncGenerator<unknown> {
  yield* chunks;
}
const double = (x: Tensor) => tensor([...x.data].map((value) => value * 2));

const modules: ContractTarget<Tensor>[] = [
  {
    ...tensors,
    name: 'Module, sync',
    mode: 'sync',
    create(onForward) {
      class Double extends Module {
        override forward(...inputs: [Tensor, ...unknown[]]): Tensor {
          onForward(inputs);
          return double(inputs[0]);
        }
      }
      const hookable = new Double();
      return { hookable, call: hookable as never };
    },
    createStream(chunks) {
      class Words extends Module {
        override forward(): AsyncGenerator<unknown> {
          return streamOf(chunks);
        }
      }
      const hookable = new Words();
      return { hookable, call: hookable as never };
    },
  },
  {
    ...tensors,
    name: 'Module, promise',
    mode: 'promise',
    create(onForward) {
      class Double extends Module {
        override async forward(...inputs: [Tensor, ...unknown[]]): Promise<Tensor> {
          onForward(inputs);
          await undefined;
          return double(inputs[0]);
        }
      }
      const hookable = new Double();
      return { hookable, call: hookable as never };
    },
    createStream(chunks) {
      class Words extends Module {
        override async forward(): Promise<AsyncGenerator<unknown>> {
          return streamOf(chunks);
        }
      }
      const hookable = new Words();
      return { hookable, call: hookable as never };
    },
  },
  {
    ...tensors,
    name: 'Module, async',
    mode: 'async',
    create(onForward) {
      class Double extends Module {
        static override readonly async = true;
        override forward(...inputs: [Tensor, ...unknown[]]): Promise<Tensor> {
          onForward(inputs);
          return Promise.resolve(double(inputs[0]));
        }
      }
      const hookable = new Double();
      return { hookable, call: hookable as never };
    },
    createStream(chunks) {
      class Words extends Module {
        static override readonly async = true;
        override async forward(): Promise<AsyncGenerator<unknown>> {
          return streamOf(chunks);
        }
      }
      const hookable = new Words();
      return { hookable, call: hookable as never };
    },
  },
];

/** How another framework makes and reads its tensors. */
interface Framework<T> {
  readonly name: string;
  tensor(values: readonly number[]): T;
  readonly reader: TensorReader<T>;
}

class Box {
  readonly values: readonly number[];
  constructor(values: readonly number[]) {
    this.values = values;
  }
}

const boxes: Framework<Box> = {
  name: 'boxes',
  tensor: (values) => new Box(values),
  reader: {
    is: (value): value is Box => value instanceof Box,
    shape: ({ values }) => [values.length],
    values: ({ values }) => Float32Array.from(values),
    keep: (box) => box,
  },
};

/** Tensors that are arrays of numbers. A pre-hook that returns one replaces a single input. */
const arrays: Framework<readonly number[]> = {
  name: 'arrays',
  tensor: (values) => [...values],
  reader: {
    is: (value): value is readonly number[] => Array.isArray(value) && typeof value[0] === 'number',
    shape: ({ length }) => [length],
    values: (array) => Float32Array.from(array),
    keep: (array) => [...array],
  },
};

/** An attached method, of an object or of its prototype. */
function attached<T>(
  { name, tensor, reader }: Framework<T>,
  mode: ContractTarget<T>['mode'],
  on: 'object' | 'prototype' = 'object',
): ContractTarget<T> {
  const options = { reader: reader as TensorReader, async: mode === 'async' };
  const valuesOf = (of: T) => [...(reader.values(of) as Float32Array)];
  return {
    name: `attach, ${mode}, ${name}, on ${on === 'object' ? 'an object' : 'a prototype'}`,
    mode,
    extraInputs: true,
    tensor,
    values: valuesOf,
    create(onForward) {
      class Model {
        sign = 1;
        run(...inputs: unknown[]): unknown {
          assert.is(this.sign, 1);
          onForward(inputs);
          const output = tensor(valuesOf(inputs[0] as T).map((value) => value * 2 * this.sign));
          return mode === 'sync' ? output : Promise.resolve(output);
        }
      }
      const model = new Model();
      if (on === 'prototype') {
        const hookable = attach(Model.prototype, 'run', options);
        return { hookable, call: (...inputs) => model.run(...inputs), receiver: model };
      }
      // Declared async, the Hookable never throws synchronously. Unhooked, model.run() is not intercepted and may.
      const hookable = attach(model, 'run', options);
      const call = (...inputs: unknown[]) => (mode === 'async' ? hookable(...inputs) : model.run(...inputs));
      return { hookable, call, receiver: model };
    },
    createStream(chunks) {
      const model = { run: (): unknown => (mode === 'sync' ? streamOf(chunks) : Promise.resolve(streamOf(chunks))) };
      const hookable = attach(model, 'run', options);
      return { hookable, call: () => model.run() };
    },
  };
}

/** A tensor that its framework frees by hand. */
class Owned {
  static alive = 0;
  #values: readonly number[] | undefined;
  constructor(values: readonly number[]) {
    this.#values = [...values];
    Owned.alive++;
  }
  get values(): readonly number[] {
    if (this.#values === undefined) throw new Error('a tensor was read after it had been freed');
    return this.#values;
  }
  free(): void {
    if (this.#values === undefined) throw new Error('a tensor was freed twice');
    this.#values = undefined;
    Owned.alive--;
  }
}

const ownedReader: TensorReader<Owned> = {
  is: (value): value is Owned => value instanceof Owned,
  shape: ({ values }) => [values.length],
  values: ({ values }) => Float32Array.from(values),
  keep: ({ values }) => new Owned(values),
};
const doubleOwned = ({ values }: Owned) => new Owned(values.map((value) => 2 * value));
/** The message of the error that a call throws or rejects with. */
const errorOf = async (call: () => unknown) => {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};
const memory = manualMemory((tensor: Owned) => tensor.free());

/** An attached method of a framework that frees its tensors by hand. */
function ownedTarget(mode: ContractTarget<Owned>['mode']): ContractTarget<Owned> {
  return {
    name: `attach() with tensors that are freed, ${mode}`,
    mode,
    extraInputs: true,
    tensor: (values) => new Owned(values),
    values: ({ values }) => values,
    create(onForward) {
      const run = (...inputs: unknown[]) => {
        onForward(inputs);
        return doubleOwned(inputs[0] as Owned);
      };
      const model = { run: mode === 'sync' ? run : async (...inputs: unknown[]) => run(...inputs) };
      const options = { reader: ownedReader as TensorReader, memory, async: mode === 'async' };
      return { hookable: attach(model, 'run', options), call: (...inputs) => model.run(...inputs), receiver: model };
    },
  };
}

/** A Hookable whose framework computes the output itself and then passes it to the hooks. */
class OutputsOnly extends Hookable {
  constructor(run: (x: unknown) => unknown) {
    super({
      reader: boxes.reader as TensorReader,
      unsupported: { 'forward-pre': 'only outputs are available here, so there are no pre-hooks' },
      call: (x) => {
        const call = listeners.begin();
        return listeners.after(call, [x], run(x));
      },
    });
    const listeners = listenersOf(this);
  }

  override forward(x: unknown): unknown {
    return x;
  }
}

const outputs: ContractTarget<Box> = {
  name: 'outputs only',
  mode: 'sync',
  extraInputs: false,
  outputsOnly: true,
  tensor: boxes.tensor,
  values: ({ values }) => values,
  create(onForward) {
    const hookable = new OutputsOnly((x) => {
      onForward([x]);
      return new Box((x as Box).values.map((value) => 2 * value));
    });
    return { hookable, call: hookable as never };
  },
};

const runs = [
  ...modules.map((target) => hookContract(target)),
  ...(['sync', 'promise', 'async'] as const).flatMap((mode) => [
    hookContract(attached(boxes, mode)),
    hookContract(attached(arrays, mode)),
  ]),
  hookContract(attached(boxes, 'sync', 'prototype')),
  hookContract(attached(boxes, 'promise', 'prototype')),
  ...(['sync', 'promise', 'async'] as const).map((mode) => hookContract(ownedTarget(mode))),
  hookContract(outputs),
];
for (const { name, run } of runs.flat()) test(name, run);

test('a target with outputsOnly has all cases but those of pre-hooks and of a forward that throws', () => {
  for (const mode of ['sync', 'promise', 'async'] as const) {
    const names = (target: ContractTarget<Box>) => hookContract({ ...target, name: '', mode }).map(({ name }) => name);
    const left = names({ ...outputs, outputsOnly: false }).filter((name) => !names(outputs).includes(name));
    for (const name of left) assert.match(name, /pre-hook|forward throws|the call that threw/);
    assert.is(left.length, { sync: 5, promise: 6, async: 7 }[mode]);
  }
});

test('hookContract checks its target and what create() gives', async () => {
  for (const [wrong, message] of [
    [null, 'the target must be an object, got null'],
    [{}, 'name of the target must be a string, got undefined'],
    [
      { ...outputs, mode: 'later' },
      "mode of the target must be one of 'sync', 'promise', 'async', got the string \"later\"",
    ],
    [{ ...outputs, values: undefined }, 'values of the target must be a function, got undefined'],
    [{ ...outputs, createStream: 1 }, 'createStream of the target must be a function, got the number 1'],
  ] as const) {
    assert.throws(
      () => hookContract(wrong as never),
      (error: Error) => error instanceof TypeError && error.message === `hookContract(): ${message}`,
      message,
    );
  }
  const [first] = hookContract({ ...outputs, create: () => ({ hookable: {}, call: () => 1 }) as never });
  const expected = 'hookContract(): hookable of what create() gives must be a Hookable, got an Object';
  assert.is(await errorOf(() => first!.run()), expected);
});

for (const mode of ['sync', 'promise', 'async'] as const) {
  test(`memory: tensors that hooks replace are freed once, those of the caller never (${mode})`, async () => {
    const { tensor, create } = ownedTarget(mode);
    let failing = false;
    const { hookable, call } = create(() => {
      if (failing) throw new Error('failing in forward');
    });
    const before = Owned.alive;
    const input = tensor([1, 2]);
    hookable.registerForwardPreHook(() => tensor([3, 4]));
    hookable.registerForwardPreHook(() => tensor([5, 6]));
    hookable.registerForwardHook(() => tensor([7, 8]));
    hookable.registerForwardHook((_module, _inputs, output) => output);
    const last = hookable.registerForwardHook(() => [tensor([9, 10])], {});
    // An array in place of a tensor is an error. The failing call frees its tensors.
    assert.match(await errorOf(() => call(input)), /not a tensor/);
    assert.is(Owned.alive - before, 2, 'the input, and the tensor inside the refused array');
    last.remove();
    const output = (await call(input)) as Owned;
    assert.equal(output.values, [7, 8]);
    assert.equal(input.values, [1, 2]);
    assert.is(Owned.alive - before, 3, 'the input, the output, and the tensor inside the refused array');
    failing = true;
    assert.match(await errorOf(() => call(input)), /failing in forward/);
    assert.is(Owned.alive - before, 3);
  });
}

test('memory: a tensor is kept if it is part of the replacement or an input', () => {
  const model = { run: (x: Owned): unknown => ({ h: doubleOwned(x), x }) };
  const method = attach(model, 'run', { reader: ownedReader as TensorReader, memory });
  method.registerForwardHook((_module, _inputs, output) => [(output as { h: Owned }).h, new Owned([0])]);
  const before = Owned.alive;
  const input = new Owned([1]);
  const [h] = model.run(input) as [Owned];
  assert.equal([h.values, input.values], [[2], [1]]);
  assert.is(Owned.alive - before, 3);
});

test('memory without a reader is an error: only a reader recognizes tensors', () => {
  assert.throws(() => attach({ run: () => 1 }, 'run', { memory }), /option "memory" needs a "reader"/);
  const free = () => {};
  assert.throws(
    () => attach({ run: () => 1 }, 'run', { memory: free as never }),
    /must be what manualMemory\(\) gives/,
  );
  assert.throws(() => manualMemory(5 as never), /manualMemory\(\): free must be a function, got the number 5/);
});

test.run();
