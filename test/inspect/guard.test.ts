import { inspect } from 'node:util';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import {
  attach,
  Identity,
  Linear,
  listHooks,
  ReLU,
  rand,
  Sequential,
  setReporter,
  type Tensor,
  tensor,
  tensorReader,
} from '../../src/index.ts';
import { GuardError, type GuardFinding, type GuardOptions, guard } from '../../src/inspect/index.ts';
import { readSafetensors } from '../../src/safetensors/index.ts';
import { bytesOf } from '../adapters/onnx/load.ts';
import { rejection } from '../fixtures/rejection.ts';
import { laterReader } from './readers.ts';

const layers = () => new Sequential(new Linear(3, 3), new ReLU(), new Linear(3, 2));

/** What a guard finds in a run. */
function found(net: Sequential, x: Tensor, options: GuardOptions = {}): GuardFinding | undefined {
  let finding: GuardFinding | undefined;
  const guarded = guard(net, {
    ...options,
    onFound: (one) => {
      finding = one;
    },
  });
  net(x);
  assert.is(guarded.finding, finding);
  guarded.remove();
  assert.equal(listHooks(net), []);
  return finding;
}

test('the first NaN is found at the innermost module, with the calls before it', () => {
  const net = layers();
  assert.is(found(net, rand(2, 3)), undefined);
  (net[2] as Linear).weight.data[4] = Number.NaN;
  const finding = found(net, rand(2, 3))!;
  assert.equal([finding.path, finding.kind, finding.call, finding.why], ['2', 'Linear', 1, '2 of 4 values are NaN']);
  assert.equal(
    finding.before.map(({ path }) => path),
    ['0', '1'],
  );
  assert.is(finding.before[0]!.statistics.count, 6);
});

test('a finding as text is the message of its error, and JSON does not have it', () => {
  const finding = found(new Sequential(new ReLU()), tensor([1, Number.NaN]))!;
  assert.is(`guard(): ${finding}`, new GuardError(finding).message);
  assert.match(String(finding), /^1 of 2 values are NaN, in the output of 0 \(ReLU\), call \d\n {2}module +type/);
  assert.is(JSON.parse(JSON.stringify(finding)).toString, Object.prototype.toString);
});

test('a reader that fails is reported: nothing of its tensors was watched', () => {
  const reader = {
    ...tensorReader,
    summarize: () => {
      throw new Error('the device is gone');
    },
  };
  const net = attach({ run: (x: Tensor) => x }, 'run', { reader });
  const reported: string[] = [];
  setReporter((error) => reported.push((error as Error).message));
  try {
    const guarded = guard(net);
    net(tensor([1]));
    assert.is(guarded.finding, undefined);
    guarded.remove();
  } finally {
    setReporter();
  }
  assert.equal(reported, ['layertap: guard(): the model cannot be read: the device is gone']);
});

test('a model whose tensors are not known is an error, and a warning where some are', () => {
  const model = { run: (x: Tensor) => x };
  assert.throws(
    () => guard(attach({ ...model }, 'run')),
    /^guard\(\): the model must have a TensorReader, which tells its tensors, got none: attach\(object, method, \{ reader \}\)$/,
  );
  const part = attach({ encode: (text: string) => text }, 'encode');
  const net = attach(model, 'run', { reader: tensorReader as never, children: () => [['tokenizer', part]] });
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (...text) => warnings.push(...text);
  try {
    guard(net).remove();
    guard(net, { select: (path) => path === '' }).remove();
  } finally {
    console.warn = warn;
  }
  assert.equal(warnings, ['layertap: guard(): not watched, since they have no TensorReader: tokenizer']);
});

test('infinities, values that float16 cannot hold, and a condition are found', () => {
  const net = new Sequential(new ReLU());
  assert.is(found(net, tensor([1, Number.POSITIVE_INFINITY]))!.why, '1 of 2 values are infinite');
  const masked = new Sequential(new Identity());
  const mask = tensor([0, Number.NEGATIVE_INFINITY]);
  assert.match(found(masked, mask)!.why, /^1 of 2 values are -Infinity \(a mask\? the option "masks"/);
  assert.is(found(masked, mask, { masks: true }), undefined);
  assert.is(found(masked, tensor([Number.POSITIVE_INFINITY]), { masks: true })!.why, '1 of 1 values are infinite');
  assert.is(found(net, tensor([65_505])), undefined);
  assert.is(found(net, tensor([65_504]), { float16: true }), undefined);
  assert.is(
    found(net, tensor([3, 65_505]), { float16: true })!.why,
    'float16 cannot hold its values, which are from 3 to 65505',
  );
  const condition = ({ statistics }: { statistics: { max: number } }) => statistics.max > 4 && 'above 4';
  assert.is(found(net, tensor([4]), { condition }), undefined);
  assert.is(found(net, tensor([5]), { condition })!.why, 'above 4');
  assert.is(found(net, tensor([1]), { condition: () => true })!.why, 'the condition holds');
});

test('throw ends the call, once, with nothing left; by default the finding is reported', () => {
  const net = layers();
  const bad = tensor([[Number.NaN, 0, 0]]);
  guard(net, { action: 'throw' });
  net(rand(1, 3));
  assert.throws(
    () => net(bad),
    (error: unknown) =>
      error instanceof GuardError &&
      error.finding.path === '0' &&
      /^guard\(\): 3 of 3 values are NaN, in the output of 0 \(Linear\), call 1\n {2}module +type/.test(
        error.message,
      ) &&
      !inspect(error).includes('history'),
  );
  assert.equal(listHooks(net), []);
  const reports: Error[] = [];
  setReporter((error) => reports.push(error as Error));
  try {
    guard(net);
    net(bad);
    net(bad);
  } finally {
    setReporter(undefined);
  }
  assert.equal(
    reports.map(({ name }) => name),
    ['GuardError'],
  );
  assert.equal(listHooks(net), []);
});

test('the last calls of every module are kept, each in a ring of its own, and every watches each n-th call', () => {
  const [often, seldom] = [new ReLU(), new ReLU()];
  const net = new Sequential(often, seldom);
  let finding: GuardFinding | undefined;
  guard(net, {
    select: '*',
    history: 2,
    every: 2,
    onFound: (one) => {
      finding = one;
    },
  });
  seldom(tensor([10]));
  for (const value of [0, Number.NaN, 2, 3, 4, 5, Number.NaN]) often(tensor([value]));
  assert.is(finding!.call, 6);
  assert.equal(
    [...finding!.history].map(([path, frames]) => [path, frames.map(({ call, statistics }) => [call, statistics.max])]),
    [
      [
        '0',
        [
          [2, 2],
          [4, 4],
        ],
      ],
      // Many calls of the other module have not pushed it out.
      ['1', [[0, 10]]],
    ],
  );
  assert.equal(
    finding!.before.map(({ path, call }) => [path, call]),
    [
      ['0', 2],
      ['0', 4],
    ],
  );
});

test('each tensor of an output has a ring', () => {
  const model = { run: (x: Tensor) => [x, { last: x.mul(2) }] };
  const guarded = guard(attach(model, 'run', { reader: tensorReader }), {
    history: 2,
    condition: ({ statistics }) => statistics.max > 10,
    onFound: () => {},
  });
  for (const value of [1, 2, 3, 6]) model.run(tensor([value]));
  const { finding } = guarded;
  assert.is(finding!.place, '/1/last');
  assert.equal(
    finding!.history.get('')!.map(({ place, call, statistics }) => [place, call, statistics.max]),
    [
      ['/1/last', 1, 4],
      ['/0', 2, 3],
      ['/1/last', 2, 6],
      ['/0', 3, 6],
    ],
  );
});

test('an attached module whose tensors are read later: the next call throws', async () => {
  const model = { run: (x: Float64Array) => x };
  const net = attach(model, 'run', { reader: laterReader });
  const guarded = guard(net, { action: 'throw' });
  model.run(Float64Array.of(1));
  model.run(Float64Array.of(Number.NaN));
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(guarded.finding?.call, 1);
  assert.throws(() => model.run(Float64Array.of(2)), /1 of 1 values are NaN, in the output of the model/);
  assert.equal(listHooks(net), []);
  model.run(Float64Array.of(3));
});

test('values that are read later are those of the call, and an attached method may say how it runs again', async () => {
  const output = Float64Array.of(Number.NaN, 1);
  const model = { run: (_x: Float64Array) => output };
  const recipe = {
    imports: { './mine.mjs': '{ make }' },
    script: ['const output = make().run(...replay.inputs(({ data }) => data));'],
    environment: 'mine',
  };
  const net = attach(model, 'run', { reader: laterReader, replay: () => recipe });
  const files = new Map<string, Uint8Array>();
  const guarded = guard(net, { save: (name, bytes) => files.set(name, bytes), onFound: () => {} });
  const x = Float64Array.of(5);
  model.run(x);
  x[0] = 6;
  output[1] = 7;
  await new Promise((resolve) => setImmediate(resolve));
  await guarded.finding!.saved;
  assert.equal([...files.keys()], ['call.safetensors', 'replay.mjs']);
  const tensors = readSafetensors(files.get('call.safetensors')!);
  assert.equal([...tensors.get('inputs/0')!.data], [5]);
  assert.equal([...tensors.get('output')!.data], [Number.NaN, 1]);
  const script = new TextDecoder().decode(files.get('replay.mjs')).split('\n');
  assert.match(script[0]!, /^\/\/ Runs the model \(AttachedMethod\) again: 1 of 2 values are NaN\. /);
  assert.equal(script.slice(1), [
    'import { openReplay } from "layertap/inspect";',
    'import { make } from "./mine.mjs";',
    '',
    'const replay = await openReplay(import.meta.url);',
    ...recipe.script,
    '',
  ]);
  assert.equal(listHooks(net), []);
});

test('inputs that JSON does not have are not saved wrongly', async () => {
  const net = attach({ run: (_options: unknown) => tensor([Number.NaN]) }, 'run', { reader: tensorReader });
  const saved = async (input: unknown) => {
    setReporter(() => {});
    const guarded = guard(net, { save: () => {}, onFound: () => {} });
    net(input as never);
    const error = await rejection(guarded.finding!.saved!);
    setReporter(undefined);
    return error.message;
  };
  for (const input of [() => {}, new Map(), Number.NaN, 3n, [undefined], new Date(0)]) {
    assert.match(await saved(input), /^inputs cannot be saved: /, String(input));
  }
});

test('in ONNX Runtime the first node that gives NaN is found', async () => {
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  try {
    const finding = await new Promise<GuardFinding>((resolve, reject) => {
      guard(net, { onFound: resolve });
      const x = new ort.Tensor('float32', new Float32Array(15).fill(Number.NaN), [3, 5]);
      net({ x }).catch(reject);
    });
    assert.match(finding.path, /^fc1/);
    assert.equal(listHooks(net), []);
  } finally {
    await net.release();
  }
});

test('wrong options are errors with nothing registered; a file that cannot be written and a failing onFound are reported', async () => {
  const net = layers();
  assert.throws(() => guard({} as never), /^guard\(\): the model must be a module, got an Object$/);
  assert.throws(() => guard(net, { history: 0 }), /option "history" must be a whole number of at least 1/);
  assert.throws(() => guard(net, { action: 'stop' as never }), /option "action" must be one of 'report', 'throw'/);
  assert.throws(() => guard(net, { select: 'nothing' }), /nothing in Sequential matches/);
  const reports: Error[] = [];
  setReporter((error) => reports.push(error as Error));
  try {
    const guarded = guard(net, {
      save: () => {
        throw new Error('full');
      },
      onFound: () => {
        throw new Error('mine');
      },
    });
    net(tensor([[Number.NaN, 0, 0]]));
    await guarded.finding!.saved!.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    setReporter(undefined);
  }
  assert.equal(
    reports.map(({ message }) => message),
    ['layertap: guard(): onFound failed: mine', 'layertap: guard(): the saved files are not complete: full'],
  );
  assert.equal(listHooks(net), []);
});

test.run();
