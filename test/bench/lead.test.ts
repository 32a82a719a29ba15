// The verdicts of the benchmark's tables: met or missed, from the times of a row.
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// Plain JavaScript without types; the path in a variable keeps TypeScript from looking for them.
const load = (path: string) => import(new URL(`../../bench/${path}`, import.meta.url).href);
const { leadOver, leads, leadText, tfjsMean } = await load('lead.mjs');
const { shareOfLimit, shareOfPeak } = await load('row.mjs');
const { alternate } = await load('harness.mjs');

/** A row that reads 1000 bytes, at a bandwidth of 1000 bytes in 96 ns. */
const reads = (label: string, own: number, rival: number) => ({
  label,
  flop: 1e6,
  bytes: 1000,
  bound: 'bytes',
  peaks: [{ name: 'read', bytes: 1000 }],
  times: { relaxed: [own, 2 * own], 'tfjs wasm': [rival], read: [96] },
});

test('a rival must take 1.15 times as long, by the best turns', () => {
  assert.is(leadOver(reads('a', 200, 230), 'tfjs wasm', 'relaxed').isMet, true);
  assert.is(leadOver(reads('a', 200, 229), 'tfjs wasm', 'relaxed').isMet, false);
});

test('or layertap reads within 5 % of the bandwidth', () => {
  assert.is(leadOver(reads('a', 101, 101), 'tfjs wasm', 'relaxed').isMet, true);
  const missed = leadOver(reads('a', 102, 102), 'tfjs wasm', 'relaxed');
  assert.is(missed.isMet, false);
  assert.is(leadText(missed), '1.00x, 94 % of the bandwidth');
});

test('where arithmetic is the bound, bandwidth excuses nothing; the limit includes the new array', () => {
  const row = {
    ...reads('a', 40, 44),
    bound: 'flop',
    peaks: [
      { name: 'peak relaxed', flop: 1e6 },
      { name: 'peak simd', flop: 1e6 },
      { name: 'copy out', bytes: 4 },
    ],
    times: { relaxed: [40], simd: [40], 'tfjs wasm': [44], 'peak relaxed': [20], 'peak simd': [16], 'copy out': [10] },
  };
  assert.is(leadOver(row, 'tfjs wasm', 'relaxed').isMet, false);
  // The relaxed binary may use either loop, so the faster one is its peak.
  assert.is(shareOfPeak(row, 'relaxed'), 16 / 40);
  assert.is(shareOfLimit(row, 'relaxed'), (16 + 10) / 40);
  assert.is(leadText(leadOver(row, 'tfjs wasm', 'relaxed')), '1.10x, 65 % of the limit');
});

test('the summary of a rival counts the sizes that it has, and names those that miss', () => {
  const rows = [reads('a', 200, 400), reads('b', 200, 210), { ...reads('c', 200, 1), times: { relaxed: [200] } }];
  const [found, ...others] = leads(rows, 'relaxed');
  assert.is(others.length, 0);
  assert.equal([found.rival, found.sizes, found.worst.label], ['tfjs wasm', 2, 'b']);
  assert.equal(
    found.missed.map(({ label }: { label: string }) => label),
    ['b'],
  );
  assert.ok(Math.abs(found.mean - Math.sqrt(2 * 1.05)) < 1e-12);
  assert.is(tfjsMean(rows, 'relaxed').isMet, false);
  assert.is(tfjsMean([reads('a', 200, 401)], 'relaxed').isMet, true);
});

test('in each round all candidates take a turn, and none always follows the same one', async () => {
  const order: string[] = [];
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const candidates = names.map((name) => ({
    name,
    async time() {
      order.push(name);
      return 1;
    },
  }));
  const turns = await alternate(candidates, { rounds: 6 });
  assert.equal(Object.values(turns), Array(7).fill(Array(6).fill(1)));
  // The first seven warm up.
  const before = order.map((name, i) => (name === 'a' && i > 7 ? order[i - 1] : undefined)).filter(Boolean);
  assert.ok(new Set(before).size >= 4, before.join(' '));
});

test.run();
