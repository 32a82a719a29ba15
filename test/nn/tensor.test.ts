import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { full, Linear, linear, manualSeed, ones, rand, randn, relu, Tensor, tensor, zeros } from '../../src/index.ts';
import { firstLine, messageOf, pytorchError } from '../fixtures/errors.ts';
import { fixtureJson, numbers } from '../fixtures/fixture.ts';

interface Stored {
  shape: number[];
  data: (number | string)[];
}

const stored = ({ shape, data }: Stored) => new Tensor(Float32Array.from(numbers(data)), shape);

function assertSame(came: Tensor, expected: Stored, where: string): void {
  assert.equal(came.shape, expected.shape, where);
  const values = numbers(expected.data);
  assert.is(came.size, values.length, where);
  values.forEach((value, i) => {
    assert.ok(Object.is(came.data[i], Math.fround(value)), `${where}: value ${i} is ${came.data[i]}, not ${value}`);
  });
}

for (const fixture of fixtureJson<(Stored & { name: string; str: string })[]>('pytorch/tensors.json')) {
  test(`String(tensor) is PyTorch's: ${fixture.name}`, () => assert.is(String(stored(fixture)), fixture.str));
}

interface FunctionalCase {
  name: string;
  function: 'linear' | 'relu';
  input: Stored;
  weight?: Stored;
  bias?: Stored | null;
  output: Stored;
}

for (const fixture of fixtureJson<FunctionalCase[]>('pytorch/functional.json')) {
  test(`${fixture.name}: the values are PyTorch's`, () => {
    const input = stored(fixture.input);
    const output =
      fixture.function === 'relu'
        ? relu(input)
        : linear(input, stored(fixture.weight!), fixture.bias ? stored(fixture.bias) : null);
    assertSame(output, fixture.output, fixture.name);
  });
}

test('tensor() accepts numbers, nested arrays and typed arrays, and copies them', () => {
  assert.equal(tensor(3).shape, []);
  assert.equal(tensor([]).shape, [0]);
  assert.equal(tensor([[], []]).shape, [2, 0]);
  assert.equal(
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]).shape,
    [3, 2],
  );
  const source = Float64Array.of(0.1, 2);
  const copy = tensor(source);
  source[1] = 5;
  assert.equal([...copy.data], [Math.fround(0.1), 2]);
  assert.equal(tensor(Int8Array.of(-1, 2)).toArray(), [-1, 2]);
  assert.equal(
    tensor([
      [[1], [2]],
      [[3], [4]],
    ]).toArray(),
    [
      [[1], [2]],
      [[3], [4]],
    ],
  );
});

const bad: [string, () => unknown][] = [
  ['reshape, does not fit', () => zeros(6).reshape(2, 4)],
  ['reshape, to 0-D', () => zeros(6).reshape()],
  ['reshape, from empty', () => zeros(0).reshape(2)],
  ['reshape, two -1', () => zeros(6).reshape(-1, -1)],
  ['reshape, negative', () => zeros(6).reshape(-2, 3)],
  ['reshape, -1 does not divide', () => zeros(6).reshape(-1, 4)],
  ['reshape, -1 beside 0', () => zeros(0).reshape(-1, 0)],
  ['reshape, -1 beside 0, not empty', () => zeros(6).reshape(-1, 0)],
  ['item, many', () => zeros(2, 3).item()],
  ['item, none', () => zeros(0).item()],
  ['rand, negative', () => rand(-1)],
  ['new linear, negative', () => new Linear(-1, 2)],
  ['tensor, ragged rows', () => tensor([[1, 2], [3]])],
  ['tensor, ragged rows, longer', () => tensor([[1], [2, 3]])],
  [
    'tensor, ragged at dim 2',
    () =>
      tensor([
        [
          [1, 2],
          [3, 4],
        ],
        [[5, 6], [7]],
      ]),
  ],
  ['tensor, ragged at dim 1 of 3', () => tensor([[[1], [2]], [[3]]])],
  ['tensor, list then number', () => tensor([[1], 2])],
  ['tensor, number then list', () => tensor([1, [2]])],
  ['tensor, too deep later', () => tensor([[1], [[2]]])],
  ['tensor, empty row', () => tensor([[1], []])],
  ['tensor, two arguments', () => (tensor as (...values: unknown[]) => Tensor)([1, 2], [2])],
  ['linear, 2-D', () => new Linear(3, 2)(zeros(4, 5))],
  ['linear, 1-D', () => new Linear(3, 2)(zeros(4))],
  ['linear, 3-D', () => new Linear(3, 2)(zeros(2, 4, 5))],
  ['linear, 4-D', () => new Linear(3, 2)(zeros(2, 2, 4, 5))],
  ['linear, 0-D', () => new Linear(3, 2)(tensor(1))],
  ['linear, empty batch', () => new Linear(3, 2)(zeros(0, 5))],
  ['linear, 2-D, no bias', () => new Linear(3, 2, { bias: false })(zeros(4, 5))],
  ['linear, a list', () => new Linear(3, 2)([1, 2, 3] as never)],
  ['relu, a list', () => relu([1] as never)],
];

for (const [name, run] of bad) {
  test(`${name}: the error's first line is PyTorch's`, () => assert.is(firstLine(run), pytorchError(name)));
}

test('every function that takes a shape refuses sizes that are not whole numbers', () => {
  for (const size of [NaN, 1.5, Infinity, -0.5, '2', null, undefined, 2 ** 60] as number[]) {
    for (const make of [zeros, ones, rand, randn]) {
      assert.throws(
        () => make(2, size),
        (e: Error) => e instanceof RangeError,
        `${make.name} ${size}`,
      );
    }
    assert.throws(() => full([size], 1), RangeError as never);
    assert.throws(
      () => new Linear(size, 1),
      (e: Error) => e instanceof RangeError && /Linear/.test(e.message),
    );
    assert.throws(
      () => new Linear(1, size),
      (e: Error) => e instanceof RangeError && /Linear/.test(e.message),
    );
  }
  assert.throws(() => zeros(1.5), /^zeros\(\): dimension 0 must be a whole number, got the number 1\.5, in \[1\.5\]$/);
  assert.throws(() => full(3 as never, 1), /^full\(\): the shape must be an array of numbers, got the number 3$/);
  assert.throws(() => full([1], '1' as never), /^full\(\): the value must be a number, got the string "1"$/);
});

test('an array in place of the dimensions is refused with the right call', () => {
  for (const make of [zeros, ones, rand, randn]) {
    assert.is(
      messageOf(() => make([2, 3] as never)),
      `${make.name}(): the dimensions are arguments, not an array\n  got: an array of length 2\n  expected: ${make.name}(2, 3)`,
    );
  }
  assert.throws(() => zeros(6).reshape([2, 3] as never), /expected: reshape\(2, 3\)$/);
});

test('messages show sizes with their types', () => {
  const shown = (size: unknown) => messageOf(() => zeros(2, size as number));
  assert.is(shown('3'), 'zeros(): dimension 1 must be a whole number, got the string "3", in [2, "3"]');
  assert.is(shown([3]), 'zeros(): dimension 1 must be a whole number, got an array of length 1, in [2, […]]');
  assert.is(shown({}), 'zeros(): dimension 1 must be a whole number, got an Object, in [2, an Object]');
  assert.is(shown(null), 'zeros(): dimension 1 must be a whole number, got null, in [2, null]');
  assert.throws(
    () => zeros(6).reshape('2' as never, 3),
    /^invalid shape dimension 2 at index 0 of shape \["2", 3\]\n {2}got: the string "2"\n {2}expected: a whole number of at least 0, or -1 to infer it$/,
  );
  assert.throws(() => zeros(1).reshape(Symbol('x') as never), /of shape \[Symbol\(x\)\]/);
});

test('values of other types are refused with their index', () => {
  assert.throws(
    () => tensor(['a'] as never),
    /^must be real number, not string\n {2}got: the string "a" at values\[0\]$/,
  );
  assert.throws(() => tensor([[1], [null]] as never), /null at values\[1\]\[0\]$/);
  assert.throws(() => tensor(undefined as never), /must be real number, not undefined/);
  assert.throws(() => tensor({} as never), /must be real number, not Object/);
  assert.throws(
    () => tensor(BigInt64Array.of(1n)),
    /^tensor\(\): a typed array must hold numbers, got a BigInt64Array$/,
  );
  assert.throws(() => tensor(new DataView(new ArrayBuffer(4))), /got a DataView$/);
  assert.throws(
    () => new Tensor([1] as never, [1]),
    /^Tensor: the data must be a Float32Array, got an array of length 1$/,
  );
  assert.throws(
    () => new Tensor(new Float32Array(2), [3]),
    /^Tensor: the data must hold 3 values for shape \[3\], got 2$/,
  );
  assert.throws(() => new Tensor(new Float32Array(2), [NaN]), /dimension 0 must be a whole number, got the number NaN/);
});

test('a Tensor copies its shape, and accepts only whole sizes', () => {
  const shape = [4];
  const t = new Tensor(new Float32Array(4), shape);
  shape[0] = 2;
  assert.equal(t.shape, [4]);
  for (const wrong of [[-2, -3], [0.5, 12], ['2', 3], undefined]) {
    assert.throws(() => new Tensor(new Float32Array(6), wrong as never), /Tensor/);
  }
  const circular: unknown[] = [];
  circular[0] = circular;
  assert.throws(() => tensor(circular as never), /an array that contains itself\?$/);
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  assert.throws(() => tensor([1, , 3] as never), /must be real number, not undefined/);
});

test('tensor() refuses a second argument and shows how to give a shape', () => {
  const wrong = tensor as (...values: unknown[]) => Tensor;
  for (const [more, got] of [
    [[2, 2], 'an array of length 2'],
    ['float32', 'the string "float32"'],
    [undefined, 'undefined'],
  ]) {
    assert.is(
      messageOf(() => wrong([1, 2, 3, 4], more)),
      `tensor() takes 1 positional argument but 2 were given\n  got: an array of length 4, ${got}\n` +
        '  expected: nested arrays as tensor([[1, 2], [3, 4]]), or tensor(values).reshape(2, 2); always float32',
    );
  }
});

test('reshape() shares the values and infers one dimension', () => {
  const t = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(t.reshape(3, -1).shape, [3, 2]);
  assert.equal(t.reshape(3, 2).toArray(), [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.is(t.reshape(6).data, t.data);
  assert.equal(zeros(0).reshape(-1, 3).shape, [0, 3]);
  assert.is(
    tensor([[7]])
      .reshape()
      .item(),
    7,
  );
});

interface RandomCase {
  seed: number;
  [draws: string]: number | (Stored & { call?: string; parameter?: string })[];
}

const draw = (call: string, shape: number[]) => (call === 'rand' ? rand(...shape) : randn(...shape));

/** PyTorch's vector versions of logarithm and cosine differ in the last bits. */
const NORMAL_TOLERANCE = 5e-7;

function assertDrawn(call: string, came: readonly number[], expected: readonly number[], where: string): void {
  assert.is(came.length, expected.length, where);
  expected.forEach((value, i) => {
    const same = call === 'rand' ? came[i] === value : Math.abs(came[i]! - value) <= NORMAL_TOLERANCE;
    assert.ok(same, `${where}, value ${i}: ${came[i]} is not ${value}`);
  });
}

for (const fixture of fixtureJson<RandomCase[]>('pytorch/random.json')) {
  for (const [name, draws] of Object.entries(fixture)) {
    if (typeof draws === 'number' || name.startsWith('linear')) continue;
    test(`manualSeed(${fixture.seed}): ${name} gives PyTorch's numbers`, () => {
      manualSeed(fixture.seed);
      const last = /^(randn?)\((\d+)\), last (\d+)$/.exec(name);
      if (last !== null) {
        const [, call, length, count] = last as unknown as [string, string, string, string];
        const values = [...draw(call, [Number(length)]).data].slice(-Number(count));
        return assertDrawn(call, values, numbers(draws[0]!.data), name);
      }
      for (const { call, shape, data } of draws) assertDrawn(call!, [...draw(call!, shape).data], numbers(data), name);
    });
  }
  const layers: [string, () => Linear][] = [
    ['linear(4, 3)', () => new Linear(4, 3)],
    ['linear(10, 20)', () => new Linear(10, 20)],
    ['linear(5, 2), no bias', () => new Linear(5, 2, { bias: false })],
  ];
  for (const [name, make] of layers) {
    const expected = fixture[name] as (Stored & { parameter: string })[] | undefined;
    if (expected === undefined) continue;
    test(`manualSeed(${fixture.seed}): ${name} starts with PyTorch's weights`, () => {
      manualSeed(fixture.seed);
      const parameters = new Map(make().namedParameters());
      assert.equal(
        [...parameters.keys()],
        expected.map(({ parameter }) => parameter),
      );
      for (const { parameter, ...values } of expected) assertSame(parameters.get(parameter)!, values, parameter);
    });
  }
}

test('manualSeed() accepts only whole numbers', () => {
  for (const seed of [NaN, 1.5, '1', null, Infinity, 2 ** 53] as number[]) {
    assert.throws(
      () => manualSeed(seed),
      /^manualSeed\(\): the seed must be a whole number from .* to 2\^53 - 1, got /,
    );
  }
});

test('rand() and randn() without a seed have the moments of their distributions', () => {
  const moments = (values: Iterable<number>) => {
    const list = [...values];
    const mean = list.reduce((a, b) => a + b) / list.length;
    return [mean, list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length] as const;
  };
  const n = 100_000;
  const [mean, variance] = moments(rand(n).data as Float32Array);
  // Five standard errors of the mean and of the variance.
  assert.ok(Math.abs(mean - 1 / 2) < 5 * Math.sqrt(1 / 12 / n), `${mean}`);
  assert.ok(Math.abs(variance - 1 / 12) < 5 * Math.sqrt(1 / 180 / n), `${variance}`);
  const [normalMean, normalVariance] = moments(randn(n).data as Float32Array);
  assert.ok(Math.abs(normalMean) < 5 / Math.sqrt(n), `${normalMean}`);
  assert.ok(Math.abs(normalVariance - 1) < 5 * Math.sqrt(2 / n), `${normalVariance}`);
});

test('an operator of JavaScript takes a tensor of one element for a number, and refuses others', () => {
  const [one, several] = [tensor([[2]]), tensor([1, 2])] as unknown as [number, number];
  assert.equal([one * 3, one > 1, Number(one), `${several}`], [6, true, 2, 'tensor([1., 2.])']);
  // RuntimeError of PyTorch's torch.tensor([1, 2]).item().
  const message = /^a Tensor with 2 elements cannot be converted to Scalar\n {2}of shape: \[2\]$/;
  for (const run of [() => several * 2, () => several > 1, () => Number(several)]) assert.throws(run, message);
});

test.run();
