import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registerEdit } from '../../src/adapter.ts';
import { Identity, Linear, manualSeed, ones, randn, Tensor, tensor, zeros } from '../../src/index.ts';
import { firstLine, messageOf } from '../fixtures/errors.ts';
import { fixtureJson, numbers } from '../fixtures/fixture.ts';

interface Stored {
  shape: number[];
  data: (number | string)[];
}

interface Case {
  name: string;
  method: 'add' | 'sub' | 'mul' | 'clamp' | 'sum' | 'mean' | 'max' | 'argmax';
  args: (number | string | Stored | null)[];
  input: Stored;
  output?: Stored;
  error?: string;
}

const stored = ({ shape, data }: Stored) => new Tensor(Float32Array.from(numbers(data)), shape);

function argument(value: Case['args'][number]): number | Tensor | undefined {
  if (value === null) return undefined;
  return typeof value === 'object' ? stored(value) : numbers([value])[0];
}

/** Sums are rounded at other places than PyTorch's. All else is equal to the bit. */
const isNear = (method: string, a: number, b: number): boolean =>
  Object.is(a, b) || ((method === 'sum' || method === 'mean') && Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)));

for (const { name, method, args, input, output, error } of fixtureJson<Case[]>('pytorch/arithmetic.json')) {
  test(`${name} is PyTorch's`, () => {
    const compute = () => (stored(input)[method] as (...args: unknown[]) => Tensor)(...args.map(argument));
    if (output === undefined) return assert.is(firstLine(compute), error);
    const came = compute();
    assert.equal(came.shape, output.shape);
    const expected = numbers(output.data).map(Math.fround);
    assert.is(came.data.length, expected.length);
    const wrong = expected.findIndex((value, i) => !isNear(method, came.data[i]!, value));
    assert.is(wrong, -1, `value ${wrong} is ${came.data[wrong]}, PyTorch's is ${expected[wrong]}`);
  });
}

test('a result is a new tensor, and its operands stay as they are', () => {
  const x = tensor([1, -2, 3]);
  for (const y of [x.add(0), x.sub(0), x.mul(1), x.clamp(-9, 9), x.map((value) => value)]) {
    assert.is(y.constructor, Tensor);
    assert.is.not(y.data, x.data);
    assert.equal(y.toArray(), [1, -2, 3]);
  }
  assert.equal(x.toArray(), [1, -2, 3]);
});

test('map() passes each value and its index, and rounds the results to float32', () => {
  const seen: number[][] = [];
  const y = tensor([
    [0.5, NaN],
    [3, -0],
  ]).map((value, index) => {
    seen.push([value, index]);
    return index / 10;
  });
  assert.equal(seen, [
    [0.5, 0],
    [NaN, 1],
    [3, 2],
    [-0, 3],
  ]);
  assert.equal(y.shape, [2, 2]);
  assert.equal([...y.data], [0, 0.1, 0.2, 0.3].map(Math.fround));
  assert.equal(zeros(0, 3).map(() => 1).shape, [0, 3]);
});

test('methods of a Parameter give tensors, and its next values count', () => {
  const { weight } = new Linear(2, 1);
  weight.assign([1, 2]);
  const sum = weight.sum();
  assert.is(sum.constructor, Tensor);
  weight.assign([5, 6]);
  assert.equal([sum.item(), weight.sum().item()], [3, 11]);
});

test('add, clamp and scale as edits give the bits of add(), clamp() and mul()', () => {
  manualSeed(1);
  const x = randn(4, 50).mul(1e3);
  const special = tensor([NaN, -0, 0, Infinity, -Infinity, 1e-45, 3.4e38, 0.1]);
  const vector = randn(50);
  const rows = new Tensor(
    Float32Array.from({ length: 200 }, (_, i) => vector.data[i % 50]!),
    [4, 50],
  );
  const pairs: [edit: Parameters<typeof registerEdit>[1], compute: (x: Tensor) => Tensor, input: Tensor][] = [];
  for (const input of [x, special]) {
    pairs.push(
      [{ add: 0.1 }, (t) => t.add(0.1), input],
      [{ scale: 0.3 }, (t) => t.mul(0.3), input],
      [{ clamp: [-0.1, 0.7] }, (t) => t.clamp(-0.1, 0.7), input],
    );
  }
  pairs.push([{ add: vector }, (t) => t.add(rows), x], [{ scale: vector }, (t) => t.mul(rows), x]);
  for (const [edit, compute, input] of pairs) {
    const layer = new Identity();
    registerEdit(layer, edit);
    const bits = (t: Tensor) => [...new Uint32Array(Float32Array.from(t.data as Float32Array).buffer)];
    assert.equal(bits(layer(input) as Tensor), bits(compute(input)), Object.keys(edit)[0]);
  }
});

test('operands that do not fit are refused, with what came', () => {
  const x = ones(2, 3);
  assert.is(
    messageOf(() => x.add(ones(3))),
    'add(): the shapes must be equal, because nothing is broadcast, got [2, 3] and [3]',
  );
  assert.is(
    messageOf(() => x.mul(ones(2, 1))),
    'mul(): the shapes must be equal, because nothing is broadcast, got [2, 3] and [2, 1]',
  );
  assert.is(
    messageOf(() => x.sub([1, 2, 3] as never)),
    'sub(): the other value must be a number or a Tensor, got an array of length 3',
  );
  assert.is(
    messageOf(() => x.map(() => undefined as never)),
    'map(): the result of the function must be a number, got undefined',
  );
  assert.is(
    messageOf(() => x.map(3 as never)),
    'map(): the function must be a function, got the number 3',
  );
  assert.is(
    messageOf(() => x.clamp('0' as never, 1)),
    'clamp(): min must be a number, got the string "0"',
  );
  assert.is(
    messageOf(() => x.sum(0.5)),
    'sum(): dim must be a whole number, got the number 0.5',
  );
});

test.run();
