import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  Hookable,
  Linear,
  listHooks,
  Module,
  manualSeed,
  ReLU,
  rand,
  relu,
  Sequential,
  Tensor,
  type TensorReader,
  tensor,
} from '../../src/index.ts';
import { type Comparison, compare, record } from '../../src/inspect/index.ts';
import { rejects } from '../fixtures/rejection.ts';
import { recordingOf } from './pytorch.ts';
import { type AnyTensor, anyReader } from './readers.ts';

const verdictIs = (comparison: Comparison, verdict: Comparison['verdict'], why?: RegExp) => {
  assert.is(comparison.verdict, verdict, String(comparison));
  if (why !== undefined) assert.match(comparison.why.join('\n'), why);
};

/** The same weights each time. */
function network(...more: Module[]): Sequential {
  manualSeed(1);
  return new Sequential(new Linear(10, 16), new ReLU(), new Linear(16, 16), new ReLU(), new Linear(16, 2), ...more);
}

function scaled(net: Sequential, path: string, factor: number): Sequential {
  const layer = net.getSubmodule(path) as Linear;
  layer.weight.assign((layer.weight.data as Float32Array).map((value) => value * factor));
  return net;
}

const x: Tensor = rand(4, 10);

test('equal models pass, and nothing is left registered', async () => {
  const [a, b] = [network(), network()];
  const comparison = await compare(a, b, [x]);
  verdictIs(comparison, 'PASS');
  assert.equal(comparison.why, []);
  assert.is(comparison.coverage, 1);
  assert.equal([...listHooks(a), ...listHooks(b)], []);
});

test('a small fault is found among rounding that grows, and its JSON and its report name it', async () => {
  const comparison = await compare(network(), scaled(network(), '2', 1.01), [x]);
  verdictIs(comparison, 'FAIL');
  assert.is(comparison.first!.path, '2');
  const json = JSON.parse(JSON.stringify(comparison));
  assert.equal([json.verdict, json.first.path, json.coverage], ['FAIL', '2', 1]);
  assert.match(String(comparison), /^FAIL: "2" \(Linear\) differs: .* times the tolerance/);
  assert.match(String(comparison), /^> 2 +Linear/m);
});

test('a tolerance of the user accepts a difference, and the verdict says so', async () => {
  const comparison = await compare(network(), scaled(network(), '2', 1.0001), [x], { tolerance: 1e6 });
  verdictIs(comparison, 'PASS_WITH_TOLERANCE', /were accepted/);
});

test('two recordings alone: a jump of 100 times fails, a smaller one is inconclusive and names the locked run', async () => {
  const a = await record(network(), [x], { parameters: true });
  const with1 = (factor: number) => record(scaled(network(), '2', factor), [x]);
  const failed = await compare(a, await with1(1.1));
  verdictIs(failed, 'FAIL');
  assert.is(failed.mode, 'free');
  assert.is(failed.first!.path, '2');
  verdictIs(await compare(a, await with1(1 + 2e-5)), 'INCONCLUSIVE', /A locked run can: compare\(model, recording/);
  verdictIs(await compare(a, await record(network(), [x])), 'PASS');
});

test('recordings of other inputs are inconclusive', async () => {
  const comparison = await compare(await record(network(), [x]), await record(network(), [rand(4, 10)]));
  verdictIs(comparison, 'INCONCLUSIVE', /the two runs had other inputs/);
});

test('a model that is called with other inputs is a difference before its first module', async () => {
  const bytes = await record(network(), [x]);
  verdictIs(await compare(network(), bytes, [rand(4, 10)]), 'FAIL', /the model's inputs differ/);
});

class Between extends Module {
  fc1: Linear;
  fc2: Linear;
  readonly #factor: number;
  constructor(factor: number) {
    super();
    manualSeed(2);
    this.fc1 = new Linear(10, 10);
    this.fc2 = new Linear(10, 10);
    this.#factor = factor;
  }
  override forward(input: Tensor): Tensor {
    const inner = this.fc1(input);
    return this.fc2(tensor((inner.data as Float32Array).map((value) => value * this.#factor)).reshape(...inner.shape));
  }
}

test('another number of calls is said, and a module that b leaves out is between its neighbours', async () => {
  class Loop extends Module {
    fc: Linear = new Linear(10, 10);
    readonly #times: number;
    constructor(times: number) {
      super();
      this.#times = times;
    }
    override forward(input: Tensor): Tensor {
      let y = input;
      for (let i = 0; i < this.#times; i++) y = this.fc(y);
      return y;
    }
  }
  const [four, five] = [new Loop(4), new Loop(5)];
  five.loadStateDict(four.stateDict());
  verdictIs(await compare(four, five, [x]), 'FAIL', /^a calls "fc" 4 times there, b 5 times$/m);
  verdictIs(await compare(five, four, [x]), 'FAIL', /^a calls "fc" 5 times there, b 4 times$/m);
  verdictIs(
    await compare(four, await record(four, () => 0), () => 0),
    'INCONCLUSIVE',
    /^the run of a called no module$/,
  );

  class Skips extends Module {
    a: Linear = new Linear(3, 3);
    act: ReLU = new ReLU();
    b: Linear = new Linear(3, 3);
    c: Linear = new Linear(3, 3);
    readonly #isSkipped: boolean;
    constructor(isSkipped: boolean) {
      super();
      this.#isSkipped = isSkipped;
    }
    override forward(input: Tensor): Tensor {
      const y = this.a(input);
      return this.c(this.b(this.#isSkipped ? y : this.act(y)));
    }
  }
  for (let seed = 0; seed < 20; seed++) {
    manualSeed(seed);
    const [whole, skipping] = [new Skips(false), new Skips(true)];
    skipping.loadStateDict(whole.stateDict());
    // Negative values, which the ReLU cuts off.
    for (const net of [whole, skipping]) net.a.bias!.assign([-1, -2, -1]);
    const { verdict, between, why } = await compare(whole, skipping, [rand(2, 3)]);
    assert.equal([verdict, between], ['FAIL', ['a', 'b']], `seed ${seed}: ${why}`);
    assert.match(why[1]!, /^a has "act" \(ReLU\) there, b has not$/);
  }
});

test('a fault in the code between two modules is between them, inside their parent', async () => {
  const wrap = (factor: number) => new Sequential(new Between(factor));
  const comparison = await compare(wrap(2), wrap(2.1), [x]);
  verdictIs(comparison, 'FAIL', /between "0.fc1" and "0.fc2", in the code of "0"/);
  assert.equal([comparison.between, comparison.inside, comparison.first], [['0.fc1', '0.fc2'], '0', undefined]);
});

class Wrapper extends Module {
  model: Hookable;
  constructor(model: Hookable) {
    super();
    this.model = model;
  }
  override forward(input: Tensor): unknown {
    return this.model(input);
  }
}

test('modules are aligned by a map, by paths behind a prefix, or by their sequence', async () => {
  const fault = () => scaled(network(), '2', 1.01);
  const wrapped = await compare(network(), new Wrapper(fault()), [x]);
  assert.equal([wrapped.first!.path, wrapped.first!.pathInB], ['2', 'model.2']);
  class Named extends Module {
    a: Linear;
    b: ReLU = new ReLU();
    c: Linear;
    d: ReLU = new ReLU();
    e: Linear;
    constructor([a, , c, , e]: Sequential) {
      super();
      [this.a, this.c, this.e] = [a, c, e] as [Linear, Linear, Linear];
    }
    override forward(input: Tensor): Tensor {
      return this.e(this.d(this.c(this.b(this.a(input)))));
    }
  }
  const guessed = await compare(network(), new Named(fault()), [x]);
  assert.equal([guessed.verdict, guessed.first!.path, guessed.first!.pathInB], ['FAIL', '2', 'c']);
  for (const [map, what] of [
    [{ 7: 'a' }, /compare\(\): map must have paths of a, got "7"\n {2}nearest: /],
    [{ 0: 'f' }, /compare\(\): map must have paths of b, got "f"\n {2}nearest: /],
    [() => 'f', /compare\(\): map must have paths of b, got "f"/],
  ] as const) {
    await rejects(compare(network(), new Named(network()), [x], { map }), what, RangeError);
  }
  const mapped = await compare(network(), new Named(fault()), [x], { map: { 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e' } });
  assert.equal([mapped.first!.path, mapped.first!.pathInB], ['2', 'c']);
  const byFunction = await compare(network(), new Named(network()), [x], {
    map: (path) => 'abcde'[Number(path || -1)],
  });
  verdictIs(byFunction, 'PASS');
});

test('a guess around the failing place, and another model, are inconclusive', async () => {
  class Renamed extends Module {
    a: Linear;
    b: ReLU = new ReLU();
    c: Linear;
    e: Linear;
    constructor([a, , c, , e]: Sequential) {
      super();
      [this.a, this.c, this.e] = [a, c, e] as [Linear, Linear, Linear];
    }
    override forward(input: Tensor): Tensor {
      return this.e(relu(this.c(this.b(this.a(input)))));
    }
  }
  const reference = network(new ReLU(), new ReLU(), new ReLU());
  const guessed = await compare(
    reference,
    new Sequential(new Renamed(scaled(network(), '2', 1.01)), ...[1, 2, 3].map(() => new ReLU())),
    [x],
  );
  verdictIs(guessed, 'INCONCLUSIVE', /which is which was guessed around this place: give a map of paths/);
  assert.match(guessed.why[0]!, /"2" \(Linear\), "0.c" in b differs/);
  const other = new Sequential(new Linear(10, 5), new Linear(5, 3), new Linear(3, 2));
  verdictIs(await compare(network(), other, [x]), 'INCONCLUSIVE', /another model/);
  verdictIs(await compare(network(), recordingOf('vision'), () => network()(x)), 'INCONCLUSIVE', /another model/);
  verdictIs(await compare(await record(network(), [x]), recordingOf('text')), 'INCONCLUSIVE');
});

test('what covers less than 80 % is inconclusive, and the share is said', async () => {
  const partly = await record(network(), [x], { select: /^[02]$/ });
  verdictIs(
    await compare(await record(network(), [x]), partly),
    'INCONCLUSIVE',
    /only 40 % of a's calls were compared/,
  );
});

test('the reference may be inside a wrapper: its root is the counterpart of the other root', async () => {
  const twice = (net: Hookable) => {
    for (const factor of [1, 2]) net(tensor((x.data as Float32Array).map((value) => value * factor)).reshape(4, 10));
  };
  const calls = (await compare(new Wrapper(network()), network(), twice)).modules.filter((one) => one.pathInB === '');
  assert.equal(
    calls.map(({ path, call }) => [path, call]),
    [
      ['model', 0],
      ['model', 1],
    ],
  );
});

test('bytes that are no recording are inconclusive, with the reason', async () => {
  const bytes = await record(network(), [x]);
  verdictIs(await compare(network(), bytes.subarray(0, 100), [x]), 'INCONCLUSIVE', /the recording cannot be read/);
  verdictIs(await compare(bytes, new Uint8Array(10)), 'INCONCLUSIVE', /the second recording cannot be read/);
  const future = Buffer.from(
    Buffer.from(bytes).toString('latin1').replace('\\"version\\":1', '\\"version\\":3'),
    'latin1',
  );
  verdictIs(await compare(future, bytes), 'INCONCLUSIVE', /version must be 1, got the number 3/);
});

class Failing extends Module {
  override forward(_input: Tensor): Tensor {
    throw new Error('out of memory');
  }
}

test('a model that throws in the middle: what differs before is found, else it is inconclusive', async () => {
  const right = await record(network(new ReLU()), [x]);
  verdictIs(await compare(network(new Failing()), right, [x]), 'INCONCLUSIVE', /b threw: .*out of memory/);
  const comparison = await compare(scaled(network(new Failing()), '2', 1.1), right, [x]);
  verdictIs(comparison, 'FAIL', /out of memory/);
  assert.is(comparison.first!.path, '2');
  const broken = network(new Failing());
  await rejects(compare(broken, network(new ReLU()), [x]), /out of memory/);
  assert.equal(listHooks(broken), []);
});

/** Throws at the value that another model gives. */
class Careful extends Module {
  override forward(input: Tensor): Tensor {
    if (input.data[0]! > 100) throw new Error('too large');
    return input;
  }
}

test('a model that throws with the values of the other one is inconclusive', async () => {
  const make = (weight: number) => {
    const layer = new Linear(1, 1, { bias: false });
    layer.weight.assign([weight]);
    return new Sequential(layer, new Careful());
  };
  const right = await record(new Sequential(make(200)[0] as Module, new ReLU()), [tensor([[1]])]);
  const comparison = await compare(make(1), right, [tensor([[1]])]);
  assert.match(comparison.why.join(), /b threw with the values of a: .*too large/);
});

class Noise extends Module {
  override forward(input: Tensor): Tensor {
    return tensor((input.data as Float32Array).map((value) => value + Math.random())).reshape(...input.shape);
  }
}

test('a random model is inconclusive, on either side', async () => {
  const right = await record(network(new Noise()), [x]);
  verdictIs(await compare(network(new Noise()), right, [x]), 'INCONCLUSIVE', /"5" gives other values each time/);
  verdictIs(await compare(network(new Noise()), network(new ReLU()), [x]), 'INCONCLUSIVE', /other values each time/);
});

test('random code between modules, a state and inputs that are written into are inconclusive, and said', async () => {
  class Between extends Module {
    fc: Linear = new Linear(10, 10);
    act: ReLU = new ReLU();
    readonly #next: () => number;
    constructor(next: () => number) {
      super();
      this.#next = next;
    }
    override forward(input: Tensor): Tensor {
      const add = this.#next();
      return this.act(this.fc(input).map((value) => value + add));
    }
  }
  let count = 0;
  for (const next of [() => Math.random(), () => count++]) {
    const net = new Between(next);
    const why = /the model gives other values each time: set its seed, reset its state/;
    verdictIs(await compare(net, await record(net, [x]), [x]), 'INCONCLUSIVE', why);
    verdictIs(await compare(net, net, [x]), 'INCONCLUSIVE', why);
  }
  // After a locked run the state is that of a: each locked run begins alike.
  class Recurrent extends Module {
    cell: Linear = new Linear(10, 10);
    #state: Tensor = tensor(new Array<number>(40).fill(0)).reshape(4, 10);
    override forward(input: Tensor): Tensor {
      this.#state = this.cell(input.map((value, i) => value + this.#state.data[i]!));
      return this.#state;
    }
  }
  const recurrent = new Recurrent();
  verdictIs(await compare(recurrent, await record(recurrent, [x]), [x]), 'INCONCLUSIVE', /reset its state/);
  // Differences of the last bits, as of threads, are none.
  const steady = new Between(() => 1e-9 * Math.random());
  const other = new Between(() => 0);
  verdictIs(await compare(other, steady, [x]), 'FAIL', /"fc" \(Linear\) differs/);

  const written = (add: number) =>
    attach(
      {
        run: (input: AnyTensor) => {
          const values = input.data as Float32Array;
          for (let i = 0; i < values.length; i++) values[i]! += add;
          return input;
        },
      },
      'run',
      { reader: anyReader },
    );
  const input = () => ({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
  const writes = /the model writes into its inputs: pass a function that makes them anew for each run/;
  verdictIs(await compare(written(1), written(1), [input()]), 'INCONCLUSIVE', writes);
  verdictIs(await compare(written(1), await record(written(1), [input()]), [input()]), 'INCONCLUSIVE', writes);
  const anew = (net: Hookable) => Reflect.apply(net, undefined, [input()]);
  verdictIs(await compare(written(1), written(1), anew), 'PASS');
  verdictIs(await compare(written(1), written(2), anew), 'FAIL');
});

test('a reference with a dropout in training mode is inconclusive', async () => {
  class Dropout extends Module {
    readonly #training: boolean;
    constructor(training: boolean) {
      super();
      this.#training = training;
    }
    override forward(input: Tensor): Tensor {
      return this.#training ? input.map((value, i) => (i % 2 === 0 ? 0 : value * 2)) : input;
    }
  }
  const [training, evaluation] = [network(new Dropout(true)), network(new Dropout(false))];
  const a = await record(training, [x]);
  const why = /"5" \(Dropout\) is random in a: set its seed, or leave training mode/;
  verdictIs(await compare(evaluation, a, [x]), 'INCONCLUSIVE', why);
  verdictIs(await compare(a, await record(evaluation, [x])), 'INCONCLUSIVE', why);
  verdictIs(await compare(training, await record(evaluation, [x]), [x]), 'FAIL', /"5" \(Dropout\) differs/);
});

class Hanging extends Module {
  static override readonly async: boolean = true;
  override forward(): Promise<Tensor> {
    return new Promise(() => {});
  }
}

test('a model that hangs is given up when the signal says so', async () => {
  const controller = new AbortController();
  const hanging = new Sequential(new ReLU(), new Hanging());
  const waiting = compare(new Sequential(new ReLU(), new ReLU()), hanging, [x], { signal: controller.signal });
  while (listHooks(hanging).length === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error('enough'));
  await rejects(waiting, /enough/);
  assert.equal(listHooks(hanging), []);
});

/** A model of a kind that gives one tensor. */
class Giving extends Hookable {
  readonly #kind: string;
  readonly #output: AnyTensor;
  constructor(kind: string, dtype: string, data: unknown) {
    super({ reader: anyReader as TensorReader });
    this.#kind = kind;
    this.#output = { dtype, data, shape: [(data as Float32Array).length] };
  }
  override forward(..._inputs: AnyTensor[]): AnyTensor {
    return this.#output;
  }
  override toString(): string {
    return `${this.#kind}()`;
  }
}

const compareValues = (dtype: string, a: unknown, b: unknown, kind = 'Any', ...inputs: AnyTensor[]) =>
  compare(new Giving(kind, dtype, a), new Giving(kind, dtype, b), inputs);

test('NaN equals NaN, and infinities of one sign are equal', async () => {
  const odd = Float32Array.of(Number.NaN, Infinity, -Infinity, -0);
  verdictIs(await compareValues('float32', odd, Float32Array.of(Number.NaN, Infinity, -Infinity, 0)), 'PASS');
  verdictIs(
    await compareValues('float32', odd, Float32Array.of(0, Infinity, -Infinity, 0)),
    'FAIL',
    /0 instead of NaN/,
  );
  verdictIs(await compareValues('float32', odd, Float32Array.of(Number.NaN, -Infinity, -Infinity, 0)), 'FAIL');
});

test('64-bit integers are compared exactly, beyond 2^53 too', async () => {
  const compared = (a: bigint, b: bigint) => compareValues('int64', BigInt64Array.of(1n, a), BigInt64Array.of(1n, b));
  verdictIs(await compared(2n ** 60n, 2n ** 60n), 'PASS');
  verdictIs(
    await compared(2n ** 60n, 2n ** 60n + 1n),
    'FAIL',
    /1152921504606846977 instead of 1152921504606846976 at index 1/,
  );
  verdictIs(await compared(5n, 2n ** 53n + 1n), 'FAIL', /9007199254740993 instead of 5/);
});

test('integers and truth values must be equal', async () => {
  verdictIs(await compareValues('int64', BigInt64Array.of(3n, 4n), BigInt64Array.of(3n, 4n)), 'PASS');
  verdictIs(await compareValues('int64', BigInt64Array.of(3n, 4n), BigInt64Array.of(3n, 5n)), 'FAIL', /5 instead of 4/);
  verdictIs(await compareValues('bool', Uint8Array.of(1, 0), Uint8Array.of(1, 1)), 'FAIL', /1 instead of 0/);
});

test('one step of a quantized value is excused and counted, two are not', async () => {
  const step = (by: number) => compareValues('uint8', Uint8Array.of(7, 9), Uint8Array.of(7, 9 + by), 'QuantizeLinear');
  const excused = await step(1);
  verdictIs(excused, 'PASS_WITH_TOLERANCE', /1 differences were excused/);
  verdictIs(await step(2), 'FAIL');
});

test('a comparison at its threshold is excused, one further away is not', async () => {
  const input = { dtype: 'float32', shape: [4], data: Float32Array.of(-1, -1e-9, 1e-9, 1) };
  const compared = (...bits: number[]) =>
    compareValues('bool', Uint8Array.of(0, 0, 1, 1), Uint8Array.from(bits), 'Greater', input);
  verdictIs(await compared(0, 1, 1, 1), 'PASS_WITH_TOLERANCE', /1 differences were excused/);
  verdictIs(await compared(1, 0, 1, 1), 'FAIL');
});

/** A layer of 10,000 values, one of which may be another: no sample has the index 1. */
class Large extends Module {
  readonly #change: (values: Float32Array) => void;
  constructor(change: (values: Float32Array) => void = () => {}) {
    super();
    this.#change = change;
  }
  override forward(x: Tensor): Tensor {
    const values = Float32Array.from(x.data);
    this.#change(values);
    return new Tensor(values, x.shape);
  }
}
const changes = (index: number, to: number) => (values: Float32Array) => {
  values[index] = to;
};

test('beyond the limit of a recording the samples and the statistics are compared', async () => {
  const input = rand(100, 100);
  const net = (change?: (values: Float32Array) => void) => new Sequential(new Large(), new Large(change));
  const a = await record(net(), [input], { limit: 0 });
  const b = (change?: (values: Float32Array) => void) => record(net(change), [input], { limit: 0 });
  const samples = /of 3 outputs the statistics and 4,096 samples were compared: a recording had reached its limit/;
  verdictIs(await compare(a, await b()), 'PASS_WITH_TOLERANCE', samples);
  verdictIs(await compare(net(), a, [input]), 'PASS_WITH_TOLERANCE', /ran with the values of b/);
  verdictIs(await compare(a, await record(net(), [input])), 'PASS_WITH_TOLERANCE', samples);
  verdictIs(await compare(await record(net(), [input]), a), 'PASS_WITH_TOLERANCE', samples);
  const faults: readonly (readonly [change: (values: Float32Array) => void, RegExp])[] = [
    [changes(3, 0.5), /at index 1, .* 1 of 4096 values/],
    [changes(1, 5), /the largest value is 5 instead of 0\.9/],
    [changes(1, -5), /the smallest value is -5 instead of /],
    [changes(1, Number.NaN), /the number of values that are NaN is 1 instead of 0, beyond any tolerance/],
    [changes(1, Number.POSITIVE_INFINITY), /the number of values that are infinite is 1 instead of 0/],
    // Between the others: only the mean and the deviation tell.
    [(values) => values.subarray(1, 3).fill(0.5), /the (mean|standard deviation) is /],
  ];
  for (const [change, why] of faults) {
    const locked = await compare(net(change), a, [input]);
    verdictIs(locked, 'FAIL', why);
    assert.is(locked.first!.path, '1');
    // Two recordings alone fail beyond a hundred tolerances.
    const { tolerances } = (await compare(a, await b(change))).modules.at(-1)!.output!;
    assert.ok(tolerances === null || tolerances > 1, String(change));
    assert.is((await compare(net(change), await record(net(), [input]), [input])).first!.path, '1');
  }
});

test('integers beyond the limit are compared by their samples and statistics too', async () => {
  const of = (index: number, to: number) => {
    const data = Int32Array.from({ length: 10_000 }, (_, i) => i % 100);
    data[index] = to;
    const net = attach({ run: () => ({ dtype: 'int32', shape: [10_000], data }) }, 'run', { reader: anyReader });
    return record(net, [], { limit: 0 });
  };
  verdictIs(await compare(await of(0, 0), await of(0, 0)), 'PASS_WITH_TOLERANCE');
  verdictIs(await compare(await of(0, 0), await of(3, 4)), 'FAIL', /at index 1/);
  verdictIs(await compare(await of(0, 0), await of(1, 2)), 'FAIL', /the (mean|standard deviation) is/);
});

test('an output tensor that b has not, other texts and numbers, and floats for integers are no plain PASS', async () => {
  const run = (output: unknown) => attach({ run: () => output }, 'run', { reader: anyReader });
  const floats = (...values: number[]): AnyTensor => ({
    dtype: 'float32',
    shape: [1],
    data: Float32Array.from(values),
  });
  const compared = async (a: unknown, b: unknown) => compare(await record(run(a), []), await record(run(b), []));
  verdictIs(
    await compared([floats(1), floats(2), floats(3)], [floats(1), floats(2)]),
    'PASS_WITH_TOLERANCE',
    /^1 of the 3 tensors in the output of the model are not in that of b$/,
  );
  verdictIs(
    await compared({ x: floats(1), of: ['cat', 3, true, 0.5] }, { x: floats(1), of: ['dog', 4, false, 0.5 + 1e-9] }),
    'PASS_WITH_TOLERANCE',
    /^what is no tensor differs: "dog" instead of "cat" in the output\/of\/0 of the model; 4 instead of 3 .*; false instead of true in the output\/of\/2 of the model$/,
  );
  const integers = { dtype: 'int32', shape: [1], data: Int32Array.of(2) };
  verdictIs(await compared(integers, floats(2)), 'PASS_WITH_TOLERANCE', /^1 output is float32 in b and int32 in a$/);
  verdictIs(await compared(integers, { ...integers, dtype: 'int64', data: BigInt64Array.of(2n) }), 'PASS');
});

test('names that occur twice: each call of a shared module is compared with its own', async () => {
  class Shared extends Module {
    fc: Linear;
    again: Linear;
    readonly #fault: boolean;
    constructor(fault: boolean) {
      super();
      manualSeed(3);
      this.fc = new Linear(10, 10);
      this.again = this.fc;
      this.#fault = fault;
    }
    override forward(input: Tensor): Tensor {
      const inner = this.fc(input);
      if (this.#fault) this.fc.bias!.assign((this.fc.bias!.data as Float32Array).map((value) => value + 0.1));
      return this.again(inner);
    }
  }
  const { first, verdict } = await compare(new Shared(false), new Shared(true), [x]);
  assert.is(verdict, 'INCONCLUSIVE', 'it changes its weights, so it is another model each time');
  assert.is(first, undefined);
  verdictIs(await compare(new Shared(false), new Shared(false), [x]), 'PASS');
});

test('a batch of one is compared with the first rows of a batch of eight', async () => {
  const batch = rand(8, 10);
  const row = tensor((batch.data as Float32Array).slice(0, 10)).reshape(1, 10);
  const one = await record(network(), [row], { parameters: true });
  verdictIs(await compare(network(), one, [batch]), 'PASS');
  const comparison = await compare(scaled(network(), '2', 1.01), one, [batch]);
  verdictIs(comparison, 'FAIL');
  assert.is(comparison.first!.path, '2');
});

test('10,000 calls are compared', async () => {
  const relu = new ReLU();
  const run = (module: Hookable) => {
    for (let i = 0; i < 10_000; i++) module(tensor([i]));
  };
  const bytes = await record(relu, run);
  verdictIs(await compare(bytes, bytes), 'PASS');
});

test('compare() refuses wrong arguments before anything runs', async () => {
  const net = network();
  let runs = 0;
  const run = () => void runs++;
  await rejects(compare(net, net, 3 as never), /compare\(\): the inputs must be an array, or a function/, TypeError);
  await rejects(compare(net, net, run, { maps: {} } as never), /unknown option "maps"/, TypeError);
  await rejects(compare(net, net, run, { tolerance: 0 }), /option "tolerance" must be a number above 0/, RangeError);
  await rejects(
    compare(net, 'a.safetensors' as never, run),
    /the recording must be a Uint8Array or an ArrayBuffer, got the string/,
    TypeError,
  );
  await rejects(
    compare((await record(net, [x])) as never, net, run),
    /a model comes before the recording that it is compared with: compare\(model, recording, inputs\), got a Uint8Array/,
    TypeError,
  );
  await rejects(
    compare({ predict: run } as never, await record(net, [x])),
    /the model must be a module, or the bytes of a recording, got an Object/,
    TypeError,
  );
  assert.is(runs, 0);
});

test.run();
