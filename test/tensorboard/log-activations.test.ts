import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  Linear,
  Module,
  ReLU,
  Sequential,
  select,
  setReporter,
  type Tensor,
  tensor,
  tensorReader,
} from '../../src/index.ts';
import {
  type LogActivationsOptions,
  logActivations,
  MemorySink,
  readEvents,
  SummaryWriter,
} from '../../src/tensorboard/index.ts';

class Net extends Module {
  fc1 = new Linear(3, 4);
  shared = new Linear(4, 4);
  fc2 = new Linear(4, 4);
  override forward(x: Tensor): Tensor {
    return this.fc2(this.shared(this.shared(this.fc1(x))));
  }
}

const input = tensor([[1, 2, 3]]);

/** Runs with a writer in memory, and gives `tag step` of what it logged. */
async function logged(run: (writer: SummaryWriter) => unknown): Promise<string[]> {
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  await run(writer);
  await writer.close();
  const events: string[] = [];
  for await (const event of readEvents([...sink.files().values()][0]!)) {
    if ('tag' in event) events.push(`${event.tag} ${event.step}`);
  }
  return events;
}

test('logActivations() logs a histogram of each module by its path, and shared modules call by call', async () => {
  const net = new Net();
  const events = await logged((writer) => {
    logActivations(writer, select(net, Linear));
    net(input);
    net(input);
  });
  const once = (pass: number) => [`fc1 ${pass}`, `shared ${2 * pass}`, `shared ${2 * pass + 1}`, `fc2 ${pass}`];
  assert.equal(events, [...once(0), ...once(1)]);
});

test('logActivations() logs the values of the output', async () => {
  const net = new Sequential(new ReLU());
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  logActivations(writer, select(net, '0'));
  net(tensor([-1, 2, 5]));
  await writer.flush();
  for await (const event of readEvents([...sink.files().values()][0]!)) {
    if (event.kind === 'histogram') assert.equal(event.statistics, { min: 0, max: 5, num: 3, sum: 7, sumSquares: 29 });
  }
});

test('logActivations() removes all it registered by one handle', async () => {
  const net = new Net();
  const events = await logged((writer) => {
    const handle = logActivations(writer, select(net, 'fc?'));
    net(input);
    handle.remove();
    net(input);
  });
  assert.equal(events, ['fc1 0', 'fc2 0']);
});

test('logActivations() logs every n-th call', async () => {
  const net = new Net();
  const events = await logged((writer) => {
    logActivations(writer, select(net, 'fc1'), { every: 3 });
    for (let i = 0; i < 7; i++) net(input);
  });
  assert.equal(events, ['fc1 0', 'fc1 3', 'fc1 6']);
});

test('logActivations() takes steps, and numbers the calls of a module within one', async () => {
  const net = new Net();
  let batch = 0;
  const events = await logged((writer) => {
    logActivations(writer, select(net, 'shared'), { every: 2, step: () => batch });
    for (; batch < 4; batch++) net(input);
  });
  assert.equal(events, ['shared 0', 'shared/call_1 0', 'shared 2', 'shared/call_1 2']);
});

test('logActivations() has reprs as tags, or what a function says, and tells equal ones apart', async () => {
  const net = new Net();
  const tagsWith = (tag: LogActivationsOptions['tag']) =>
    logged((writer) => {
      const handle = logActivations(writer, select(net, 'fc?'), tag === undefined ? {} : { tag });
      net(input);
      handle.remove();
    });
  assert.equal(await tagsWith('repr'), [
    'Linear(in_features=3, out_features=4, bias=True) 0',
    'Linear(in_features=4, out_features=4, bias=True) 0',
  ]);
  assert.equal(await tagsWith((path) => `layer/${path}`), ['layer/fc1 0', 'layer/fc2 0']);
  assert.equal(await tagsWith(() => 'same'), ['same (fc1) 0', 'same (fc2) 0']);
  const three = new Sequential(new ReLU(), new ReLU(), new ReLU());
  assert.throws(
    () =>
      logActivations(new SummaryWriter('x', { sink: new MemorySink() }), select(three, '*'), {
        tag: (path) => (path === '2' ? 'same (0)' : 'same'),
      }),
    /^logActivations\(\): "0" and "2" would both have the tag "same \(0\)": one would hide the other$/,
  );
  const twins = new Sequential(new ReLU(), new ReLU());
  const events = await logged((writer) => {
    logActivations(writer, select(twins, ReLU), { tag: 'repr' });
    logActivations(writer, select(twins, Sequential), { tag: 'repr' });
    twins(input);
  });
  assert.equal(events, ['ReLU() (0) 0', 'ReLU() (1) 0', 'Sequential( (0): ReLU() (1): ReLU() ) 0']);
});

test('logActivations() logs each tensor of an output, also where values can only be waited for', async () => {
  const reader = { ...tensorReader, values: async (t: Tensor) => t.data as Float32Array };
  const model = { run: (x: Tensor) => ({ logits: x, hidden: [x, 'no tensor', x] }) };
  const run = attach(model, 'run', { reader });
  const events = await logged(async (writer) => {
    logActivations(
      writer,
      select(run, () => true),
    );
    model.run(input);
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
  assert.equal(events.sort(), ['AttachedMethod/hidden/0 0', 'AttachedMethod/hidden/2 0', 'AttachedMethod/logits 0']);
});

test('logActivations() reports an output without a tensor, and the model goes on', async () => {
  const said: string[] = [];
  setReporter((error) => said.push(error.message));
  try {
    const model = { run: () => 'text' };
    const run = attach(model, 'run', { reader: tensorReader });
    await logged((writer) => {
      logActivations(
        writer,
        select(run, () => true),
      );
      assert.is(model.run(), 'text');
    });
  } finally {
    setReporter();
  }
  assert.is(said.length, 1);
  assert.match(said[0]!, 'it has no tensor that its module can read: the string "text"');
});

test('logActivations() refuses other arguments', () => {
  const writer = new SummaryWriter('run', { sink: new MemorySink() });
  const selection = select(new Net(), Linear);
  assert.throws(() => logActivations({} as never, selection), /a SummaryWriter expected, got an Object/);
  assert.throws(() => logActivations(writer, new Net() as never, 3 as never), /the options must be an object/);
  assert.throws(() => logActivations(writer, [] as never), /what select\(\) gives expected, got an array of length 0/);
  assert.throws(
    () => logActivations(writer, selection, { every: 0 }),
    /option "every" must be a whole number of at least 1/,
  );
  assert.throws(
    () => logActivations(writer, selection, { tag: 'name' as never }),
    /option "tag" must be 'path', 'repr' or a function/,
  );
  assert.throws(() => logActivations(writer, selection, { step: 3 as never }), /option "step" must be a function/);
  assert.throws(() => logActivations(writer, selection, { evry: 2 } as never), /unknown option "evry"/);
});

test.run();
