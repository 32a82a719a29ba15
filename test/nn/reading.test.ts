// Observers with the option `reads` get the outputs of fused layers in WebAssembly. All that they can see must be what an
// observer sees that gets the output itself, which is what the expected values are; programs.test.ts has random programs.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { observeStrictly } from '../../src/hooks/index.ts';
import {
  chunks,
  Identity,
  Linear,
  listHooks,
  Module,
  manualSeed,
  type ReadingEvent,
  ReLU,
  rand,
  randn,
  Sequential,
  type Summary,
  select,
  setReporter,
  summarize,
  type Tensor,
  tensor,
  withHooks,
} from '../../src/index.ts';
import { kernels, useKernels } from '../../src/kernels/select.ts';

const bits = (t: Tensor) => [...new Uint32Array(Float32Array.from(t.data).buffer)];

interface Seen {
  path: string;
  call: number;
  shape: readonly number[];
  summary: Summary;
  /** Their bits. */
  values: string;
}

const see = ({ path, call, output, reader }: ReadingEvent): Seen => ({
  path,
  call,
  shape: [...reader!.shape(output)],
  summary: reader!.summarize!(output) as Summary,
  values: Buffer.from(Float32Array.from(reader!.values(output) as Float32Array).buffer).toString('base64'),
});

/** What observers of all layers see, inside the kernels and by event. */
function bothWays(net: Sequential, x: Tensor): { inside: Seen[]; byEvent: Seen[]; outputs: Tensor[] } {
  const run = (reads: boolean) => {
    const seen: Seen[] = [];
    const register = () => {
      select(net, '*').observe((event) => seen.push(see(event)), { reads: 'values' });
      // An observer that needs the output itself.
      if (!reads) select(net, '*').observe(() => {});
    };
    return { output: withHooks(register, () => net(x)), seen };
  };
  const [inside, byEvent] = [run(true), run(false)];
  const numbered = (seen: Seen[]) => seen.map((one) => ({ ...one, call: one.call - seen[0]!.call }));
  return {
    inside: numbered(inside.seen),
    byEvent: numbered(byEvent.seen),
    outputs: [inside.output, byEvent.output, net(x)],
  };
}

/** Counts how often segments are computed, and where their outputs are left. */
function counted<T>(run: (counts: { inside: number; copied: number }) => T): T {
  const before = kernels();
  const counts = { inside: 0, copied: 0 };
  useKernels({
    ...before,
    fuse(layers) {
      const fused = before.fuse(layers);
      return {
        fits: (rows) => fused.fits(rows),
        run: (input, rows) => {
          counts.copied++;
          return fused.run(input, rows);
        },
        runInside: (input, rows) => {
          counts.inside++;
          return fused.runInside(input, rows);
        },
      };
    },
  });
  try {
    return run(counts);
  } finally {
    useKernels(before);
  }
}

class Own extends Module {
  override forward(x: Tensor): Tensor {
    return x.add(1);
  }
}

const network = () =>
  new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 33), new Identity(), new ReLU(), new Linear(33, 2));

test('statistics and values inside the kernels have the bits of those by event, at any batch and rank', () => {
  manualSeed(3);
  const net = network();
  for (const rows of [0, 1, 2, 3, 5, 64, 71, 2500]) {
    const { inside, byEvent, outputs } = bothWays(net, randn(rows, 10));
    assert.is(inside.length, 6);
    assert.equal(inside, byEvent, `${rows} rows`);
    assert.equal(bits(outputs[0]!), bits(outputs[2]!), `${rows} rows`);
  }
  for (const x of [randn(10), randn(2, 3, 10), tensor([[NaN, Infinity, -Infinity, ...Array(7).fill(1)]])]) {
    const { inside, byEvent } = bothWays(net, x);
    assert.equal(inside, byEvent);
  }
});

test('layers whose observers only read are computed inside the kernels, and nothing is copied out between them', () => {
  const net = network();
  counted((counts) => {
    const handle = select(net, '*').log({ print: () => {} });
    net(randn(4, 10));
    assert.equal(counts, { inside: 3, copied: 0 });
    const other = net[2]!.observe(() => {});
    net(randn(4, 10));
    // The layer between is called, since an observer gets its output itself.
    assert.equal(counts, { inside: 5, copied: 1 });
    other.remove();
    handle.remove();
    net(randn(4, 10));
    assert.equal(counts, { inside: 5, copied: 2 });
  });
});

test('a batch that passes the kernels in blocks is read by event', () => {
  manualSeed(4);
  const net = new Sequential(new Linear(3, 700), new ReLU(), new Linear(700, 2));
  for (const rows of [4, 6000, 4]) {
    const { inside, byEvent, outputs } = bothWays(net, randn(rows, 3));
    assert.equal(inside, byEvent);
    assert.equal(bits(outputs[0]!), bits(outputs[2]!));
  }
});

test('an observer gets the output after all hooks; a hook on the same layer ends the reading inside', () => {
  const net = network();
  const seen: Seen[] = [];
  net[0]!.observe((event) => seen.push(see(event)), { reads: 'values' });
  net[0]!.registerForwardHook((_module, _inputs, output) => (output as Tensor).mul(0));
  net(randn(2, 10));
  assert.is(seen[0]!.summary.zeros, 60);
});

test('the numbers of calls, counters and lists are those of ordinary observers', () => {
  const net = network();
  const calls: number[] = [];
  const handle = net[2]!.observe(({ call }) => calls.push(call), { reads: 'statistics' });
  const named = () => listHooks(net).map(({ path, kind, calls }) => ({ path, kind, calls }));
  net(randn(2, 10));
  const other = net[2]!.registerForwardHook(() => {});
  net(randn(2, 10));
  other.remove();
  net(randn(2, 10));
  assert.equal(calls, [0, 1, 2]);
  assert.equal(named(), [{ path: '2', kind: 'observer', calls: 3 }]);
  handle.remove();
  assert.equal(named(), []);
});

test('the error of an observer is isolated; that of a tool ends the call, and its memory is given back', () => {
  const net = network();
  const x = randn(2, 10);
  const expected = bits(net(x));
  const reports: string[] = [];
  setReporter((error) => reports.push(error.message));
  try {
    net[0]!.observe(
      () => {
        throw new Error('on purpose');
      },
      { reads: 'statistics' },
    );
    for (let i = 0; i < 4; i++) assert.equal(bits(net(x)), expected);
  } finally {
    setReporter();
  }
  assert.is(reports.length, 4, 'three errors, and that it was removed');
  const failure = new Error('a tool');
  const handle = observeStrictly(
    net[2]!,
    '2',
    () => {
      throw failure;
    },
    'statistics',
  );
  const deep = rand(1000, 10);
  const before = process.memoryUsage().external;
  for (let i = 0; i < 500; i++)
    assert.throws(
      () => net(deep),
      (error: unknown) => error === failure,
    );
  const grown = process.memoryUsage().external - before;
  assert.ok(grown < 20e6, `memory has grown by ${grown} bytes; 500 activations are 130 MB`);
  handle.remove();
  assert.equal(bits(net(x)), expected);
});

test('what an observer does counts from the next layer on', () => {
  const layer = (weight: number) => {
    const made = new Linear(1, 1, { bias: false });
    made.weight.assign([weight]);
    return made;
  };
  const net = new Sequential(layer(2), new ReLU(), layer(3), layer(5));
  const x = tensor([[1]]);
  const late: number[] = [];
  const reading = layer(7);
  reading.observe(({ reader, output }) => late.push((reader!.summarize!(output) as Summary).mean), {
    reads: 'statistics',
  });
  assert.is(net(x).item(), 30);
  const acts: [act: () => void, expected: number][] = [
    [() => (net[2] as Linear).weight.assign([4]), 40],
    // Planned for the Tensor of a layer without observers.
    [() => void Object.assign(net, { 2: reading }), 70],
    [() => net.dispose(), 70],
    [() => void net[1]!.registerForwardHook(() => tensor([[10]])), 350],
    // Grows the memory of the kernels, and computes in it.
    [() => void [summarize(new Float32Array(3e6).fill(1)), new Linear(2000, 2000)(rand(1, 2000)), net[2]!(x)], 350],
  ];
  for (const [act, expected] of acts) {
    const handle = net[0]!.observe(
      () => {
        handle.remove();
        act();
      },
      { reads: 'statistics' },
    );
    assert.is(net(x).item(), expected);
  }
  assert.equal(late, [14, 14, 70, 7, 70]);
});

test('an activation inside passes a nested Sequential that cannot be fused', () => {
  const negative = new Linear(1, 1, { bias: false });
  negative.weight.assign([-2]);
  for (const between of [new Identity(), new ReLU()]) {
    const net = new Sequential(
      negative,
      between,
      new Sequential(new Own(), new ReLU()),
      new Sequential(new ReLU(), new Own()),
    );
    const x = tensor([[1]]);
    const expected = net(x).item();
    const handle = negative.observe(() => {}, { reads: 'statistics' });
    assert.is(net(x).item(), expected);
    handle.remove();
  }
});

test('a module that takes the place of another may be the first, or no longer, that leaves its output inside', () => {
  const layer = (weight: number) => {
    const made = new Linear(1, 1);
    made.weight.assign([weight]);
    made.bias!.assign([0]);
    return made;
  };
  const [plain, read] = [new Own(), layer(3)];
  const means: number[] = [];
  read.observe(({ reader, output }) => means.push((reader!.summarize!(output) as Summary).mean), {
    reads: 'statistics',
  });
  const net = new Sequential(layer(2), plain, layer(5));
  const x = tensor([[1]]);
  for (const middle of [plain, read, plain, read]) {
    net[1] = middle;
    assert.is(net(x).item(), middle === plain ? 15 : 30);
  }
  assert.equal(means, [6, 6]);
});

test('what is read too late is an error; what was kept stays', () => {
  const net = network();
  let event!: ReadingEvent;
  let kept: unknown;
  net[0]!.observe(
    (given) => {
      event = given;
      kept = given.reader!.keep(given.output);
    },
    { reads: 'values' },
  );
  const x = randn(2, 10);
  net(x);
  const { reader, output } = event;
  assert.throws(() => reader!.values(output), /an output was read too late/);
  assert.throws(() => reader!.summarize!(output), /60 values, after its call/);
  assert.equal(bits(kept as Tensor), bits((net[0] as Linear).forward(x)));
  assert.ok(reader!.is(kept));
  assert.equal(reader!.summarize!(kept), summarize((kept as Tensor).data as Float32Array));
});

test('observe() refuses another value of the option, and the chunks of streams', () => {
  const net = network();
  assert.throws(() => net.observe(() => {}, { reads: 'everything' as never }), /"reads" must be/);
  assert.throws(
    () =>
      net.observe(
        chunks(() => {}),
        { reads: 'values' } as never,
      ),
    /unknown option "reads"/,
  );
  assert.equal(listHooks(net), []);
});

test.run();
