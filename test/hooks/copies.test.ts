// Two copies of layertap in one process: mixing them either works or is an error that says so.
import { Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { intercept } from '../../src/adapter.ts';
import {
  attach,
  type ForwardEvent,
  type Hookable,
  Linear,
  linear,
  listHooks,
  Module,
  ModuleDict,
  ModuleList,
  manualSeed,
  ones,
  Parameter,
  queue,
  registerModuleForwardHook,
  relu,
  removeAllHooks,
  Selection,
  Sequential,
  select,
  statistics,
  Tensor,
  tensor,
  tensorReader,
  withHooks,
} from '../../src/index.ts';
import { logActivations, MemorySink, SummaryWriter } from '../../src/tensorboard/index.ts';
import { mountViewer } from '../../viewer/index.ts';
import { secondCopy } from '../fixtures/second-copy.ts';

const other = await secondCopy();

class Net extends Module {
  a = new Linear(2, 2);
  b = new other.Linear(2, 3);
  c = new Linear(3, 1);
}

/** Asserts that a call throws an error that names the other copy and matches `parts`. */
function refusesCopy(run: () => unknown, ...parts: RegExp[]): void {
  assert.throws(run, (error: Error) => {
    for (const part of [/of another copy of layertap/, ...parts]) assert.match(error.message, part);
    return true;
  });
}

test('the second copy has its own classes', () => {
  assert.not(new other.Linear(1, 1) instanceof Linear);
  assert.not(other.ones(1) instanceof Tensor);
});

test('a child of another copy is among the children and printed; walking the tree is an error', () => {
  const net = new Net();
  assert.equal(
    [...net.namedChildren()].map(([name]) => name),
    ['a', 'b', 'c'],
  );
  assert.is([...net.children()].length, 3);
  assert.match(
    String(net),
    /\n {2}\(b\): Linear\(in_features=2, out_features=3, bias=True\) of another copy of layertap\n {2}\(c\)/,
  );
  const walks: (() => unknown)[] = [
    () => [...net.namedModules()],
    () => [...net.modules()],
    () => [...net.parameters()],
    () => net.stateDict(),
    () => net.loadStateDict({}, { strict: false }),
    () => net.getSubmodule('b'),
    () => net.eval(),
    () => net.dispose(),
    () => select(net, 'a'),
    () => listHooks(net),
    () => removeAllHooks(net),
  ];
  for (const walk of walks) refusesCopy(walk, /^"b" of Net is a Linear of another copy/, /npm ls layertap/);
  assert.is(net.training, true);
  assert.is(net.getSubmodule('a'), net.a);
});

test('the error gives the path of a module of another copy, also inside arrays, objects and children', () => {
  class Deep extends Module {
    layers = [new Linear(1, 1), { inner: new Sequential() }];
  }
  const deep = new Deep();
  const inner = (deep.layers[1] as { inner: Sequential }).inner;
  Object.assign(inner, { extra: { x: new other.ReLU() } });
  refusesCopy(() => deep.stateDict(), /^"layers\.1\.inner\.extra\.x" of Deep is a ReLU of another copy/);
  refusesCopy(() => deep.getSubmodule('layers.1.inner.extra.x'), /^"layers\.1\.inner\.extra\.x" of Deep/);
});

test('a root of another copy is an error that names it', () => {
  const root = new other.Linear(2, 2) as unknown as Linear;
  refusesCopy(() => select(root, '**'), /^select\(\): the root must be a module, got a Linear of/);
  refusesCopy(() => listHooks(root), /^listHooks\(\)/);
  refusesCopy(() => removeAllHooks(root), /^removeAllHooks\(\)/);
  refusesCopy(() => intercept(root, () => 1, []));
  refusesCopy(() => select(new Sequential(new Linear(1, 1)), other.Linear as never), /the class Linear of/);
  refusesCopy(
    () => new SummaryWriter('x', { sink: new MemorySink() }).addGraph(root, [ones(1, 2)]),
    /model must be .*, got a Linear of/,
  );
});

test('containers refuse modules of another copy', () => {
  const module = new other.ReLU() as unknown as Hookable;
  refusesCopy(() => new Sequential(module), /^ReLU of another copy of layertap is not a Module subclass/);
  refusesCopy(() => new ModuleList([module]));
  refusesCopy(() => new ModuleDict({ x: module }));
  const net = new Sequential(new Linear(1, 1));
  (net as unknown as Record<number, unknown>)[0] = module;
  refusesCopy(() => net(ones(1, 1)));
  assert.throws(() => attach({ module }, 'module' as never), /is a ReLU, which has hooks of its own: register on it/);
});

test('computing with tensors of another copy is an error that names them', () => {
  const x = other.ones(1, 2) as unknown as Tensor;
  refusesCopy(() => new Linear(2, 2)(x), /must be Tensor, not Tensor of another copy of layertap\n/);
  refusesCopy(() => linear(ones(1, 2), x), /'weight' \(position 2\) must be Tensor/);
  refusesCopy(() => relu(x));
  refusesCopy(() => new Sequential(new Linear(2, 2), new Linear(2, 2))(x), /in 0, Linear/);
  const net = new Net() as unknown as { b: Hookable };
  assert.throws(
    () => (net.b as unknown as Linear)(ones(1, 2)),
    /must be Tensor, not Tensor of another copy of layertap/,
  );
});

test('parameters and state dicts accept values of another copy', () => {
  const x = other.tensor([[1, 2]]) as unknown as Tensor;
  assert.equal([...new Parameter(x).data], [1, 2]);
  const theirs = new other.Linear(2, 2);
  const ours = new Linear(2, 2);
  ours.loadStateDict(theirs.stateDict());
  assert.equal(ours.weight.toArray(), theirs.weight.toArray());
  ours.weight.assign(theirs.weight);
  assert.is(String(x), String(tensor([[1, 2]])));
});

test('a Parameter of another copy in a field of a module is an error, not a missing key', () => {
  const net = Object.assign(new (class Scale extends Module {})(), { factor: new other.Parameter(other.ones(1)) });
  for (const read of [
    () => net.stateDict(),
    () => [...net.parameters()],
    () => net.loadStateDict({ factor: ones(1) }),
  ]) {
    refusesCopy(read, /^"factor" of Scale must be a Parameter of this copy, got a Parameter of/);
  }
});

test('selections of another copy are refused; its events carry their own reader', () => {
  const writer = new SummaryWriter('x', { sink: new MemorySink() });
  const theirs = new other.Sequential(new other.Linear(2, 2));
  const selection = other.select(theirs, '*') as unknown as Selection;
  refusesCopy(
    () => logActivations(writer, selection),
    /^logActivations\(\): the selection must be what select\(\) gives, got a Selection of/,
  );
  refusesCopy(
    () => logActivations(writer, new Selection([['x', theirs as unknown as Hookable]])),
    /got a Sequential of/,
  );
  refusesCopy(() => new Selection([['x', theirs as unknown as Hookable]]).observe(() => {}), /got a Sequential of/);
  refusesCopy(() => mountViewer({} as Element, selection), /got a Selection of/);

  const events = new Subject<ForwardEvent>();
  const errors: Error[] = [];
  const means: number[] = [];
  events.pipe(statistics()).subscribe(({ mean, count }) => means.push(mean, count));
  events.pipe(queue({ capacity: 1 }, () => [])).subscribe({ error: (error) => errors.push(error) });
  theirs.observe((event) => events.next(event as unknown as ForwardEvent));
  const [[first, second]] = theirs(other.ones(1, 2)).toArray() as [[number, number]];
  // The mean of float32 values is summed in float64.
  assert.equal(means, [(first + second) / 2, 2]);
  assert.is(errors.length, 1);
  assert.match(errors[0]!.message, /an event holds a live tensor/);
});

test('log() names a tensor of another copy, which the reader of this one cannot read', () => {
  const lines: string[] = [];
  const model = { run: () => other.ones(2) };
  const method = attach(model, 'run', { reader: tensorReader });
  const handle = method.log({ print: (line) => lines.push(line) });
  model.run();
  assert.equal(lines, ['Object.run #0: a Tensor of another copy of layertap']);
  handle.remove();
});

test('withHooks() also removes hooks that its function registers on modules of another copy', () => {
  const [ours, theirs] = [new Linear(2, 2), new other.Linear(2, 2)];
  const fired: string[] = [];
  const run = () => {
    ours(ones(1, 2));
    theirs(other.ones(1, 2));
  };
  for (const during of [withHooks, other.withHooks]) {
    during(() => {
      ours.observe(() => fired.push('ours'));
      theirs.observe(() => fired.push('theirs'));
    }, run);
    assert.equal(fired.splice(0), ['ours', 'theirs']);
    run();
    assert.equal(fired, []);
  }
  assert.equal(listHooks(ours), []);
  assert.equal(other.listHooks(theirs), []);
  assert.not(Object.getOwnPropertySymbols(globalThis).includes(Symbol.for('layertap.scopes')));
});

test('global hooks and manualSeed() warn once that another copy is loaded', () => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => warnings.push(line);
  try {
    for (let i = 0; i < 2; i++) {
      registerModuleForwardHook(() => undefined).remove();
      manualSeed(1);
    }
  } finally {
    console.warn = warn;
  }
  assert.is(warnings.length, 2);
  assert.match(
    warnings[0]!,
    /^layertap: another copy of layertap is loaded in this process: global hooks of this one do not/,
  );
  assert.match(warnings[1]!, /manualSeed\(\) of this one does not/);
});

test('a Proxy that answers to every name is not taken for a module, a Parameter or a tensor', () => {
  const anything: unknown = new Proxy(function anything() {}, { get: () => anything });
  const net = Object.assign(new (class Net extends Module {})(), { anything });
  assert.equal([...net.namedChildren()], []);
  assert.equal([...net.parameters()], []);
  assert.throws(
    () => select(anything as never, '*'),
    ({ message }: Error) => !message.includes('another copy'),
  );
});

test('registering on a Proxy around a module is an error that says why', () => {
  const proxy = new Proxy(new Linear(1, 1), {});
  assert.throws(
    () => proxy.observe(() => {}),
    /got a Linear, which its constructor did not make: a Proxy around one, perhaps/,
  );
});

test.run();
