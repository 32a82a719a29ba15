// Faults in modules of layertap, found with recordings that PyTorch's own forward hooks made.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listHooks, Module, type Tensor, tensor } from '../../src/index.ts';
import { compare, type RecordedInput, record } from '../../src/inspect/index.ts';
import { beyond, effect, faults, largest, recordingOf } from './pytorch.ts';
import { Text, twin } from './twins.ts';

const input = ({ data, shape }: RecordedInput): Tensor =>
  tensor({ data: Float32Array.from(data as Float32Array, Number), shape });
const run = (net: Module, [x]: readonly RecordedInput[]) => net(input(x!));

test('modules without a fault pass', async () => {
  for (const model of ['vision', 'text']) {
    const net = twin(model);
    const comparison = await compare(net, recordingOf(model), run);
    assert.is(comparison.verdict, 'PASS', String(comparison));
    assert.is(comparison.coverage, 1);
    assert.ok(largest(comparison) < 0.2, `${largest(comparison)} of the tolerance`);
    assert.equal(listHooks(net), []);
  }
});

for (const [fault, [model, path]] of Object.entries(faults)) {
  test(`the fault "${fault}" in a module is found at ${path}`, async () => {
    const comparison = await compare(twin(model, fault), recordingOf(model), run);
    assert.is(comparison.verdict, 'FAIL', String(comparison));
    // Attention computes between two modules that are its own.
    const isBetween = ['heads', 'sqrt', 'mask'].includes(fault);
    assert.is(comparison.first?.path, isBetween ? undefined : path, String(comparison));
    assert.equal(comparison.between, isBetween ? ['attn.qkv', 'attn.out'] : undefined);
    if (isBetween) assert.is(comparison.inside, path);
    if (!isBetween) assert.equal(beyond(comparison), [path]);
    assert.ok(effect(comparison) >= 50, `${effect(comparison)} times the tolerance`);
  });
}

/** Adds what it was given in earlier steps; with the fault, the fourth step misses the one before it. */
class Cached extends Module {
  #given: number[] = [];
  readonly #fault: boolean;
  constructor(fault: boolean) {
    super();
    this.#fault = fault;
  }
  reset(): void {
    this.#given = [];
  }
  override forward(x: Tensor): Tensor {
    const past = this.#fault && this.#given.length === 3 ? this.#given.slice(0, -1) : this.#given;
    const [value] = x.data as Float32Array;
    const sum = past.reduce((total, one) => total + one, value!);
    this.#given.push(value!);
    return tensor([sum]);
  }
}

class Decoder extends Module {
  cache: Cached;
  constructor(fault: boolean) {
    super();
    this.cache = new Cached(fault);
  }
  override forward(x: Tensor): Tensor {
    return this.cache(x);
  }
}

test('a stale cache is found in the step where it is used', async () => {
  const decode = (net: Decoder) => {
    net.cache.reset();
    for (let step = 0; step < 5; step++) net(tensor([1 + step / 10]));
  };
  assert.is((await compare(new Decoder(false), new Decoder(false), decode)).verdict, 'PASS');
  const { verdict, first } = await compare(new Decoder(false), new Decoder(true), decode);
  assert.is(verdict, 'FAIL');
  assert.equal([first!.path, first!.call], ['cache', 3]);
  assert.ok(first!.output!.tolerances! >= 50);
});

test('a recording of layertap is compared like one of PyTorch, and finds a fault in either direction', async () => {
  const bytes = await record(new Text(), [tensor([[1, 2, 3, 4]])], { parameters: true });
  assert.is((await compare(new Text(), bytes, [tensor([[1, 2, 3, 4]])])).verdict, 'PASS');
  assert.is((await compare(new Text('tanh'), bytes, [tensor([[1, 2, 3, 4]])])).first?.path, 'gelu');
  assert.is((await compare(new Text('tanh'), new Text(), [tensor([[1, 2, 3, 4]])])).first?.path, 'gelu');
});

test.run();
