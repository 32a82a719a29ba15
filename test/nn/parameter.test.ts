import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, linear, ones, Parameter, rand, relu, Sequential, Tensor, tensor, zeros } from '../../src/index.ts';
import { tensorReader } from '../../src/nn/index.ts';

test('assign() replaces the values of a parameter, and not those of tensors made from it', () => {
  const p = new Parameter(
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  const flat = p.reshape(4);
  p.assign(
    tensor([
      [5, 6],
      [7, 8],
    ]),
  );
  assert.equal(flat.toArray(), [1, 2, 3, 4]);
  assert.equal(p.toArray(), [
    [5, 6],
    [7, 8],
  ]);
  assert.is(p.version, 1);
  assert.throws(() => p.assign([1, 2, 3]), /^assign\(\): the values must fit shape \[2, 2\], got 3 values$/);
  assert.throws(
    () => p.assign(tensor([1, 2, 3, 4])),
    /^assign\(\): the values must fit shape \[2, 2\], got shape \[4\]$/,
  );
  assert.throws(
    () => p.assign(null as never),
    /^assign\(\): the values must be a tensor or an array of numbers, got null$/,
  );
  assert.throws(() => p.assign(7 as never), /got the number 7$/);
  assert.throws(
    () => p.assign([1, 2, 3, 'a'] as never),
    /^assign\(\): the values must be numbers, got the string "a" at index 3$/,
  );
  assert.equal(p.toArray(), [
    [5, 6],
    [7, 8],
  ]);
});

test('new Parameter() accepts a tensor, and says what it got instead', () => {
  assert.equal(new Parameter(zeros(2, 1)).shape, [2, 1]);
  for (const [value, came] of [
    [[1, 2], 'an array of length 2'],
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'the number 5'],
    [{ data: [1], shape: [1] }, 'an Object'],
  ]) {
    assert.throws(
      () => new Parameter(value as never),
      (error: Error) =>
        error instanceof TypeError &&
        error.message === `Parameter: the initial value must be a tensor, got ${came}: use tensor(values)`,
    );
  }
  assert.throws(
    () => new Parameter({ data: new Float32Array(2), shape: [3] }),
    /the data must hold 3 values for shape \[3\], got 2/,
  );
});

test('the shape of a Parameter is fixed, because its packed weight has the same', () => {
  const layer = new Linear(3, 2);
  const before = layer(zeros(1, 3)).toArray();
  assert.throws(() => Object.assign(layer.weight, { shape: [2, 3] }), TypeError);
  assert.throws(() => (layer.weight.shape as number[]).reverse(), TypeError);
  assert.equal(layer(zeros(1, 3)).toArray(), before);
});

test('assign() copies: later writes to the source change nothing', () => {
  const p = new Parameter(zeros(2));
  const [array, float32, float64] = [[1, 2], Float32Array.of(3, 4), Float64Array.of(5, 6)];
  const sources: [{ [index: number]: number }, Parameters<Parameter['assign']>[0], number[]][] = [
    [array, array, [1, 2]],
    [float32, float32, [3, 4]],
    [float64, float64, [5, 6]],
    [float32, { data: float32, shape: [2] }, [3, 4]],
  ];
  for (const [source, values, expected] of sources) {
    p.assign(values);
    const first = source[0]!;
    source[0] = 99;
    assert.equal(p.toArray(), expected);
    source[0] = first;
  }
  const other = new Parameter(zeros(2));
  other.assign(p);
  assert.is.not(other.data, p.data);
});

test('assign() reads each value once, so that the checked value is the kept one', () => {
  const p = new Parameter(tensor([1, 2]));
  let reads = 0;
  const values = Object.defineProperty([0, 7], 0, { get: () => (reads++ === 0 ? 5 : 'five') });
  p.assign(values);
  assert.equal(p.toArray(), [5, 7]);
  let shapes = 0;
  p.assign({
    data: Float32Array.of(8, 9),
    get shape() {
      return shapes++ === 0 ? [2] : [3];
    },
  });
  assert.equal([p.toArray(), p.shape], [[8, 9], [2]]);
});

test('assign() says what it got and what to pass', () => {
  const p = new Parameter(tensor([1, 2]));
  const bad: [unknown, RegExp][] = [
    [{ data: Float32Array.of(1), shape: [2] }, /^assign\(\): the values must fit shape \[2\], got 1 value$/],
    [{ data: Float32Array.of(1, 2), shape: [2, 1] }, /must fit shape \[2\], got shape \[2, 1\]$/],
    [
      { data: Float32Array.of(1, 2), shape: 2 },
      /^assign\(\): the values must be a tensor or an array of numbers, got an Object$/,
    ],
    [{ data: null, shape: [2] }, /the values must be a tensor or an array of numbers, got an Object$/],
    [{}, /the values must be a tensor or an array of numbers, got an Object$/],
    ['12', /must be a tensor or an array of numbers, got the string "12"$/],
    [BigInt64Array.of(1n, 2n), /^assign\(\): the values must be numbers, got the bigint 1n at index 0$/],
    [
      [[1, 2]],
      /^assign\(\): the values must be a tensor of shape \[2\] or 2 numbers, got an array at index 0: use tensor/,
    ],
    [
      [[1], [2]],
      /^assign\(\): the values must be a tensor of shape \[2\] or 2 numbers, got an array at index 0: use tensor/,
    ],
    [[1, [2]], /must be a tensor of shape \[2\] or 2 numbers, got an array at index 1: use tensor\(values\)$/],
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    [[1, ,], /^assign\(\): the values must be numbers, got undefined at index 1$/],
  ];
  for (const [values, message] of bad) {
    assert.throws(() => p.assign(values as never), message);
    assert.equal([p.toArray(), p.version], [[1, 2], 0]);
  }
});

/** A layer whose weights are 1: for ones, each output is the sum of its row of weights. */
function layer(): Linear {
  const made = new Linear(2, 2, { bias: false });
  made.weight.assign([1, 1, 1, 1]);
  return made;
}
const output = (of: (x: Tensor) => Tensor) => [...of(ones(1, 2)).data];

test('writes to the data of a parameter count from the next call on, as in PyTorch', () => {
  const fc = layer();
  const nets: ((x: Tensor) => Tensor)[] = [fc, new Sequential(fc), (x) => linear(x, fc.weight)];
  for (const net of nets) {
    fc.weight.data.fill(1);
    assert.equal(output(net), [2, 2]);
    fc.weight.data.fill(0);
    assert.equal(output(net), [0, 0]);
    fc.weight.data[0] = 5;
    assert.equal(output(net), [5, 0]);
  }
  fc.bias = new Parameter(zeros(2));
  for (const net of nets.slice(0, 2)) {
    fc.bias.data.set([1, 2]);
    assert.equal(output(net), [6, 2]);
    fc.bias.data.fill(0);
    assert.equal(output(net), [5, 0]);
  }
  assert.equal([...fc.stateDict().get('weight')!.data], [5, 0, 0, 0]);
});

test('replacing the data of a parameter is an error that names assign()', () => {
  const fc = layer();
  for (let called = 0; called < 2; called++) {
    assert.throws(
      () => {
        (fc.weight as { data: Float32Array }).data = new Float32Array(4);
      },
      (error: Error) => error instanceof TypeError && /got: a Float32Array\n {2}expected: .*assign/.test(error.message),
    );
    assert.equal(output(fc), [2, 2]);
  }
});

test('a parameter shares memory neither with its source nor with its copies', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  const p = new Parameter({ data: values, shape: [2, 2] });
  const copies = [p.reshape(4), tensorReader.keep(p), new Parameter(p), structuredClone(p)] as Tensor[];
  const kept = new Parameter(zeros(2, 2));
  kept.assign(p);
  values.fill(7);
  assert.equal(p.toArray(), [
    [1, 2],
    [3, 4],
  ]);
  p.data.fill(9);
  for (const { data } of [...copies, kept]) assert.equal([...data], [1, 2, 3, 4]);
});

test('only an access of data counts as a write, not the reads of the library', () => {
  const p = new Parameter(ones(2, 2));
  const x = rand(1, 2);
  const reads: (() => unknown)[] = [
    () => p.size,
    () => p.toArray(),
    () => String(p),
    () => p.reshape(4),
    () => new Parameter(zeros(2, 2)).assign(p),
    () => tensor(p),
    () => new Linear(2, 2, { bias: false }).loadStateDict({ weight: p }),
    () => linear(x, p),
    () => relu(p),
    () => new Parameter(p),
    () => tensorReader.values(p),
    () => tensorReader.keep(p),
  ];
  for (const read of reads) read();
  assert.is(p.version, 0);
  p.data;
  assert.is(p.version, 1);
});

test('a tensor in place of a parameter is refused by the next call and by stateDict(), with PyTorch’s text', () => {
  for (const name of ['weight', 'bias'] as const) {
    const net = new Sequential(new Linear(2, 2), new Linear(2, 2));
    (net[1] as unknown as Record<string, unknown>)[name] = name === 'weight' ? zeros(2, 2) : zeros(2);
    const refused = (error: Error) =>
      error.message.startsWith(
        `cannot assign 'torch.FloatTensor' as parameter '${name}' (torch.nn.Parameter or None expected)\n  in 1, Linear(`,
      ) && error.message.includes(`${name}.assign(values)`);
    assert.throws(() => net(ones(1, 2)), refused);
    assert.throws(() => net.stateDict(), refused);
    assert.throws(() => [...net.parameters()], refused);
    net.dispose();
    (net[1] as unknown as Record<string, unknown>)[name] = 5;
    assert.throws(() => net(ones(1, 2)), /^cannot assign 'number' as parameter/);
    assert.match(String(net), /\(1\): Linear\(/);
  }
  const fc = new Linear(2, 2);
  fc.weight = null as never;
  assert.throws(() => fc(ones(1, 2)), /argument 'weight' \(position 2\) must be Tensor, not null/);
  assert.equal([...fc.stateDict().keys()], ['bias']);
  assert.is(String(fc), 'Linear(in_features=?, out_features=?, bias=True)');
});

test('a tensor whose memory was transferred is refused wherever it is used', () => {
  const gone = () => {
    const x = ones(2, 2);
    structuredClone(x.data, { transfer: [(x.data as Float32Array).buffer] });
    return x;
  };
  const fc = layer();
  const text =
    /a tensor of shape \[2, 2\] has lost its values\n(.*\n)? {2}got: 0 values: its memory is gone; a transfer/;
  fc(ones(2, 2));
  const ways: Record<string, () => unknown> = {
    Linear: () => fc(gone()),
    Sequential: () => new Sequential(fc, layer())(gone()),
    relu: () => relu(gone()),
    'a weight': () => linear(ones(2, 2), gone()),
    toArray: () => gone().toArray(),
    reshape: () => gone().reshape(4),
    'the reader': () => tensorReader.values(gone()),
  };
  for (const [what, way] of Object.entries(ways)) assert.throws(way, text, what);
  for (const way of [
    () => new Tensor(gone().data, [2, 2]),
    () => new Parameter(gone()),
    () => fc.weight.assign(gone()),
    () => fc.loadStateDict({ weight: gone() }),
    () => tensor(gone().data as Float32Array),
    () => tensor(gone()),
  ]) {
    assert.throws(way, /memory is gone|0 values|got 0/);
  }
  assert.match(String(gone()), /^Tensor of shape \[2, 2\] with 0 values: its memory is gone/);
  const weight = fc.weight.data;
  structuredClone(weight, { transfer: [weight.buffer as ArrayBuffer] });
  assert.throws(() => fc(ones(2, 2)), text);
  assert.throws(() => fc.stateDict(), text);
  fc.weight.assign([1, 1, 1, 1]);
  assert.equal(output(fc), [2, 2]);
});

test('a changed shape is refused before anything reads beyond the values', () => {
  const x = ones(1, 2);
  (x.shape as number[])[0] = 100;
  assert.throws(() => {
    (layer().weight.shape as number[])[0] = 100;
  }, TypeError);
  assert.throws(() => layer()(x), /has lost its values\n.*\n {2}got: 2 values\n {2}expected: 200/);
});

test('tensor() accepts copies of tensors from other threads, and entries of readSafetensors()', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  for (const like of [structuredClone({ data: x.data, shape: x.shape }), x, new Parameter(x), structuredClone(x)]) {
    const made = tensor(like as Tensor);
    assert.equal(made.toArray(), x.toArray());
    assert.is.not(made.data, x.data);
  }
  assert.equal(tensor({ data: Float64Array.of(1, 2) as never, shape: [2, 1] }).toArray(), [[1], [2]]);
  assert.throws(
    () => tensor({ data: new Float32Array(3), shape: [2] }),
    /the data must hold 2 values for shape \[2\], got 3/,
  );
});

test.run();
