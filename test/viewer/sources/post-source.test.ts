import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs } from '../../../src/tensorboard/index.ts';
import type { DataSource } from '../../../viewer/sources/data-source.ts';
import { logSource, postLogs } from '../../../viewer/sources/logs.ts';
import { postSource } from '../../../viewer/sources/post-source.ts';
import { workerSource } from '../../../viewer/sources/worker-source.ts';
import { counted } from '../data/point.ts';
import { logs } from '../fixture.ts';
import { Channel } from './channel.ts';
import { LogListener } from './log-listener.ts';

const channels: Channel[] = [];
function channel(): Channel {
  const made = new Channel();
  channels.push(made);
  return made;
}
test.after.each(() => {
  for (const made of channels.splice(0)) made.close();
});

const isRead = ({ last }: LogListener) => last !== undefined && last.total > 0 && last.read === last.total;

/** A source of this many points, one after the other. @param given called when one has been taken */
const numbered = (count: number, given: () => void): DataSource => ({
  name: '',
  connect(listener) {
    let stopped = false;
    const give = async () => {
      for (let step = 0; step < count && !stopped; step++) {
        await listener.points([{ kind: 'scalar', run: 'a', tag: 'b', step, wallTime: 0, value: step }]);
        given();
      }
    };
    void give();
    return () => {
      stopped = true;
    };
  },
});

test('logs that a worker posts are what a source in the page gives', async () => {
  const ends = channel();
  const stop = postLogs(ends.worker, directoryLogs(logs));
  const far = new LogListener(workerSource(ends.page, { name: 'far' }));
  const near = new LogListener(logSource('near', directoryLogs(logs)));
  await far.waitFor('all is read', () => isRead(far));
  await near.waitFor('all is read', () => isRead(near));
  assert.is(workerSource(ends.page, { name: 'far' }).name, 'far');
  assert.equal(far.all.map(counted), near.all.map(counted));
  assert.ok(far.all.length > 300);
  assert.equal(far.last, near.last);
  far.stop();
  near.stop();
  stop();
});

test('warnings about logs come through', async () => {
  const ends = channel();
  postLogs(ends.worker, { list: () => Promise.reject(new Error('no server')) });
  const far = new LogListener(workerSource(ends.page, { name: 'far' }));
  await far.waitFor('it says so', () => far.warnings.length === 1);
  assert.match(far.warnings[0]!, 'no server');
  far.stop();
});

/** A page that got the first of this many points, and has not taken it yet. @param most batches in flight */
async function firstGiven(count: number, most?: number) {
  const ends = channel();
  const seen = { given: 0 };
  postSource(
    ends.worker,
    numbered(count, () => seen.given++),
    most,
  );
  const far = new LogListener(workerSource(ends.page, { name: 'far' }));
  let take = () => {};
  far.until = new Promise((resolve) => {
    take = resolve;
  });
  await far.waitFor('the first', () => far.all.length === 1);
  await ends.settle();
  assert.equal([far.all.length, seen.given], [1, 0]);
  return { ends, far, seen, take };
}

test('several batches are in flight once the page has taken the first', async () => {
  const { ends, far, seen, take } = await firstGiven(9, 4);
  // The next ones are not taken: three are in flight, and the source waits for the fourth.
  far.until = new Promise(() => {});
  take();
  await far.waitFor('four more', () => far.all.length === 5);
  await ends.settle();
  assert.is(seen.given, 4);
  far.stop();
});

test('a source waits until the page has taken its batch', async () => {
  const { far, seen, take } = await firstGiven(5);
  far.until = undefined;
  take();
  await far.waitFor('all', () => seen.given === 5);
  assert.equal(far.names, ['a b 0', 'a b 1', 'a b 2', 'a b 3', 'a b 4']);
  far.stop();
});

test.run();
