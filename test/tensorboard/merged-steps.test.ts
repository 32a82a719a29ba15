// logActivations(…, { merge: 'step' }): one histogram of all calls at one step.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  Linear,
  Module,
  ReLU,
  Sequential,
  select,
  type Tensor,
  tensor,
  tensorReader,
} from '../../src/index.ts';
import {
  type LogActivationsOptions,
  logActivations,
  MemorySink,
  readEvents as readLogged,
  SummaryWriter,
} from '../../src/tensorboard/index.ts';
import { collected } from '../hooks/collected.ts';
import { cases, wallTime } from './fixture.ts';
import { type ReadEvent, readEvents } from './read-events.ts';
import { reported } from './reported.ts';
import { atTime, withSumsOf } from './temporary.ts';

const every = () => true;

/** Returns its input. */
function identity(reader: object = tensorReader) {
  const model = { run: (x: unknown) => x };
  return { model, run: attach(model, 'run', { reader: reader as typeof tensorReader, name: 'model' }) };
}

function open() {
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  const events = async (): Promise<ReadEvent[]> => {
    await writer.flush();
    const bytes = new Uint8Array(await [...sink.files().values()][0]!.arrayBuffer());
    return readEvents(bytes).slice(1);
  };
  /** `tag step number of values`, or the value of a scalar. */
  const names = async () =>
    (await events()).map(({ tag, step, histogram, simpleValue }) => `${tag} ${step} ${histogram?.num ?? simpleValue}`);
  return { sink, writer, events, names };
}

for (const { name, kind, numbers, finite, record } of cases) {
  if (kind !== 'histogram' || numbers.length < 2 || !finite) continue;
  test(`merged calls have PyTorch's histogram of all values: ${name}`, async () => {
    const { writer, events } = open();
    const expected = readEvents(record)[0]!;
    const read = { ...tensorReader, is: Array.isArray, values: (values: number[]) => Float64Array.from(values) };
    const { model, run } = identity(read);
    const step = expected.step;
    const options: LogActivationsOptions = { tag: () => expected.tag!, step: () => step, merge: 'step' };
    const handle = logActivations(writer, select(run, every), options);
    const all = Array.from(numbers);
    // Parts of unequal size, an empty one among them.
    const cut = Math.ceil(all.length / 3);
    for (const part of [all.slice(0, cut), [], all.slice(cut, cut + 1), all.slice(cut + 1)]) model.run(part);
    assert.equal(await events(), []);
    atTime(wallTime, () => handle.remove());
    const [actual, ...others] = await events();
    assert.equal(others, []);
    assert.equal(withSumsOf(expected, actual!), Buffer.from(expected.bytes));
  });
}

test('a step is written when the next one begins, at remove() and at close()', async () => {
  const { writer, names } = open();
  const net = new Sequential(new ReLU(), new Linear(2, 3));
  let epoch = 0;
  const handle = logActivations(writer, select(net, '*'), { step: () => epoch, merge: 'step' });
  const x = tensor([[1, 2]]);
  for (let batch = 0; batch < 4; batch++) net(x);
  assert.equal(await names(), []);
  epoch = 1;
  net(x);
  const first = ['0 0 8', '1 0 12'];
  assert.equal(await names(), first);
  handle.remove();
  const second = ['0 1 2', '1 1 3'];
  assert.equal(await names(), [...first, ...second]);
  handle.remove();
  net(x);
  logActivations(writer, select(net, '0'), { step: () => 2, merge: 'step' });
  net(x);
  await writer.close();
  assert.equal(await names(), [...first, ...second, '0 2 2']);
});

test('`every` chooses the steps that are merged', async () => {
  const { writer, names } = open();
  const { model, run } = identity();
  let epoch = -2;
  logActivations(writer, select(run, every), { tag: () => 'm', step: () => epoch, merge: 'step', every: 2 });
  for (; epoch < 4; epoch++) for (let batch = 0; batch < 3; batch++) model.run(tensor([1, 2]));
  // Step 2 ended when step 3 began, though that is not merged.
  assert.equal(await names(), ['m -2 6', 'm 0 6', 'm 2 6']);
  await writer.close();
});

test('merging counts NaN and infinities as addHistogram() does', async () => {
  const { writer, sink } = open();
  const plain = open();
  const { model, run } = identity();
  let step = 0;
  logActivations(writer, select(run, every), { tag: () => 'm', step: () => step, merge: 'step' });
  const steps = [
    [[1, 2], [3]],
    [[NaN, 1], [NaN], [Infinity, 5]],
    [[NaN], [-Infinity]],
    [[4], [6]],
    [[NaN], [-3, -4]],
  ];
  const original = console.warn;
  const said: string[] = [];
  console.warn = (message) => said.push(message);
  for (; step < steps.length; step++) for (const batch of steps[step]!) model.run(tensor(batch));
  await writer.close();
  for (const [at, batches] of steps.entries()) plain.writer.addHistogram('m', batches.flat(), at);
  console.warn = original;
  await plain.writer.close();
  const content = async ({ sink }: typeof plain) => {
    const found: unknown[] = [];
    for await (const event of readLogged([...sink.files().values()][0]!)) {
      if (event.kind === 'scalar') found.push([event.tag, event.step, event.value]);
      if (event.kind === 'histogram') found.push([event.tag, event.step, event.statistics, event.bins]);
    }
    return found;
  };
  const expected = await content(plain);
  assert.is(expected.length, 1 + 3 + 3 + 4 + 4);
  assert.equal(await content({ ...plain, sink }), expected);
  assert.is(said.length, 2);
  assert.match(said[0]!, 'logActivations(): m: of 2 values all are NaN, infinite or beyond the bins');
});

test('calls in training and others are merged apart', async () => {
  class Net extends Module {
    fc = new Linear(2, 2);
    override forward(x: Tensor): Tensor {
      return this.fc(x);
    }
  }
  const { writer, names } = open();
  const net = new Net();
  let epoch = 0;
  logActivations(writer, select(net, Linear), { step: () => epoch, merge: 'step' });
  const x = tensor([[1, 2]]);
  for (; epoch < 2; epoch++) {
    net.train();
    for (let batch = 0; batch < 3; batch++) net(x);
    net.eval();
    net(x);
  }
  await writer.close();
  assert.equal(await names(), ['fc 0 6', 'fc/validation 0 2', 'fc 1 6', 'fc/validation 1 2']);
});

test('options after the inputs mark a call in training, as in tfjs; without training there is one tag', async () => {
  const { writer, names } = open();
  const model = { run: (x: Tensor, _options?: object) => x };
  const run = attach(model, 'run', { reader: tensorReader });
  let step = 0;
  const handle = logActivations(writer, select(run, every), { tag: () => 'm', step: () => step, merge: 'step' });
  const x = tensor([1, 2]);
  model.run(x);
  step = 1;
  model.run(x, { training: false });
  model.run(x, { training: true });
  model.run(x, { training: true, mask: null });
  step = 2;
  model.run(x);
  handle.remove();
  assert.equal(await names(), ['m 0 2', 'm 1 4', 'm/validation 1 2', 'm/validation 2 2']);
  await writer.close();
});

test('asynchronous values belong to the step of their call', async () => {
  const { writer, names } = open();
  const given: (() => void)[] = [];
  const values = (t: Tensor) => new Promise((resolve) => given.push(() => resolve(tensorReader.values(t))));
  const { model, run } = identity({ ...tensorReader, values });
  let step = 0;
  logActivations(writer, select(run, every), { tag: () => 'm', step: () => step, merge: 'step' });
  for (; step < 3; step++) for (let i = 0; i < 2; i++) model.run(tensor([1, 2, 3]));
  // Those of step 1 come first; of step 0 one is missing.
  for (const i of [2, 3, 0]) given[i]!();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await names(), ['m 1 6']);
  given[1]!();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await names(), ['m 1 6', 'm 0 6']);
  const closed = writer.close();
  for (const i of [4, 5]) given[i]!();
  await closed;
  assert.equal(await names(), ['m 1 6', 'm 0 6', 'm 2 6']);
});

test('an unused model with logActivations() is collected, and close() writes its merged steps', async () => {
  for (const merge of [true, false]) {
    const { writer, names } = open();
    const use = () => {
      const net = new Sequential(new Linear(1, 1));
      const options: LogActivationsOptions = { tag: () => 'm', step: () => 4, ...(merge && { merge: 'step' }) };
      logActivations(writer, select(net, Linear), options);
      net(tensor([[1]]));
      return new WeakRef(net[0]!);
    };
    assert.ok(await collected(use()), merge ? 'merged' : 'each');
    await writer.close();
    assert.equal(await names(), ['m 4 1']);
  }
});

test('an unused writer with its model and logActivations() is collected', async () => {
  const use = () => {
    const writer = new SummaryWriter('forgotten', { sink: new MemorySink() });
    const net = new Sequential(new Linear(1, 1));
    logActivations(writer, select(net, Linear));
    net(tensor([[1]]));
    return new WeakRef(writer);
  };
  assert.ok(await collected(use()));
});

test('merged steps survive a sink that is full for a while', async () => {
  let full = false;
  const memory = new MemorySink();
  const create = (path: string) => {
    const file = memory.create(path);
    return {
      append(bytes: Uint8Array) {
        if (full) throw new Error('no space left');
        return file.append(bytes);
      },
    };
  };
  const writer = new SummaryWriter('run', { sink: { create }, maxQueue: 1 });
  const { model, run } = identity();
  let step = 0;
  logActivations(writer, select(run, every), { tag: () => 'm', step: () => step, merge: 'step' });
  const said = await reported(async () => {
    for (; step < 9; step++) {
      full = step > 2 && step < 7;
      model.run(tensor([step]));
    }
    await writer.close();
  });
  assert.is(said.length, 1);
  assert.match(said[0]!, 'no space left; records kept in memory: 1');
  const found: number[] = [];
  for await (const event of readLogged([...memory.files().values()][0]!)) {
    if (event.kind === 'histogram') found.push(Number(event.step));
  }
  assert.equal(found, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('logActivations() refuses options that cannot be merged', () => {
  const writer = new SummaryWriter('run', { sink: new MemorySink() });
  const { run } = identity();
  const step = () => 0;
  const wrong: [options: object, message: RegExp][] = [
    [{ merge: 'epoch', step }, /option "merge" must be 'step', got the string "epoch"$/],
    [{ merge: 'step' }, /option "merge" needs the option "step"/],
    [
      { merge: 'step', step, bins: 30 },
      /option "merge" needs bins that do not depend on the values \(the default, or edges\), got the number 30/,
    ],
    [
      { merge: 'step', step, bins: 'auto' },
      /bins that do not depend on the values \(the default, or edges\), got the string "auto"/,
    ],
  ];
  for (const [options, message] of wrong)
    assert.throws(() => logActivations(writer, select(run, every), options), message);
  const half = { addHistogram() {} };
  assert.throws(
    () => logActivations(half, select(run, every), { merge: 'step', step }),
    /option "merge" needs a SummaryWriter, got an Object/,
  );
  logActivations(writer, select(run, every), { merge: 'step', step, bins: [0, 1, 2] }).remove();
});

test.run();
