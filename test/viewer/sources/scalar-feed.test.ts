import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ScalarArchive } from '../../../viewer/data/scalar-archive.ts';
import type { ScalarUpdate } from '../../../viewer/data/scalar-update.ts';
import { ScalarWants } from '../../../viewer/data/scalar-wants.ts';
import { ScalarFeed } from '../../../viewer/sources/scalar-feed.ts';
import { FakeClock } from '../fake-clock.ts';

/** A feed, and a page that takes its next update when the test says so. */
function slowPage() {
  const [archive, clock] = [new ScalarArchive(), new FakeClock()];
  const updates: ScalarUpdate[] = [];
  const reported: number[] = [];
  let takeNext = () => {};
  const take = (update: ScalarUpdate) => {
    updates.push(update);
    return new Promise<void>((resolve) => {
      takeNext = resolve;
    });
  };
  const feed = new ScalarFeed(archive, { wants: new ScalarWants(), take }, clock, ({ read }) => reported.push(read));
  return {
    updates,
    reported,
    feed,
    clock,
    /** Records of a run arrive in the archive, which then has `read` of 100 bytes. */
    read(run: string, count: number, read: number): void {
      for (let i = 0; i < count; i++) archive.takerOf(run).scalar('loss', read + i, 0, i);
      feed.send({ read, total: 100 });
    },
    async taken(): Promise<void> {
      takeNext();
      await clock.pass(1000);
    },
  };
}

test('progress is that of the records which the page has taken', async () => {
  const { read, taken, reported, updates } = slowPage();
  read('a', 3, 30);
  read('b', 2, 50);
  assert.equal([updates.length, reported], [1, []], 'the page has not taken the first update');
  await taken();
  assert.equal([updates.length, reported], [2, [30]]);
  read('c', 2, 100);
  assert.equal(reported, [30]);
  await taken();
  assert.equal(reported, [30, 50], 'the run c came after the second update');
  await taken();
  assert.equal(reported, [30, 50, 100]);
});

test('logs without scalars have progress too', () => {
  const { feed, reported } = slowPage();
  feed.send({ read: 20, total: 100 });
  feed.send({ read: 100, total: 100 });
  assert.equal(reported, [20, 100]);
});

test('flush() reports the end when the page has taken all', async () => {
  const { read, taken, feed, reported } = slowPage();
  read('a', 1, 100);
  const flushed = feed.flush(new AbortController().signal);
  assert.equal(reported, []);
  await taken();
  await flushed;
  assert.equal(reported, [100]);
});

test.run();
