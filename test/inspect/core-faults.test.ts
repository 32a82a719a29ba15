// Faults in modules of layertap, found with recordings that PyTorch's own forward hooks made.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listHooks, type Module, tensor } from '../../src/index.ts';
import { compare, type RecordedInput, record } from '../../src/inspect/index.ts';
import { beyond, effect, faults, largest, numbersOf, recordingOf } from './pytorch.ts';
import { Text, twin } from './twins.ts';

const run = (net: Module, [x]: readonly RecordedInput[]) => net(tensor({ data: numbersOf(x!), shape: x!.shape }));

test('modules without a fault pass', async () => {
  for (const model of ['vision', 'text', 'decoder', 'overflow']) {
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
    if (fault === 'stale') assert.is(comparison.first!.call, 3);
    assert.ok(effect(comparison) >= 50, `${effect(comparison)} times the tolerance`);
  });
}

test('float32 passes against PyTorch in float16, and an overflow there is found where it happens', async () => {
  const half = await compare(twin('text'), recordingOf('text.half'), run);
  assert.is(half.verdict, 'PASS_WITH_TOLERANCE', String(half));
  assert.match(half.why.join(), /outputs are float32 in b and float16 in a: compared with the tolerance of float16/);
  assert.ok(largest(half) < 0.2, `${largest(half)} of the tolerance`);
  const { verdict, first, why } = await compare(twin('overflow'), recordingOf('overflow.half'), run);
  assert.equal([verdict, first?.path], ['FAIL', 'fc2']);
  assert.match(why[0]!, /instead of -?Infinity/);
});

test('a recording of layertap is compared like one of PyTorch, and finds a fault in either direction', async () => {
  const bytes = await record(new Text(), [tensor([[1, 2, 3, 4]])], { parameters: true });
  assert.is((await compare(new Text(), bytes, [tensor([[1, 2, 3, 4]])])).verdict, 'PASS');
  assert.is((await compare(new Text('tanh'), bytes, [tensor([[1, 2, 3, 4]])])).first?.path, 'gelu');
  assert.is((await compare(new Text('tanh'), new Text(), [tensor([[1, 2, 3, 4]])])).first?.path, 'gelu');
});

test.run();
