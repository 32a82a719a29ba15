import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAxis } from '../../../viewer/cards/value-axis.ts';
import type { Range } from '../../../viewer/state/view-state.ts';

const DOMAINS: Range[] = [
  [-3, 3],
  [0, 1],
  [-1e-8, 1e-7],
  [2e5, 7e9],
  [-1e30, 1e30],
  [4.9999, 5.0001],
  [-0.002, 40],
];

const labels = (kind: 'linear' | 'symlog', domain: Range, constant = 1, length = 200, distance = 22): string[] =>
  valueAxis(kind, domain, constant)
    .ticks(length, distance)
    .map(({ label }) => label);

test('position() and valueAt() are inverse, from 0 at the lower end to 1 at the upper', () => {
  for (const kind of ['linear', 'symlog'] as const) {
    for (const domain of DOMAINS) {
      const axis = valueAxis(kind, domain, 0.01);
      assert.ok(Math.abs(axis.position(domain[0])) < 1e-12 && Math.abs(axis.position(domain[1]) - 1) < 1e-12);
      for (const place of [-0.2, 0, 0.3, 0.5, 0.99, 1, 1.1]) {
        assert.ok(Math.abs(axis.position(axis.valueAt(place)) - place) < 1e-6, `${kind} ${domain} ${place}`);
      }
    }
  }
});

test('the symmetric-log axis is sgn(x) log(1 + |x| / C)', () => {
  const axis = valueAxis('symlog', [-10, 1000], 0.5);
  const bent = (x: number) => Math.sign(x) * Math.log1p(Math.abs(x) / 0.5);
  for (const x of [-10, -0.2, 0, 0.5, 3, 999]) {
    const expected = (bent(x) - bent(-10)) / (bent(1000) - bent(-10));
    assert.ok(Math.abs(axis.position(x) - expected) < 1e-12, `${x}`);
  }
});

test('ticks() are within the axis, ascend, keep their distance and have distinct labels', () => {
  for (const kind of ['linear', 'symlog'] as const) {
    for (const domain of DOMAINS) {
      for (const constant of [1e-9, 0.01, 1, 1e6]) {
        for (const length of [40, 200, 900]) {
          const axis = valueAxis(kind, domain, constant);
          const ticks = axis.ticks(length, 22);
          const name = `${kind} ${domain} about ${constant}, ${length} pixels: ${ticks.map(({ label }) => label)}`;
          assert.ok(ticks.length > 0 && ticks.length <= length / 22 + 1.001, name);
          assert.is(new Set(ticks.map(({ label }) => label)).size, ticks.length, name);
          ticks.forEach(({ value, label }, i) => {
            assert.ok(value >= domain[0] && value <= domain[1], name);
            assert.ok(label.length <= 9, name);
            if (i === 0) return;
            assert.ok((axis.position(value) - axis.position(ticks[i - 1]!.value)) * length >= 21.9, name);
          });
        }
      }
    }
  }
});

test('ticks() have short labels', () => {
  assert.equal(labels('linear', [-0.1, 0.1]), ['−0.1', '−0.05', '0', '0.05', '0.1']);
  assert.equal(labels('linear', [4.99985, 5.00015], 1, 80), ['4.9999', '5', '5.0001']);
  assert.equal(labels('symlog', [-1, 1000], 0.1, 260), ['−1', '−0.2', '0', '0.2', '1', '10', '100', '1000']);
  assert.equal(labels('symlog', [-1e8, 1e8], 1e-4, 200, 22), [
    '−1e8',
    '−1e5',
    '−100',
    '−0.1',
    '0',
    '0.1',
    '100',
    '1e5',
    '1e8',
  ]);
});

test('zoomed() keeps the position it zooms about, and moved() moves by a part of the axis', () => {
  for (const kind of ['linear', 'symlog'] as const) {
    const axis = valueAxis(kind, [-5, 50], 1);
    const nearer = valueAxis(kind, axis.zoomed(0.25, 0.3), 1);
    assert.ok(Math.abs(nearer.valueAt(0.3) - axis.valueAt(0.3)) < 1e-9, kind);
    assert.ok(Math.abs(axis.position(nearer.domain[1]) - axis.position(nearer.domain[0]) - 0.25) < 1e-9, kind);
    const [from, to] = axis.moved(0.5);
    assert.ok(Math.abs(axis.position(from) - 0.5) < 1e-9 && Math.abs(axis.position(to) - 1.5) < 1e-9, kind);
  }
});

test('zooming stops at the limits of float64', () => {
  let axis = valueAxis('linear', [1, 2], 1);
  for (let i = 0; i < 200; i++) axis = valueAxis('linear', axis.zoomed(0.5, 0.4), 1);
  assert.ok(axis.domain[1] > axis.domain[0]);
  axis = valueAxis('symlog', [-1, 1], 1);
  for (let i = 0; i < 200; i++) axis = valueAxis('symlog', axis.zoomed(2, 0.5), 1);
  assert.ok(axis.domain.every(Number.isFinite) && axis.ticks(200, 22).length > 0);
});

test.run();
