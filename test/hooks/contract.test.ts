// The public contract suite over everything of layertap's own that can be hooked.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attach, Module, type Tensor, type TensorReader, tensor } from '../../src/index.ts';
import { type ContractTarget, hookContract } from '../../src/testing.ts';

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

/** A tensor of some other framework. */
class Box {
  readonly values: readonly number[];
  constructor(values: readonly number[]) {
    this.values = values;
  }
}

const boxReader: TensorReader<Box> = {
  is: (value): value is Box => value instanceof Box,
  shape: ({ values }) => [values.length],
  values: ({ values }) => Float32Array.from(values),
  keep: (box) => box,
};

const attached = (['sync', 'promise', 'async'] as const).map(
  (mode): ContractTarget<Box> => ({
    name: `attach, ${mode}`,
    mode,
    extraInputs: true,
    tensor: (values) => new Box(values),
    values: (box) => box.values,
    create(onForward) {
      class Model {
        sign = 1;
        run(...inputs: unknown[]): unknown {
          assert.is(this.sign, 1);
          onForward(inputs);
          const output = new Box((inputs[0] as Box).values.map((value) => value * 2 * this.sign));
          return mode === 'sync' ? output : Promise.resolve(output);
        }
      }
      const model = new Model();
      const options = { reader: boxReader as TensorReader, async: mode === 'async' };
      // An async method may be hooked without saying so; one that says so never throws, hooked or not.
      const hookable = attach(model, 'run', options);
      return { hookable, call: (...inputs) => (mode === 'async' ? hookable(...inputs) : model.run(...inputs)) };
    },
    createStream(chunks) {
      const model = { run: (): unknown => (mode === 'sync' ? streamOf(chunks) : Promise.resolve(streamOf(chunks))) };
      const hookable = attach(model, 'run', { reader: boxReader as TensorReader, async: mode === 'async' });
      return { hookable, call: () => model.run() };
    },
  }),
);

for (const target of modules) for (const { name, run } of hookContract(target)) test(name, run);
for (const target of attached) for (const { name, run } of hookContract(target)) test(name, run);

test.run();
