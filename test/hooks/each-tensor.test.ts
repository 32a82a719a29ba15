import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forEachTensor } from '../../src/hooks/core/each-tensor.ts';
import { attach, Identity, setReporter, Tensor, type TensorReader, tensor, tensorReader } from '../../src/index.ts';

const isTensor = (value: unknown): boolean => value instanceof Tensor;
const [a, b, c] = [tensor([1]), tensor([2]), tensor([3])];

/** The tensors found in a value, with their places. */
function found(value: unknown): [place: string, tensor: unknown][] {
  const places: [string, unknown][] = [];
  const hasTensors = forEachTensor(value, isTensor, (one, place) => places.push([place, one]));
  assert.is(hasTensors, places.length > 0);
  return places;
}

test('forEachTensor() finds and names the tensors in arrays, Maps, Sets, plain objects and instances', () => {
  class ModelOutput {
    logits = a;
    attentions = null;
    hidden: unknown = [b, 'no tensor', { last: c }];
  }
  assert.equal(found(a), [['', a]]);
  assert.equal(found([a, b]), [
    ['/0', a],
    ['/1', b],
  ]);
  assert.equal(found(new ModelOutput()), [
    ['/logits', a],
    ['/hidden/0', b],
    ['/hidden/2/last', c],
  ]);
  assert.equal(
    found(
      new Map<unknown, unknown>([
        ['key', a],
        [7, new Set([b])],
      ]),
    ),
    [
      ['/key', a],
      ['/7/0', b],
    ],
  );
  assert.equal(found(Object.assign(Object.create(null), { x: a })), [['/x', a]]);
});

test('forEachTensor() reads own enumerable properties, and skips those whose getters throw', () => {
  class Output {
    get computed(): Tensor {
      return a;
    }
    own = b;
  }
  const output = new Output();
  Object.defineProperty(output, 'hidden', { value: c, enumerable: false });
  Object.defineProperty(output, 'broken', {
    enumerable: true,
    get() {
      throw new Error('not computed');
    },
  });
  Object.defineProperty(output, 'late', { enumerable: true, get: () => c });
  assert.equal(found(output), [
    ['/own', b],
    ['/late', c],
  ]);
});

test('forEachTensor() gives each tensor a unique and printable place', () => {
  const places = (value: unknown) => found(value).map(([place]) => place);
  assert.equal(places({ 'a/b': a, a: { b }, 'a/b (2)': c }), ['/a/b', '/a/b (2)', '/a/b (2) (2)']);
  const keys: unknown[] = [
    1,
    '1',
    1n,
    null,
    Symbol('s'),
    Object.create(null),
    {},
    'two\nlines',
    'x'.repeat(5000),
    '\ud800',
  ];
  assert.equal(places(new Map(keys.map((key) => [key, a]))), [
    '/1',
    '/1 (2)',
    '/1 (3)',
    '/null',
    '/Symbol(s)',
    '/an object',
    '/an Object',
    '/two lines',
    `/${'x'.repeat(100)}…`,
    '/ ',
  ]);
});

test('forEachTensor() finds nothing in values without tensors', () => {
  for (const value of [
    null,
    undefined,
    5,
    'text',
    {},
    [],
    new Float32Array(3),
    () => a,
    new Date(),
    Promise.resolve(a),
  ]) {
    assert.equal(found(value), []);
  }
});

test('forEachTensor() does not visit the elements of typed arrays', () => {
  let looks = 0;
  forEachTensor(
    { bytes: new Uint8Array(1e6), x: a },
    (value) => {
      looks++;
      return isTensor(value);
    },
    () => {},
  );
  assert.is(looks, 3);
});

test('forEachTensor() terminates on cycles, and searches a shared part once', () => {
  const loop: Record<string, unknown> = { x: a };
  loop.self = loop;
  loop.list = [loop, b];
  assert.equal(found(loop), [
    ['/x', a],
    ['/list/1', b],
  ]);
  // 2 ** 60 paths lead to the innermost object.
  let part: unknown = { x: c };
  for (let i = 0; i < 60; i++) part = [part, part];
  assert.is(found(part).length, 1);
  // A tensor in two places has two names.
  assert.equal(found({ last: a, all: [a] }), [
    ['/last', a],
    ['/all/0', a],
  ]);
});

test('forEachTensor() refuses values that are too large to search at each call', () => {
  const wide = Array.from({ length: 100_001 }, () => ({}));
  assert.throws(
    () => found(wide),
    /an array of length 100001 has more than 100000 objects; its tensors are not looked for/,
  );
  let deep: unknown = a;
  for (let i = 0; i < 101; i++) deep = { next: deep };
  assert.throws(() => found(deep), /an Object is nested deeper than 100; its tensors are not looked for/);
  assert.is(found((deep as { next: unknown }).next).length, 1);
});

test('forEachTensor() visits every tensor even if a visit throws, then throws the first error', () => {
  const visited: string[] = [];
  assert.throws(
    () =>
      forEachTensor([a, b, c], isTensor, (_, place) => {
        visited.push(place);
        if (place !== '/1') throw new Error(`no ${place}`);
      }),
    /^no \/0$/,
  );
  assert.equal(visited, ['/0', '/1', '/2']);
});

test('if log() fails to print one tensor, the promises of the others are handled', async () => {
  // The first tensor is read asynchronously, the second synchronously.
  const reader: TensorReader<Tensor> = {
    ...tensorReader,
    values: (value) => (value === a ? Promise.reject(new Error('the device is gone')) : tensorReader.values(value)),
  };
  const model = { run: () => [a, b] };
  const run = attach(model, 'run', { reader, name: 'model' });
  run.log({
    print() {
      throw new Error('the pipe is closed');
    },
  });
  const [said, unhandled]: [string[], unknown[]] = [[], []];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listener);
  setReporter((error) => said.push(error.message));
  model.run();
  await new Promise((resolve) => setImmediate(resolve));
  setReporter();
  process.off('unhandledRejection', listener);
  assert.equal(unhandled, []);
  assert.is(said.length, 1);
  assert.match(said[0]!, 'the pipe is closed');
});

test('log() prints a line for each tensor of an output, and describes an output without tensors', () => {
  const module = new Identity();
  const lines: string[] = [];
  module.log({ print: (line) => lines.push(line.split('  ')[0]!) });
  class Output {
    logits = a;
    hidden = new Map([['last', b]]);
  }
  for (const output of [new Output(), null, 'text', c]) module(output as never);
  assert.equal(lines, [
    'Identity()/logits #0 [1] mean 1.000',
    'Identity()/hidden/last #0 [1] mean 2.000',
    'Identity() #1: null',
    'Identity() #2: the string "text"',
    'Identity() #3 [1] mean 3.000',
  ]);
});

test('log() names a part of an output that cannot be read, and prints the others', () => {
  const reader: TensorReader<{ data: Float32Array }> = {
    is: (value): value is { data: Float32Array } => typeof value === 'object' && value !== null && 'data' in value,
    shape: ({ data }) => [data.length],
    values: ({ data }) => data,
    keep: (one) => one,
  };
  const model = {
    run: () => ({ z: { dtype: 'complex64', data: Float32Array.of(1, 2) }, x: { data: Float32Array.of(5) } }),
  };
  const lines: string[] = [];
  const run = attach(model, 'run', { reader: reader as TensorReader, name: 'run' });
  run.log({ print: (line) => lines.push(line) });
  model.run();
  assert.is(lines.length, 2);
  assert.match(lines[0]!, /^run\/z #0 \[2\] cannot be read: log\(\): values must be of type .*, got complex64$/);
  assert.match(lines[1]!, /^run\/x #0 \[1\] mean 5\.000/);
});

test('log() waits for the values of all tensors', async () => {
  const reader = { ...tensorReader, values: async (t: Tensor) => tensorReader.values(t) };
  const model = { run: () => ({ x: a, y: b }) };
  const lines: string[] = [];
  attach(model, 'run', { reader }).log({ print: (line) => lines.push(line.split('  ')[0]!) });
  const said: Error[] = [];
  setReporter((error) => said.push(error));
  model.run();
  await new Promise((resolve) => setImmediate(resolve));
  setReporter();
  assert.equal(said, []);
  assert.equal(lines, ['Object.run/x #0 [1] mean 1.000', 'Object.run/y #0 [1] mean 2.000']);
});

test.run();
