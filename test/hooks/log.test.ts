import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attach, Identity, Module, Sequential, select, type TensorReader, tensor } from '../../src/index.ts';
import { Later } from './later.ts';

test('log() prints a line of statistics for each output', () => {
  const lines: string[] = [];
  const module = new Identity();
  const handle = module.log({ print: (line) => lines.push(line) });
  module(
    tensor([
      [1, 2],
      [3, 0],
    ]),
  );
  module(tensor([NaN, Infinity, -Infinity, -Infinity, 5]));
  module(tensor([]));
  handle.remove();
  module(tensor([1]));
  assert.equal(lines, [
    // The population standard deviation: the root of 5/4.
    'Identity() #0 [2, 2] mean 1.500  std 1.118  min 0.000  max 3.000  zeros 25.0 %',
    'Identity() #1 [5] mean 5.000  std 0.000  min 5.000  max 5.000  zeros 0.0 %  NaN 1  +Inf 1  -Inf 2',
    'Identity() #2 [0] mean –  std –  min –  max –  zeros –',
  ]);
});

test('log() names a module with children by its class', () => {
  const lines: string[] = [];
  const net = new Sequential(new Identity(), new Identity());
  net.log({ print: (line) => lines.push(line) });
  net(tensor([1]));
  assert.equal(lines, ['Sequential #0 [1] mean 1.000  std 0.000  min 1.000  max 1.000  zeros 0.0 %']);
});

test('log({ every }) counts from the registration, separately per module; a line shows the number of the call', () => {
  const net = new Sequential(new Identity(), new Identity());
  const lines: string[] = [];
  const calls: number[] = [];
  net[0]!.observe(({ call }) => calls.push(call));
  net(tensor([1]));
  select(net, '*').log({ every: 2, print: (line) => lines.push(line) });
  for (let i = 0; i < 3; i++) net(tensor([1]));
  assert.equal(calls, [0, 1, 2, 3]);
  assert.equal(
    lines.map((line) => line.slice(0, 4)),
    ['0 #1', '1 #0', '0 #3', '1 #2'],
  );
});

test('log() looks console.log up at each call, and describes an output that is not a tensor', () => {
  const lines: unknown[] = [];
  class Count extends Module {
    override forward(x: number): number {
      return x;
    }
  }
  const count = new Count();
  count.log({ every: 2 });
  const { log } = console;
  console.log = (line: unknown) => lines.push(line);
  try {
    for (const x of [1, 2, 3]) count(x);
  } finally {
    console.log = log;
  }
  assert.equal(lines, ['Count() #0: the number 1', 'Count() #2: the number 3']);
});

test('log() does not log the call that prints its line, whichever method prints it', () => {
  const lines: unknown[] = [];
  const { log } = console;
  console.log = (line: unknown): void => {
    lines.push(line);
  };
  const chat = { say: (line: string) => lines.push(line) };
  const handles = [
    attach(console, 'log').log(),
    attach(console, 'log').log({ every: 2 }),
    attach(chat, 'say').log({ print: (line) => chat.say(line) }),
  ];
  try {
    for (const said of ['one', 'two']) console.log(said);
    chat.say('three');
  } finally {
    for (const handle of handles) handle.remove();
    console.log = log;
  }
  assert.equal(lines, [
    'one',
    ...['console.log #0: undefined', 'console.log #0: undefined'],
    ...['two', 'console.log #1: undefined'],
    ...['three', 'Object.say #0: the number 6'],
  ]);
});

test('log() awaits values that are read asynchronously', async () => {
  const reader: TensorReader<{ slow: number[] }> = {
    is: (value): value is { slow: number[] } => typeof value === 'object' && value !== null && 'slow' in value,
    shape: ({ slow }) => [slow.length],
    // A thenable of the framework.
    values: ({ slow }) => new Later(Promise.resolve(Float32Array.from(slow))) as never,
    keep: (t) => t,
  };
  const lines: string[] = [];
  const model = { run: () => ({ slow: [2, 4] }) };
  attach(model, 'run', { reader: reader as TensorReader, name: 'model' }).log({ print: (line) => lines.push(line) });
  model.run();
  assert.equal(lines, []);
  await undefined;
  await undefined;
  assert.equal(lines, ['model #0 [2] mean 3.000  std 1.000  min 2.000  max 4.000  zeros 0.0 %']);
});

test('log() of a module without a reader says once where a reader goes', () => {
  const lines: string[] = [];
  const model = { predict: (value: unknown) => value };
  attach(model, 'predict', { name: 'model' }).log({ print: (line) => lines.push(line) });
  for (const value of ['text', 0.5, Float32Array.of(1), [1, 2]]) model.predict(value);
  assert.equal(lines, [
    'model #0: the string "text"',
    'model #1: the number 0.5',
    'model #2: a Float32Array; no statistics: its module has no TensorReader, which attach(object, method, { reader }) takes',
    'model #3: an array of length 2',
  ]);
});

test('log() refuses unknown and wrong options', () => {
  const module = new Identity();
  assert.throws(() => module.log({ evry: 1 } as never), /unknown option "evry"; the options are every, print$/);
  assert.throws(() => module.log({ every: 1.5 }), /"every" must be a whole number of at least 1, got the number 1\.5$/);
  assert.throws(() => module.log({ print: 1 } as never), /"print" must be a function, got the number 1$/);
});

test.run();
