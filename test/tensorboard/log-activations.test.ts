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
  type TensorReader,
  type TensorValues,
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

import { reported } from './reported.ts';

class Net extends Module {
  fc1 = new Linear(3, 4);
  shared = new Linear(4, 4);
  fc2 = new Linear(4, 4);
  override forward(x: Tensor): Tensor {
    return this.fc2(this.shared(this.shared(this.fc1(x))));
  }
}

const input = tensor([[1, 2, 3]]);

/** Runs with a writer in memory, and returns `tag step` of each record. */
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

test('logActivations() returns one handle that removes everything', async () => {
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

test('logActivations() takes steps, and numbers further calls of a module within one', async () => {
  const net = new Net();
  let batch = 0;
  const events = await logged((writer) => {
    logActivations(writer, select(net, 'shared'), { every: 2, step: () => batch });
    for (; batch < 4; batch++) net(input);
  });
  assert.equal(events, ['shared 0', 'shared/call_1 0', 'shared 2', 'shared/call_1 2']);
});

test('logActivations() has reprs or the results of a function as tags, and distinguishes equal ones', async () => {
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

test('logActivations() logs each tensor of an output, also if its values are asynchronous', async () => {
  const reader = { ...tensorReader, values: async (t: Tensor) => t.data as Float32Array };
  const model = { run: (x: Tensor) => ({ logits: x, hidden: [x, 'no tensor', x] }) };
  const run = attach(model, 'run', { reader });
  const events = await logged(async (writer) => {
    logActivations(
      writer,
      select(run, () => true),
    );
    model.run(input);
  });
  assert.equal(events.sort(), ['AttachedMethod/hidden/0 0', 'AttachedMethod/hidden/2 0', 'AttachedMethod/logits 0']);
});

/** An output as in transformers.js: an instance with its parts as properties. */
class ModelOutput {
  constructor(parts: object) {
    Object.assign(this, parts);
  }
}

test('logActivations() logs the tensors of instances and Maps, and skips a call that returns null', async () => {
  const outputs: unknown[] = [
    new ModelOutput({ logits: input, attentions: null }),
    null,
    undefined,
    new Map([['hidden', input]]),
    null,
    null,
    null,
    { logits: input },
  ];
  const model = { run: () => outputs.shift() };
  const run = attach(model, 'run', { reader: tensorReader, name: 'model' });
  let events: string[] = [];
  const said = await reported(async () => {
    events = await logged((writer) => {
      logActivations(
        writer,
        select(run, () => true),
        { tag: () => 'model' },
      );
      while (outputs.length > 0) model.run();
    });
  });
  assert.equal(said, []);
  assert.equal(events, ['model/logits 0', 'model/hidden 3', 'model/logits 7']);
});

test('logActivations() reports once that a module returns no tensor, and stays', async () => {
  const model = { run: (x: unknown) => x };
  const run = attach(model, 'run', { reader: tensorReader, name: 'model' });
  let events: string[] = [];
  const said = await reported(async () => {
    events = await logged((writer) => {
      logActivations(
        writer,
        select(run, () => true),
        { tag: () => 'model' },
      );
      for (const output of ['a', 'b', 'c', 'd', input]) model.run(output);
    });
  });
  assert.is(said.length, 1);
  assert.match(
    said[0]!,
    /^layertap: logActivations\(\): the output of model is passed over: it has no tensor .* the string "a"/,
  );
  assert.equal(events, ['model 4']);
  const without = attach({ run: () => input }, 'run', { name: 'bare' });
  const more = await reported(() =>
    logged((writer) => {
      logActivations(
        writer,
        select(without, () => true),
      );
      without();
    }),
  );
  assert.match(
    more[0]!,
    'the output of bare is passed over: its module has no TensorReader, which attach(object, method, { reader }) takes: a Tensor',
  );
});

/** Tensors in ONNX Runtime's form. */
const ortReader: TensorReader<{ data: TensorValues }> = {
  is: (value): value is { data: TensorValues } => typeof value === 'object' && value !== null && 'data' in value,
  shape: ({ data }) => [data?.length ?? 0],
  values: ({ data }) => data,
  keep: (one) => one,
};

test('logActivations() logs all parts of an output, whatever their keys are', async () => {
  const model = { run: () => ({ 'a\nb': input, 'a b': input, c: input }) };
  const run = attach(model, 'run', { reader: tensorReader, name: 'model' });
  const events = await logged((writer) => {
    logActivations(
      writer,
      select(run, () => true),
      { tag: () => 'm' },
    );
    for (let i = 0; i < 4; i++) model.run();
  });
  assert.equal(
    events,
    [0, 1, 2, 3].flatMap((step) => [`m/a b ${step}`, `m/a b (2) ${step}`, `m/c ${step}`]),
  );
});

test('close() awaits the pending values of logActivations(), even after remove()', async () => {
  for (const [merge, removed] of [
    [undefined, false],
    [undefined, true],
    ['step', false],
    ['step', true],
  ] as const) {
    const given: (() => void)[] = [];
    const values = (value: Tensor) =>
      new Promise<Float32Array>((resolve) => given.push(() => resolve(value.data as Float32Array)));
    const model = { run: () => input };
    const run = attach(model, 'run', { reader: { ...tensorReader, values }, name: 'model' });
    const events = await logged(async (writer) => {
      const handle = logActivations(
        writer,
        select(run, () => true),
        { tag: () => 'm', step: () => 3, ...(merge && { merge }) },
      );
      model.run();
      if (removed) handle.remove();
      const closed = writer.close();
      await new Promise((resolve) => setImmediate(resolve));
      given[0]!();
      await closed;
    });
    assert.equal(events, ['m 3'], `${merge} ${removed}`);
  }
});

test('a writer that fails leaves no unhandled rejection of an output with synchronous and asynchronous tensors', async () => {
  const later = tensor([2]);
  const values = (value: Tensor) =>
    value === later ? Promise.resolve(later.data as Float32Array) : tensorReader.values(value);
  const model = { run: () => ({ later, input }) };
  const run = attach(model, 'run', { reader: { ...tensorReader, values } as typeof tensorReader, name: 'model' });
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listener);
  const said = await reported(async () => {
    const addHistogram = () => {
      throw new Error('not today');
    };
    logActivations(
      { addHistogram },
      select(run, () => true),
    );
    model.run();
    await new Promise((resolve) => setImmediate(resolve));
  });
  process.off('unhandledRejection', listener);
  assert.equal(unhandled, []);
  assert.is(said.length, 1);
  assert.match(said[0]!, 'not today');
});

test('logActivations() logs every kind of number, and the parts of an output beside one that cannot be read', async () => {
  const output = {
    half: { type: 'float16', data: Uint16Array.of(0x3c00, 0xbc00) },
    ids: { type: 'int64', data: BigInt64Array.of(3n, 4n) },
    mask: { type: 'bool', data: Uint8Array.of(1, 0) },
    packed: { type: 'int4', data: Uint8Array.of(1, 0) },
    texts: { type: 'string', data: undefined },
    names: { data: undefined },
    last: { data: Int32Array.of(7) },
  };
  const model = { run: () => output };
  const run = attach(model, 'run', { reader: ortReader as TensorReader, name: 'model' });
  const sink = new MemorySink();
  const said = await reported(async () => {
    const writer = new SummaryWriter('run', { sink });
    logActivations(
      writer,
      select(run, () => true),
      { tag: () => 'm' },
    );
    for (let i = 0; i < 4; i++) model.run();
    await writer.close();
  });
  assert.is(said.length, 1);
  assert.match(
    said[0]!,
    /the part \/packed of the output of model is passed over: logActivations\(\): m\/packed must be of type .*, got int4/,
  );
  const found: string[] = [];
  for await (const event of readEvents([...sink.files().values()][0]!)) {
    if (event.kind === 'histogram') found.push(`${event.tag} ${event.step} ${event.statistics!.sum}`);
  }
  const once = (step: number) => [`m/half ${step} 0`, `m/ids ${step} 7`, `m/mask ${step} 1`, `m/last ${step} 7`];
  assert.equal(found, [0, 1, 2, 3].flatMap(once));
});

test('logActivations() counts steps from its registration on', async () => {
  const net = new Net();
  const events = await logged((writer) => {
    const other = net.fc1.observe(() => {});
    for (let i = 0; i < 3; i++) net(input);
    logActivations(writer, select(net, 'fc1'), { every: 2 });
    for (let i = 0; i < 3; i++) net(input);
    other.remove();
  });
  assert.equal(events, ['fc1 0', 'fc1 2']);
});

test('logActivations() logs the steps that `every` divides: negative ones, and those that no float64 holds', async () => {
  const net = new Net();
  const steps = [-4, -3, -2, -1, 0, 1, 2n ** 60n, 2n ** 60n + 1n, -(2n ** 60n) - 2n];
  const events = await logged((writer) => {
    let at = 0;
    logActivations(writer, select(net, 'fc1'), { every: 2, step: () => steps[at]! });
    for (; at < steps.length; at++) net(input);
  });
  assert.equal(
    events,
    [-4, -2, 0, 2 ** 60, -(2 ** 60)].map((step) => `fc1 ${step}`),
  );
});

test('logActivations() reports a step that is not a number', async () => {
  for (const [step, message] of [
    [undefined, 'step must be a number or a bigint, got undefined'],
    [NaN, 'step must be a whole number'],
    [1.5, 'step must be a whole number within the safe integers, or a bigint, got 1.5'],
    ['3', 'step must be a number or a bigint, got the string "3"'],
  ] as const) {
    for (const options of [{}, { merge: 'step' }, { every: 2 }] as const) {
      const net = new Net();
      const said = await reported(() =>
        logged((writer) => {
          logActivations(writer, select(net, 'fc1'), { ...options, step: () => step as never });
          net(input);
        }),
      );
      assert.is(said.length, 1);
      assert.match(said[0]!, `failed: logActivations(): ${message}`);
    }
  }
});

test('two live selections of one writer and tag are reported once, with a remedy', async () => {
  const [first, second] = [new Sequential(new ReLU(), new ReLU()), new Sequential(new ReLU())];
  let events: string[] = [];
  const said = await reported(async () => {
    events = await logged((writer) => {
      const handle = logActivations(writer, select(first, ReLU));
      logActivations(writer, select(second, ReLU)).remove();
      handle.remove();
      logActivations(writer, select(second, ReLU)).remove();
      logActivations(writer, select(second, ReLU), { prefix: 'second' });
      logActivations(writer, select(first, ReLU), { prefix: 'first' });
      logActivations(writer, select(first, Sequential));
      first(input);
      second(input);
    });
  });
  assert.is(said.length, 1);
  assert.match(
    said[0]!,
    /^layertap: logActivations\(\): the tag "0" is in use by another logActivations\(\) of this run/,
  );
  assert.match(said[0]!, 'give one of them the option "prefix", or remove the other');
  assert.equal(events.sort(), ['Sequential 0', 'first/0 0', 'first/1 0', 'second/0 0']);
});

test('two writers of one directory share a run in that report, writers of different ones do not', async () => {
  const net = new Sequential(new ReLU());
  const sink = new MemorySink();
  const writers = ['run', 'run', 'other'].map((run) => new SummaryWriter(run, { sink }));
  const said: string[][] = [];
  for (const writer of writers) said.push(await reported(() => logActivations(writer, select(net, ReLU))));
  said.push(
    await reported(() => logActivations(new SummaryWriter('run', { sink: new MemorySink() }), select(net, ReLU))),
  );
  assert.equal(
    said.map(({ length }) => length),
    [0, 1, 0, 0],
  );
  for (const writer of writers) await writer.close();
});

test('logActivations() refuses other arguments', () => {
  const writer = new SummaryWriter('run', { sink: new MemorySink() });
  const selection = select(new Net(), Linear);
  assert.throws(() => logActivations({} as never, selection), /the writer must be a SummaryWriter, got an Object/);
  assert.throws(() => logActivations(writer, new Net() as never, 3 as never), /the options must be an object/);
  assert.throws(
    () => logActivations(writer, [] as never),
    /the selection must be what select\(\) gives, got an array of length 0/,
  );
  assert.throws(
    () => logActivations(writer, new Net() as never),
    /gives, got a Net\n {2}expected: select\(model, '\*\*'\), the modules inside it; select\(model, \(\) => true\), the model too$/,
  );
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
  assert.throws(
    () => logActivations(writer, selection, { prefix: '' }),
    /option "prefix" must be a string that is not/,
  );
  assert.throws(
    () => logActivations(writer, selection, { bins: 0 }),
    /logActivations\(\): option "bins" must be a whole number from 1 to 1000000, got 0/,
  );
  assert.throws(
    () => logActivations(writer, selection, { maxBins: 0 }),
    /logActivations\(\): option "maxBins" must be a whole number of at least 1, got the number 0/,
  );
});

test.run();
