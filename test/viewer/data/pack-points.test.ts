import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import { packPoints, unpackPoints } from '../../../viewer/data/pack-points.ts';
import { SUMMARY_NAMES, type ViewerPoint } from '../../../viewer/data/points.ts';
import { counted, histogramPoint } from './point.ts';

const record = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(of, { noNullPrototype: true }) as fc.Arbitrary<T>;

const names = { run: fc.constantFrom('a', 'b/c', ''), tag: fc.constantFrom('fc1', 'größe/層', '<img>') };
const head = { ...names, step: fc.oneof(fc.nat(), fc.constantFrom(-5, 2 ** 60, 0.5)), wallTime: fc.double() };
const number = fc.oneof(fc.constant(0), fc.nat(), fc.double());
const edges = fc.oneof(
  fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 9 }).map((some) => Float64Array.from(some)),
  fc.tuple(fc.nat(1500), fc.nat(40)).map(([start, size]) => DEFAULT_EDGES.subarray(start, start + size + 1)),
);
const summary = record(Object.fromEntries(SUMMARY_NAMES.map((name) => [name, number])) as never);
const histogram = fc
  .tuple(record(head), edges, fc.array(fc.nat(99999), { minLength: 40, maxLength: 40 }), summary, fc.nat(3))
  .map(([named, some, counts, known, more]) => ({
    kind: 'histogram',
    ...named,
    bins: { edges: some, counts: Float64Array.from(counts.slice(0, some.length - 1)) },
    summary: known,
    ...(more > 0 ? { points: more + 1, lastStep: named.step + more } : {}),
  }));
const bytes = fc.uint8Array({ maxLength: 20 });
const point = fc.oneof(
  histogram,
  record({ kind: fc.constant('scalar'), ...head, value: fc.double() }),
  record({ kind: fc.constant('text'), ...head, texts: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }) }),
  record({
    kind: fc.constant('image'),
    ...head,
    width: fc.constantFrom(28, -1, 2 ** 62, 2 ** 63),
    height: fc.nat(),
    images: fc.array(bytes),
  }),
  record({ kind: fc.constant('restart'), run: names.run, step: head.step }),
) as fc.Arbitrary<ViewerPoint>;

test('unpackPoints() restores what packPoints() packed', () => {
  fc.assert(
    fc.property(fc.array(point), (points) => {
      const unpacked = unpackPoints(packPoints(points));
      assert.equal(unpacked.map(counted), points);
      // Bins that were not decoded are packed as they came.
      assert.equal(packPoints(unpackPoints(packPoints(points))), packPoints(points));
      for (const [i, one] of unpacked.entries()) {
        const before = points[i]!;
        if (one.kind !== 'histogram' || before.kind !== 'histogram') continue;
        if (before.bins.edges.buffer === DEFAULT_EDGES.buffer) assert.is(one.bins.edges.buffer, DEFAULT_EDGES.buffer);
      }
    }),
    { numRuns: 500 },
  );
});

test('packPoints() takes some hundred bytes for a typical histogram of PyTorch', () => {
  const counts = Array.from({ length: 600 }, (_, i) => (i < 80 || i > 520 ? (i * 7) % 23 : 0));
  const points = Array.from({ length: 100 }, (_, step) =>
    histogramPoint(step, [...DEFAULT_EDGES.subarray(474, 1075)], counts),
  );
  const { length } = packPoints(points);
  assert.ok(length / 100 < 300, `${length / 100} bytes`);
});

test('unpackPoints() rejects truncated and changed bytes, and always ends', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1 }), fc.nat(), fc.nat(255), fc.boolean(), (points, at, value, cut) => {
      const packed = packPoints(points);
      const changed = cut ? packed.subarray(0, at % packed.length) : Uint8Array.from(packed);
      if (!cut) changed[at % packed.length] = value;
      try {
        unpackPoints(changed);
      } catch (error) {
        assert.instance(error, RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});

test.run();
