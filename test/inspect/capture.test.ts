import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { plainSummary } from '../../src/check/index.ts';
import {
  attach,
  Identity,
  Linear,
  listHooks,
  Module,
  ReLU,
  rand,
  Sequential,
  type Tensor,
  tensor,
  tensorReader,
} from '../../src/index.ts';
import { capture } from '../../src/inspect/index.ts';
import { bytesOf, factsOf, feedsOf, numbersOf } from '../adapters/onnx/load.ts';
import { shared } from '../adapters/tfjs/models.ts';
import { leaked, numbers } from '../adapters/tfjs/tensors.ts';
import { rejects } from '../fixtures/rejection.ts';

class Twice extends Module {
  fc: Linear = new Linear(3, 3);
  head: Sequential = new Sequential(new Linear(3, 2), new ReLU());
  unused: ReLU = new ReLU();
  override forward(x: Tensor): Tensor {
    return this.head(this.fc(this.fc(x))) as Tensor;
  }
}

test('capture keeps the outputs by path, each call of a shared module apart, and returns what the run did', async () => {
  const net = new Twice();
  const x = rand(4, 3);
  const captured = await capture(net, [x], ['fc', 'head.*', 'unused']);
  const first = net.fc(x);
  const second = net.fc(first);
  assert.equal(
    captured.calls('fc').map(({ call, value }) => [call, value.data]),
    [
      [0, first.data],
      [1, second.data],
    ],
  );
  assert.equal(captured.value('head.0').data, (net.head[0] as Linear)(second).data);
  assert.equal((captured.result as Tensor).data, net(x).data);
  assert.is(captured.stopped, false);
  assert.equal(
    [...captured].map(([path, calls]) => [path, calls.length]),
    [
      ['fc', 2],
      ['head.0', 1],
      ['head.1', 1],
      ['unused', 0],
    ],
  );
  assert.throws(() => captured.value('fc'), /^capture\(\): "fc" was called 2 times: use calls\(\)$/);
  assert.throws(() => captured.value('unused'), /"unused" was not called/);
  assert.throws(() => captured.calls('head.2'), /"head.2" was not captured\n {2}nearest: head\.[01]/);
  assert.equal(listHooks(net), []);
});

test('every, first and last choose calls of each module', async () => {
  const layer = new Identity();
  const run = () => {
    for (let i = 0; i < 10; i++) layer(tensor([i]));
  };
  const seen = async (options: object) =>
    (await capture(layer, run, /^$/, options)).calls('').map(({ call, value }) => [call, value.data[0]]);
  const both = (calls: number[]) => calls.map((call) => [call, call]);
  assert.equal(await seen({ every: 3 }), both([0, 3, 6, 9]));
  assert.equal(await seen({ first: 2 }), both([0, 1]));
  assert.equal(await seen({ every: 3, first: 2 }), both([0, 3]));
  assert.equal(await seen({ last: 3 }), both([7, 8, 9]));
  assert.equal(await seen({ every: 4, last: 2 }), both([4, 8]));
});

test('statistics keep the structure of an output, and a function keeps what it returns', async () => {
  const x = rand(5, 3);
  const model = { run: (input: Tensor) => ({ last: input, list: [input.mul(2), 'text'] }) };
  const net = attach(model, 'run', { reader: tensorReader });
  const { last, list } = (await capture(net, [x], /^$/, { take: 'statistics' })).value('') as never as {
    last: { mean: number };
    list: [{ mean: number }, string];
  };
  const { mean } = plainSummary(x.data);
  assert.ok(Math.abs(last.mean - mean) < 1e-6);
  assert.ok(Math.abs(list[0].mean - 2 * mean) < 1e-6);
  assert.is(list[1], 'text');
  const sizes = await capture(new Twice(), [x], 'fc', {
    take: async ({ path, output }) => `${path} ${(output as Tensor).shape}`,
  });
  assert.equal(
    sizes.calls('fc').map(({ value }) => value),
    ['fc 5,3', 'fc 5,3'],
  );
});

test('a limit is checked before a tensor is kept, and ends the run with nothing kept', async () => {
  let calls = 0;
  const layer = new Identity();
  const run = () => {
    for (; calls < 10; calls++) layer(rand(100));
  };
  await rejects(
    capture(layer, run, /^$/, { limit: 1199 }),
    /option "limit" must be at least 1200 bytes to keep the model, call 2, got 1199\n {2}kept so far: 800 bytes/,
    RangeError,
  );
  assert.is(calls, 2);
  calls = 0;
  // A ring needs no room for one more.
  assert.is((await capture(layer, run, /^$/, { limit: 1200, last: 3 })).calls('').length, 3);
  assert.equal(listHooks(layer), []);
});

test('stopAt ends the run behind the observers of the module', async () => {
  const net = new Twice();
  const seen: string[] = [];
  const handle = net.fc.observe(() => seen.push('fc'));
  net.head.observe(() => seen.push('head'));
  const captured = await capture(net, [rand(2, 3)], ['fc', 'head'], { stopAt: 'fc' });
  assert.equal(seen, ['fc']);
  assert.equal(captured.calls('fc').length, 1);
  assert.equal(captured.calls('head'), []);
  assert.is(captured.stopped, true);
  assert.is(captured.result, undefined);
  handle.remove();
  assert.is(listHooks(net).length, 1);
  // One that is never called.
  assert.is((await capture(net, [rand(2, 3)], 'fc', { stopAt: 'unused' })).stopped, false);
  await rejects(capture(net, [rand(2, 3)], 'fc', { stopAt: 'fcc' }), /fcc/);
});

test('stopAt ends a run through code that wraps or swallows errors, and an asynchronous one', async () => {
  const layer = new Identity();
  const steps: number[] = [];
  const generate = async (keep: (error: unknown) => void) => {
    for (let i = 0; i < 3; i++) {
      try {
        await null;
        layer(tensor([i]));
        steps.push(i);
      } catch (error) {
        keep(error);
      }
    }
    return 'finished';
  };
  const wrapped = await capture(
    layer,
    () =>
      generate((cause) => {
        throw new Error('generate() failed', { cause });
      }),
    /^$/,
    { stopAt: '' },
  );
  assert.is(wrapped.calls('').length, 1);
  assert.is(wrapped.stopped, true);
  const swallowed = await capture(layer, () => generate(() => {}), /^$/, { stopAt: '' });
  assert.is(swallowed.calls('').length, 3);
  assert.equal([swallowed.stopped, swallowed.result], [true, undefined]);
  assert.equal(steps, []);
});

test('an error of the model is thrown, and one of a function too', async () => {
  class Fails extends Module {
    fc: Linear = new Linear(2, 2);
    override forward(x: Tensor): Tensor {
      this.fc(x);
      throw new RangeError('no further');
    }
  }
  const net = new Fails();
  await rejects(capture(net, [rand(1, 2)], 'fc'), /^no further$/, RangeError);
  const take = async () => {
    throw new RangeError('taken');
  };
  await rejects(capture(net.fc, [rand(1, 2)], /^$/, { take }), /^taken$/, RangeError);
  await rejects(
    capture(net.fc, [rand(1, 2)], /^$/, {
      take: () => {
        throw new RangeError('at once');
      },
    }),
    /^at once$/,
    RangeError,
  );
  assert.equal(listHooks(net), []);
});

test('a model that hangs is given up by a signal', async () => {
  const model = { run: () => new Promise(() => {}) };
  const net = attach(model, 'run');
  const controller = new AbortController();
  const promise = capture(net, [], /^$/, { signal: controller.signal });
  controller.abort(new RangeError('enough'));
  await rejects(promise, /^enough$/, RangeError);
  assert.equal(listHooks(net), []);
});

test('wrong arguments are errors before anything runs', async () => {
  const net = new Twice();
  const x = [rand(1, 3)] as const;
  await rejects(
    capture({} as never, x as never, 'fc'),
    /^capture\(\): the model must be a module, got an Object$/,
    TypeError,
  );
  await rejects(
    capture(net, 7 as never, 'fc'),
    /the inputs must be an array, or a function that runs the model/,
    TypeError,
  );
  await rejects(capture(net, x, 'fcc'), /nothing in Twice matches "fcc"\n {2}nearest: fc/);
  await rejects(
    capture(net, x, 'fc', { stopAt: 'haed.0' }),
    /^capture\(\): option "stopAt" must be the path of a module, got "haed\.0"\n {2}nearest: head\.0, /,
    RangeError,
  );
  await rejects(capture(net, x, ['fc', 'nothing']), /nothing in Twice matches "nothing"/);
  await rejects(capture(net, x, 'fc', { every: 0 }), /option "every" must be a whole number of at least 1/, RangeError);
  await rejects(capture(net, x, 'fc', { first: 1, last: 1 }), /"first" and "last" exclude each other/, TypeError);
  await rejects(capture(net, x, 'fc', { limit: -1 }), /option "limit" must be a number of bytes/, RangeError);
  await rejects(
    capture(net, x, 'fc', { take: 'all' as never }),
    /option "take" must be 'tensors', 'statistics' or a function/,
  );
  assert.equal(listHooks(net), []);
});

test('in tfjs the copies outlive the run, belong to the caller, and are freed if it fails', async () => {
  const model = shared();
  const net = wrapTfjs(tf, model);
  const inputs = [numbers([2, 4], 1), numbers([2, 4], 2)];
  const expected = model.predict(inputs) as tf.Tensor[];
  assert.is(
    await leaked(async () => {
      const captured = await capture(net, () => model.predict(inputs), ['tower', 'left']);
      assert.is(captured.calls('tower').length, 2);
      assert.equal(captured.value('left').dataSync(), expected[0]!.dataSync());
      captured.dispose();
      tf.dispose(captured.result as tf.Tensor[]);
    }),
    0,
  );
  assert.is(
    await leaked(async () => {
      await rejects(
        capture(net, () => model.predict(inputs), ['tower', 'left'], { limit: 50 }),
        /call 2|at least/,
      );
      const captured = await capture(net, () => model.predict(inputs), ['tower', 'joined'], {
        stopAt: 'tower',
        last: 1,
      });
      assert.is(captured.calls('tower').length, 1);
      assert.equal(captured.calls('joined'), []);
      assert.is(captured.stopped, true);
      captured.dispose();
    }),
    0,
  );
  assert.equal(listHooks(net), []);
});

test('in ONNX Runtime nodes and modules are captured', async () => {
  const facts = factsOf('mlp');
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  try {
    const known = [...net.namedModules()].map(([path]) => path);
    const paths = known.filter((path) => path !== '' && facts.seen[path]?.length === 1);
    assert.ok(paths.length > 2);
    const captured = await capture(net, [feedsOf(facts)], paths);
    for (const path of paths) {
      const { values } = facts.seen[path]![0]![0]!;
      for (const [i, value] of numbersOf(captured.value(path)).entries()) {
        assert.ok(Math.abs(value - values[i]!) < 1e-5, path);
      }
    }
    assert.equal(listHooks(net), []);
  } finally {
    await net.release();
  }
});

test('in ONNX Runtime stopAt computes only what leads to the module', async () => {
  const { InferenceSession } = ort;
  const { create } = InferenceSession;
  const runs: string[][] = [];
  InferenceSession.create = (async (...given: Parameters<typeof create>) => {
    const session = await create.apply(InferenceSession, given);
    const { run } = session;
    session.run = ((...more: Parameters<typeof run>) => {
      runs.push([...session.outputNames]);
      return run.apply(session, more);
    }) as typeof run;
    return session;
  }) as typeof create;
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  try {
    const feeds = feedsOf(factsOf('mlp'));
    const stopped = await capture(net, [feeds], '*', { stopAt: 'fc2' });
    assert.is(stopped.stopped, true);
    assert.equal(
      [...stopped].map(([path, calls]) => [path, calls.length]),
      [
        ['fc1', 1],
        ['act', 1],
        ['fc2', 1],
        ['fc3', 0],
      ],
    );
    // One session ran, whose graph ends there.
    assert.is(runs.length, 1);
    assert.equal(runs[0]!.slice(0, 2), ['/fc1/Gemm_output_0', '/act/Relu_output_0']);
    assert.is(runs[0]!.length, 3);
    assert.not.ok(runs[0]!.includes('y'));
    assert.equal(listHooks(net), []);
    assert.is((await capture(net, [feeds], 'fc2')).stopped, false);
    assert.ok(runs.at(-1)!.includes('y'));
  } finally {
    InferenceSession.create = create;
    await net.release();
  }
});

test.run();
