import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { attach, listHooks } from '../../src/index.ts';
import { type Profile, profile } from '../../src/inspect/index.ts';
import { convolutional } from '../adapters/tfjs/models.ts';
import { numbers } from '../adapters/tfjs/tensors.ts';

/** Time that the test moves. Nothing waits for real time. */
let now = 0;
const real = performance.now;
const withClock = async <T>(run: () => Promise<T>): Promise<T> => {
  performance.now = () => now;
  try {
    return await run();
  } finally {
    performance.now = real;
  }
};
const timesOf = ({ modules }: Profile) =>
  Object.fromEntries(modules.map(({ path, calls, total, own }) => [path, [calls, total, own]]));

/** A model whose modules take known times. */
function slow() {
  const [encoder, head] = [
    {
      run: (x: number) => {
        now += 5;
        return x;
      },
    },
    {
      run: (x: number) => {
        now += 30;
        if (x > 1) throw new Error('too large');
        return x;
      },
    },
  ];
  const inner = attach(encoder, 'run', { name: 'encoder' });
  const last = attach(head, 'run', { name: 'head' });
  const model = {
    run(x: number): number {
      now += 1;
      const y = encoder.run(encoder.run(x));
      try {
        head.run(x + 2);
      } catch {
        now += 2;
      }
      return head.run(y);
    },
  };
  const net = attach(model, 'run', {
    name: 'model',
    children: () => [
      ['encoder', inner],
      ['head', last],
    ],
  });
  return { net, model };
}

test('own time is the total less what is inside, and a slow layer comes first', async () => {
  const { net } = slow();
  const result = await withClock(() => profile(net, [1], { runs: 3 }));
  assert.equal(timesOf(result), { '': [1, 73, 3], encoder: [2, 10, 10], head: [2, 60, 60] });
  assert.equal([result.total, result.unhooked], [73, 73]);
  const [heading, first, second] = String(result).split('\n');
  assert.match(heading!, /^module +type +calls +total ms +own ms +share$/);
  assert.match(first!, /^head +\S+ +2 +60\.000 +60\.000 +82\.2 %$/);
  assert.match(second!, /^encoder /);
  assert.match(String(result), /one run 73\.000 ms, without the hooks 73\.000 ms$/);
  assert.equal(listHooks(net), []);
});

test('times are medians: a pause in one of the runs changes nothing', async () => {
  let runs = 0;
  const encoder = {
    run: (x: number) => {
      // The collector, in the second of the timed runs with hooks.
      now += ++runs === 6 ? 1000 : 5;
      return x;
    },
  };
  const inner = attach(encoder, 'run', { name: 'encoder' });
  const net = attach({ run: (x: number) => encoder.run(x) }, 'run', { children: () => [['encoder', inner]] });
  const result = await withClock(() => profile(net, [1], { runs: 4 }));
  assert.is(runs, 10);
  assert.equal(timesOf(result), { '': [1, 5, 0], encoder: [1, 5, 5] });
  assert.equal([result.total, result.unhooked], [5, 5]);
});

test('asynchronous calls: wall time, and no own time where calls of one module overlap', async () => {
  const wakes: (() => void)[] = [];
  const sleep = () => new Promise<void>((resolve) => wakes.push(resolve));
  const layer = {
    async run() {
      await sleep();
    },
  };
  const other = {
    async run() {
      now += 1;
      await sleep();
    },
  };
  const [a, b] = [attach(layer, 'run', { async: true }), attach(other, 'run', { async: true })];
  const model = {
    async run() {
      now += 2;
      const all = [layer.run(), layer.run(), other.run()];
      const step = async () => {
        // Each promise in turn, 10 ms apart.
        for (let i = 0; i < 20; i++) await null;
        for (const wake of wakes.splice(0)) {
          now += 10;
          wake();
          for (let i = 0; i < 20; i++) await null;
        }
      };
      await step();
      await Promise.all(all);
      now += 3;
    },
  };
  const net = attach(model, 'run', {
    async: true,
    children: () => [
      ['a', a],
      ['b', b],
    ],
  });
  const { modules } = await withClock(() => profile(net, [], { runs: 1 }));
  const byPath = new Map(modules.map((one) => [one.path, one]));
  assert.is(byPath.get('a')!.own, undefined);
  assert.is(byPath.get('a')!.calls, 2);
  assert.is(byPath.get('b')!.own, byPath.get('b')!.total);
  // What runs at the same time counts once: 2 before, 3 behind.
  const root = byPath.get('')!;
  assert.is(root.own, 5);
  assert.is(root.total, 2 + 1 + 30 + 3);
});

test('tracks are entries of the timeline with the fields of Chrome DevTools', async () => {
  const { net } = slow();
  performance.clearMeasures();
  await withClock(() => profile(net, [1], { runs: 2, tracks: true }));
  const entries = performance.getEntriesByType('measure') as PerformanceMeasure[];
  performance.clearMeasures();
  assert.is(entries.length, 5);
  const heads = entries.filter(({ name }) => name === 'head');
  assert.equal(
    heads.map(({ duration }) => duration),
    [30, 30],
  );
  const { devtools } = heads[0]!.detail as { devtools: Record<string, unknown> };
  assert.equal([devtools.dataType, devtools.track, devtools.trackGroup], ['track-entry', 'head', 'AttachedMethod']);
  await withClock(() => profile(net, [1]));
  assert.equal(performance.getEntriesByType('measure'), []);
});

test('layers of tfjs are timed', async () => {
  const model = convolutional();
  const x = numbers([1, 8, 8, 1]);
  const { modules } = await profile(wrapTfjs(tf, model), [x], { runs: 1 });
  assert.ok(modules.length === model.layers.length + 1 && modules.every(({ calls, own }) => calls === 1 && own! >= 0));
});

test('an error of the model is thrown, and wrong options are errors', async () => {
  const { net } = slow();
  const fails = async (promise: Promise<unknown>, message: RegExp) =>
    assert.match(((await promise.catch((thrown) => thrown)) as Error).message, message);
  await fails(
    profile(net, () => {
      net(1);
      throw new Error('no further');
    }),
    /^no further$/,
  );
  await fails(profile(net, [1], { runs: 0 }), /option "runs" must be a whole number of at least 1/);
  await fails(profile(net, [1], { select: 'nothing' }), /nothing in AttachedMethod matches/);
  assert.equal(listHooks(net), []);
});

test.run();
