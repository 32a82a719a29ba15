import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, Module, Parameter, Sequential, type Tensor, tensor, zeros } from '../../src/index.ts';
import { readSafetensors } from '../../src/safetensors/index.ts';
import { messageOf, pytorchError } from '../fixtures/errors.ts';
import { fixtureBytes } from '../fixtures/files.ts';
import { fixtureCases } from '../fixtures/fixture.ts';
import { Digits } from '../fixtures/modules.ts';

const two = () => new Sequential(new Linear(2, 3), new Linear(3, 1));
const good = { weight: zeros(2, 3), bias: zeros(2) };

const failures: [string, () => Module, unknown, { strict?: boolean }?][] = [
  ['load, missing', () => new Linear(3, 2), { weight: zeros(2, 3) }],
  ['load, all missing', two, {}],
  ['load, unexpected', () => new Linear(3, 2), { ...good, zzz: zeros(1) }],
  ['load, unexpected under a child', two, new Map([...two().stateDict(), ['0.q', zeros(1)], ['9.weight', zeros(1)]])],
  ['load, unexpected several', () => new Linear(3, 2), { ...good, z: zeros(1), 'a.b': zeros(1), 'weight.x': zeros(1) }],
  ['load, size mismatch', () => new Linear(3, 2), { weight: zeros(2, 3), bias: zeros(5) }],
  ['load, size mismatch twice', () => new Linear(3, 2), { weight: zeros(6), bias: zeros(5) }],
  ['load, 0-D for 1-D', () => new Linear(3, 1), { weight: zeros(1, 3), bias: tensor(1) }],
  ['load, 1-D of 1 for 2-D', () => new Linear(3, 2), { weight: zeros(1), bias: zeros(2) }],
  ['load, combined', two, { '0.weight': zeros(3, 2), '0.bias': zeros(5), '1.weight': zeros(2, 3), x: zeros(1) }],
  [
    'load, nested',
    () => new Sequential(new Sequential(new Linear(2, 3)), new Linear(3, 1)),
    { '0.0.weight': zeros(2, 2), '0.0.bias': zeros(3), '1.weight': zeros(1, 3), '0.1.bias': zeros(1) },
  ],
  ['load, custom class', () => new Digits(), new Map([...new Digits().stateDict(), ['fc2.weight', zeros(3, 2)]])],
  ['load, not strict, size mismatch', () => new Linear(3, 2), { bias: zeros(5), zzz: zeros(1) }, { strict: false }],
  ['load, an entry of type int', () => new Linear(3, 2), { weight: 3, bias: zeros(2) }],
  ['load, an entry of type list', () => new Linear(3, 2), { weight: zeros(2, 3), bias: [0, 0] }],
  ['load, an unexpected entry of type int', () => new Linear(3, 2), { ...good, zzz: 3 }],
  ['load, a bias for none', () => new Linear(3, 2, { bias: false }), good],
];

for (const [name, make, stateDict, options] of failures) {
  test(`${name}: the text is PyTorch's, and nothing was loaded`, () => {
    const module = make();
    const before = [...module.parameters()].map((parameter) => parameter.toArray());
    assert.is(
      messageOf(() => module.loadStateDict(stateDict as never, options)),
      pytorchError(name),
    );
    assert.equal(
      [...module.parameters()].map((parameter) => parameter.toArray()),
      before,
    );
  });
}

test('loadStateDict() is atomic, unlike PyTorch: a good entry before a bad one is not loaded', () => {
  const layer = new Linear(1, 1);
  const before = layer.weight.toArray();
  assert.throws(() => layer.loadStateDict({ weight: tensor([[77]]), bias: zeros(5) }), /size mismatch for bias/);
  assert.equal(layer.weight.toArray(), before);
});

test('a scalar parameter also loads a value of shape [1], and no other shape', () => {
  // As PyTorch 2.13 does, for files of 0.3.
  class Scale extends Module {
    w = new Parameter(zeros());
    override forward(): void {}
  }
  const scale = new Scale();
  scale.loadStateDict({ w: tensor([5]) });
  assert.equal([scale.w.shape, scale.w.item()], [[], 5]);
  for (const w of [tensor([5, 6]), tensor([[5]]), zeros(0)]) {
    assert.throws(() => scale.loadStateDict({ w }), /size mismatch for w: .* current model is torch\.Size\(\[\]\)/);
  }
});

test('loadStateDict() reads each value once, so that the checked value is the loaded one', () => {
  const layer = new Linear(1, 2);
  /** Returns the first value once, then always the second. */
  const changing = <T>(first: T, then: T) => {
    let reads = 0;
    return () => (reads++ === 0 ? first : then);
  };
  const entry = changing<unknown>(zeros(2, 1), 'no tensor');
  const data = changing(Float32Array.of(3, 4), new Float32Array(5));
  const shape = changing<unknown>([2, 1], 7);
  layer.loadStateDict({
    get weight() {
      return entry() as Tensor;
    },
    bias: {
      get data() {
        return data();
      },
      shape: [2],
    },
  });
  assert.equal(
    [layer.weight.toArray(), layer.bias!.toArray()],
    [
      [[0], [0]],
      [3, 4],
    ],
  );
  layer.loadStateDict({
    weight: {
      data: Float32Array.of(8, 9),
      get shape() {
        return shape() as number[];
      },
    },
    bias: zeros(2),
  });
  assert.equal(
    [layer.weight.toArray(), layer.bias!.toArray()],
    [
      [[8], [9]],
      [0, 0],
    ],
  );
  // A Map whose get() does not return its entries.
  class Lazy extends Map<string, { data: Float32Array; shape: number[] }> {
    override get(): { data: Float32Array; shape: number[] } {
      return { data: new Float32Array(5), shape: [5] };
    }
  }
  layer.loadStateDict(new Lazy([...new Linear(1, 2).stateDict()] as never));
  assert.equal([layer.weight.shape, layer.weight.size], [[2, 1], 2]);
});

test('loadStateDict() copies: the state dict and the module share nothing afterwards', () => {
  const layer = new Linear(1, 2);
  const weight = Float32Array.of(1, 2);
  layer.loadStateDict({ weight: { data: weight, shape: [2, 1] }, bias: zeros(2) });
  weight[0] = 99;
  assert.equal(layer.weight.toArray(), [[1], [2]]);
  const version = layer.weight.version;
  layer.loadStateDict(layer.stateDict());
  assert.is(layer.weight.version, version + 1);
});

test('loadStateDict() converts integers and BOOL to float32 as PyTorch does', () => {
  const tensors = readSafetensors(fixtureBytes('pytorch/safetensors/integers.safetensors'));
  const rows = fixtureCases<{ name: string; shape: number[]; float32: number[] }>(
    'pytorch/safetensors/integers.json',
  ).values();
  for (const { name, float32, shape } of rows) {
    class One extends Module {
      weight = new Parameter(zeros(...shape));
    }
    const module = new One();
    module.loadStateDict({ weight: tensors.get(name)! });
    assert.equal([...module.weight.data], float32, name);
  }
});

test('loadStateDict() reads only the entries that have a parameter', () => {
  const asked: string[] = [];
  const lazy = (name: string, shape: number[]) => ({
    get data() {
      asked.push(name);
      return new Float32Array(shape.reduce((product, one) => product * one, 1));
    },
    shape,
  });
  const tensors = new Map([
    ['num_batches_tracked', lazy('num_batches_tracked', [])],
    ['weight', lazy('weight', [2, 3])],
    ['bias', lazy('bias', [2])],
  ]);
  new Linear(3, 2).loadStateDict(tensors, { strict: false });
  assert.equal(asked, ['weight', 'bias']);
});

test('loadStateDict() names the key of an entry that it cannot load, and loads nothing', () => {
  const tensors = readSafetensors(fixtureBytes('pytorch/safetensors/unread.safetensors'));
  const layer = new Linear(2, 1);
  const before = layer.weight.toArray();
  const text = messageOf(() =>
    layer.loadStateDict({ weight: { data: new Float32Array(2), shape: [1, 2] }, bias: tensors.get('b')! }),
  );
  assert.match(
    text,
    /While copying the parameter named "bias", whose dimensions in the model are torch\.Size\(\[1\]\) and whose dimensions in the checkpoint are torch\.Size\(\[1\]\), an exception occurred : safetensors: tensor "b": to read its data, its dtype must be one of .*, got F8_E4M3/,
  );
  assert.equal(layer.weight.toArray(), before);
  for (const data of [[1], new DataView(new ArrayBuffer(4)), undefined, 'a']) {
    assert.match(
      messageOf(() => layer.loadStateDict({ bias: { data, shape: [1] } as never }, { strict: false })),
      /"bias", expected torch\.Tensor or Tensor-like object from checkpoint but received Object$/,
    );
  }
});

test('loadStateDict() reads data as the dtype beside them says, and refuses a dtype that does not fit', () => {
  // 1, -2 and the smallest subnormal of each type, from IEEE 754 and the upper half of float32.
  const float16 = Uint16Array.of(0x3c00, 0xc000, 1);
  const bfloat16 = Uint16Array.of(0x3f80, 0xc000, 1);
  const load = (data: unknown, said: object) => {
    const layer = new Linear(3, 1, { bias: false });
    layer.loadStateDict({ weight: { data, shape: [1, 3], ...said } as never });
    return (layer.weight.toArray() as number[][])[0];
  };
  for (const said of [{ dtype: 'float16' }, { dtype: 'torch.float16' }, { dtype: 'F16' }, { type: 'float16' }]) {
    assert.equal(load(float16, said), [1, -2, 2 ** -24]);
  }
  for (const said of [{ dtype: 'torch.bfloat16' }, { dtype: 'BF16' }, { type: 'bfloat16' }]) {
    assert.equal(load(bfloat16, said), [1, -2, 2 ** -133]);
  }
  for (const said of [{}, { dtype: 'U16' }, { dtype: 'torch.uint16' }])
    assert.equal(load(float16, said), [15360, 49152, 1]);
  assert.equal(load(Uint8Array.of(0, 1, 7), { dtype: 'torch.bool' }), [0, 1, 1]);
  // Halfway between two float32: rounded once, to even.
  assert.equal(load(BigInt64Array.of(2n ** 60n + 2n ** 36n + 1n, 3n, -1n), { dtype: 'int64' }), [
    2 ** 60 + 2 ** 37,
    3,
    -1,
  ]);
  for (const [data, said, message] of [
    [new Uint8Array(3), { dtype: 'torch.float8_e4m3fn' }, /must be of type .*, got torch\.float8_e4m3fn/],
    [new Uint8Array(3), { dtype: 'F8_E5M2' }, /must be of type .*, got F8_E5M2/],
    [new Int16Array(3), { dtype: 'float16' }, /of type float16 must be in a .*, got an Int16Array/],
    [new Int32Array(3), { type: 'float32' }, /of type float32 must be in a .*, got an Int32Array/],
    [new Uint16Array(3), { dtype: 'int32' }, /of type int32 must be in a .*, got a Uint16Array/],
  ] as const) {
    const text = messageOf(() => load(data, said));
    assert.match(
      text,
      /While copying the parameter named "weight", .* exception occurred : loadStateDict\(\): the data of/,
    );
    assert.match(text, message);
  }
});

test('loadStateDict() accepts Maps and plain objects, and says what it got otherwise', () => {
  assert.ok(messageOf(() => new Linear(3, 2).loadStateDict([1, 2] as never)).startsWith(pytorchError('load, a list')));
  assert.ok(messageOf(() => new Linear(3, 2).loadStateDict(null as never)).startsWith(pytorchError('load, None')));
  const bare = Object.assign(Object.create(null), good);
  assert.equal(new Linear(3, 2).loadStateDict(bare), { missingKeys: [], unexpectedKeys: [] });
  const hostile = JSON.parse('{"__proto__": 1}');
  assert.match(
    messageOf(() => new Linear(3, 2).loadStateDict(hostile)),
    /Unexpected key\(s\) in state_dict: "__proto__"/,
  );
  assert.match(
    messageOf(() => new Linear(3, 2).loadStateDict(good, { stric: false } as never)),
    /unknown option "stric"/,
  );
  assert.match(
    messageOf(() => new Linear(3, 2).loadStateDict(good, { strict: 1 } as never)),
    /"strict" must be true or false/,
  );
  assert.is(
    messageOf(() => new Linear(3, 2).loadStateDict(new Map<unknown, unknown>([[5, zeros(1)]]) as never)),
    'loadStateDict(): a key must be the path of a parameter, got the number 5',
  );
  const short = { ...good, weight: { data: new Float32Array(5), shape: [2, 3] } };
  assert.match(
    messageOf(() => new Linear(3, 2).loadStateDict(short)),
    /"weight" must hold 6 values for shape torch\.Size\(\[2, 3\]\), got 5/,
  );
});

test('loadStateDict() with strict: false loads what fits and returns the other keys', () => {
  const module = two();
  const keys = module.loadStateDict({ '0.bias': tensor([1, 2, 3]), 'x.y': zeros(1), z: zeros(1) }, { strict: false });
  // PyTorch: _IncompatibleKeys(missing_keys=[…], unexpected_keys=[…]) of the same case.
  const printed = fixtureCases<{ name: string; repr: string }>('pytorch/errors.json').get('load, not strict, both')!;
  const list = (names: string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  assert.is(
    `_IncompatibleKeys(missing_keys=${list(keys.missingKeys)}, unexpected_keys=${list(keys.unexpectedKeys)})`,
    printed.repr,
  );
  assert.equal((module[0] as Linear).bias!.toArray(), [1, 2, 3]);
});

test.run();
