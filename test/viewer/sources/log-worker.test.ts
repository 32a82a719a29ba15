import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs } from '../../../src/tensorboard/index.ts';
import type { DataSource } from '../../../viewer/sources/data-source.ts';
import { answerLogs, workerLogSource } from '../../../viewer/sources/log-worker.ts';
import { logSource } from '../../../viewer/sources/logs.ts';
import { postSource } from '../../../viewer/sources/post-source.ts';
import { postedSource } from '../../../viewer/sources/posted-source.ts';
import { counted } from '../data/point.ts';
import { logs } from '../fixture.ts';
import { LogListener } from './log-listener.ts';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Both ends, until the test is over. */
const channels: MessageChannel[] = [];
function channel(): MessageChannel {
  const made = new MessageChannel();
  channels.push(made);
  return made;
}
test.after.each(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

const isRead = ({ last }: LogListener) => last !== undefined && last.total > 0 && last.read === last.total;

/** A source of so many points, of which each waits for the one before. @param given is called when one has been taken */
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

test('workerLogSource() gives what a source in the page would', async () => {
  const { port1, port2 } = channel();
  const stop = answerLogs(directoryLogs(logs), port2);
  const far = new LogListener(workerLogSource('far', port1));
  const near = new LogListener(logSource('near', directoryLogs(logs)));
  await far.waitFor('all is read', () => isRead(far));
  await near.waitFor('all is read', () => isRead(near));
  assert.is(workerLogSource('far', port1).name, 'far');
  assert.equal(far.all.map(counted), near.all.map(counted));
  assert.ok(far.all.length > 300);
  assert.equal(far.last, near.last);
  far.stop();
  near.stop();
  stop();
});

test('workerLogSource() passes on what is wrong', async () => {
  const { port1, port2 } = channel();
  answerLogs({ list: () => Promise.reject(new Error('there is nobody')) }, port2);
  const far = new LogListener(workerLogSource('far', port1));
  await far.waitFor('it says so', () => far.warnings.length === 1);
  assert.match(far.warnings[0]!, 'there is nobody');
  far.stop();
});

/**
 * A page that has been given the first of so many points, and has not taken it yet.
 * @param most how many batches are under way at a time
 */
async function firstGiven(count: number, most?: number) {
  const { port1, port2 } = channel();
  const seen = { given: 0 };
  postSource(
    port2,
    numbered(count, () => seen.given++),
    most,
  );
  const far = new LogListener(postedSource(port1, 'far'));
  let take = () => {};
  far.until = new Promise((resolve) => {
    take = resolve;
  });
  await far.waitFor('the first', () => far.all.length === 1);
  await later(50);
  assert.equal([far.all.length, seen.given], [1, 0]);
  return { far, seen, take };
}

test('what is posted several batches at a time waits until the page has taken the first', async () => {
  const { far, seen, take } = await firstGiven(9, 4);
  // The next ones are not taken: three of them are under way, and the fourth is waited for.
  far.until = new Promise(() => {});
  take();
  await far.waitFor('four more', () => far.all.length === 5);
  await later(50);
  assert.is(seen.given, 4);
  far.stop();
});

test('postedSource() makes the source wait until the page has taken a batch', async () => {
  const { far, seen, take } = await firstGiven(5);
  far.until = undefined;
  take();
  await far.waitFor('all', () => seen.given === 5);
  assert.equal(far.names, ['a b 0', 'a b 1', 'a b 2', 'a b 3', 'a b 4']);
  far.stop();
});

test.run();
