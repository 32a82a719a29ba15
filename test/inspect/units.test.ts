import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plainSummary } from '../../src/check/index.ts';
import {
  attach,
  Identity,
  Linear,
  listHooks,
  ReLU,
  rand,
  randn,
  Sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { capture, deadUnits, mergeSummaries, saturation } from '../../src/inspect/index.ts';
import { laterReader } from './readers.ts';

const fails = async (promise: Promise<unknown>, message: RegExp) =>
  assert.match(((await promise.catch((thrown) => thrown)) as Error).message, message);

test('merged summaries are those of all values, against float64', async () => {
  const layer = new Identity();
  // Means far apart, and one batch without a finite value.
  const batches = [
    randn(100, 7),
    randn(30, 7).add(1000),
    tensor([Number.NaN, Number.POSITIVE_INFINITY]),
    tensor([]),
    randn(1).mul(0),
  ];
  const captured = await capture(layer, () => batches.map((batch) => layer(batch)), /^$/, { take: 'statistics' });
  const merged = mergeSummaries(captured.calls('').map(({ value }) => value));
  const all = plainSummary(Float64Array.from(batches.flatMap((batch) => [...batch.data])));
  for (const key of ['count', 'zeros', 'nan', 'positiveInfinity', 'negativeInfinity', 'min', 'max'] as const)
    assert.is(merged[key], all[key], key);
  for (const key of ['mean', 'variance'] as const)
    assert.ok(Math.abs(merged[key] / all[key] - 1) < 1e-7, `${key} ${merged[key]} ${all[key]}`);
});

test('exact summaries merge to 1e-14 in any order; none gives the summary of no values', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 3 + 100);
  const parts = [0, 1, 10, 500, 999].map((from, i, all) => plainSummary(values.slice(from, all[i + 1] ?? 1000)));
  const all = plainSummary(values);
  for (const order of [parts, [...parts].reverse()]) {
    const merged = mergeSummaries(order);
    assert.ok(Math.abs(merged.mean / all.mean - 1) < 1e-14);
    assert.ok(Math.abs(merged.variance / all.variance - 1) < 1e-12);
  }
  assert.equal(mergeSummaries([]), plainSummary([]));
  assert.throws(
    () => mergeSummaries([{}] as never),
    /^mergeSummaries\(\): each summary must be a Summary, got an Object$/,
  );
});

test('dead units are those that are 0 in all calls', async () => {
  const net = new Sequential(new Linear(2, 4), new ReLU());
  (net[0] as Linear).weight.assign([1, 0, -1, 0, 0, 0, 0, 1]);
  (net[0] as Linear).bias!.assign([0, 0, -1, 0]);
  const run = () => {
    net(
      tensor([
        [1, -1],
        [2, -5],
      ]),
    );
    net(tensor([[3, -3]]));
  };
  // Unit 1 and 3 would answer to other inputs.
  assert.equal((await deadUnits(net, run, '1')).get('1'), { units: 4, dead: [1, 2, 3] });
  const more = () => {
    run();
    net(
      tensor([
        [-1, -1],
        [2, 2],
      ]),
    );
  };
  assert.equal((await deadUnits(net, more, '1')).get('1'), { units: 4, dead: [2] });
  // Along another axis: rows.
  assert.equal(
    (
      await deadUnits(
        net,
        [
          tensor([
            [1, 1],
            [-1, -1],
          ]),
        ],
        '1',
        { axis: 0 },
      )
    ).get('1')!.dead,
    [],
  );
  assert.equal(
    (
      await deadUnits(
        net,
        [
          tensor([
            [1, 1],
            [0, -1],
          ]),
        ],
        '1',
        { axis: 0 },
      )
    ).get('1')!.dead,
    [1],
  );
  assert.equal(listHooks(net), []);
});

test('what is read and what the statistics rule out gives the same as counting every value', async () => {
  for (let round = 0; round < 60; round++) {
    const shape = [1 + (round % 3), 1 + (round % 4), 1 + (round % 5)] as const;
    const axis = round % 3;
    const batches = Array.from({ length: 1 + (round % 3) }, (_, call) =>
      rand(...shape).map((value, i) => ((i + call * (round % 2)) % (2 + (round % 4)) === 0 ? 0 : value - 0.5)),
    );
    const units = shape[axis]!;
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const counts = { total: 0, zeros: new Array<number>(units).fill(0), bounds: new Array<number>(units).fill(0) };
    for (const { data } of batches) {
      counts.total += data.length / units;
      data.forEach((value, i) => {
        const unit = Math.floor(i / inner) % units;
        if (value === 0) counts.zeros[unit]!++;
        if (value <= -0.3 || value >= 0.3) counts.bounds[unit]!++;
      });
    }
    const layer = new Identity();
    const run = () => batches.map((batch) => layer(batch));
    assert.equal((await deadUnits(layer, run, /^$/, { axis })).get(''), {
      units,
      dead: [...counts.zeros.keys()].filter((unit) => counts.zeros[unit] === counts.total),
    });
    const bounds = [-0.3, 0.3] as const;
    assert.equal(
      (await saturation(layer, run, /^$/, { axis, bounds, within: 0 })).get('')!.units,
      counts.bounds.map((count) => count / counts.total),
    );
  }
});

test('saturation is the share of values at the bounds, for all and for each unit', async () => {
  const layer = new Identity();
  const run = () => {
    layer(tensor([[-1, 0, 0.985]]));
    layer(tensor([[0.95, 0.5, 1]]));
  };
  const both = await saturation(layer, run, /^$/);
  assert.equal(both.get(''), { share: 3 / 6, units: [0.5, 0, 1] });
  assert.equal((await saturation(layer, run, /^$/, { within: 0 })).get('')!.units, [0.5, 0, 0.5]);
  assert.equal((await saturation(layer, run, /^$/, { bounds: [0, 1], within: 0.1 })).get('')!.units, [1, 0.5, 1]);
});

test('tensors in structures and tensors that are read later are counted', async () => {
  const model = { run: () => ({ a: Float64Array.of(0, 1), b: [Float64Array.of(0)] }) };
  const counts = await deadUnits(attach(model, 'run', { reader: laterReader }), [], /^$/);
  assert.equal(
    [...counts],
    [
      ['/a', { units: 2, dead: [0] }],
      ['/b/0', { units: 1, dead: [0] }],
    ],
  );
});

test('an axis that an output does not have, other units than before, and wrong options are errors', async () => {
  const layer = new Identity();
  const x = rand(2, 3);
  await fails(
    deadUnits(layer, [x], /^$/, { axis: 2 }),
    /^deadUnits\(\): option "axis" must be an axis of the model, whose output is \[2, 3\], got 2$/,
  );
  const run = () => [x, rand(2, 4)].map((one: Tensor) => layer(one));
  await fails(deadUnits(layer, run, /^$/), /the model must have 3 units in each call, got 4$/);
  await fails(saturation(layer, [x], /^$/, { bounds: [1, 1] }), /option "bounds" must be \[min, max\]/);
  await fails(saturation(layer, [x], /^$/, { within: 0.6 }), /option "within" must be a number from 0 to 0.5/);
  await fails(deadUnits(layer, [x], 'nothing'), /nothing/);
  assert.equal(listHooks(layer), []);
});

test.run();
