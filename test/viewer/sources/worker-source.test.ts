import { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, listHooks, Module, relu, select, setReporter, type Tensor, tensor } from '../../../src/index.ts';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import { liveSource, liveSourceBy, postActivations } from '../../../viewer/sources/live.ts';
import { postSource } from '../../../viewer/sources/post-source.ts';
import { workerSource } from '../../../viewer/sources/worker-source.ts';
import { counted } from '../data/point.ts';
import { FakeClock } from '../fake-clock.ts';
import { Channel } from './channel.ts';
import { Collected } from './collect.ts';

class Net extends Module {
  fc1 = new Linear(3, 4);
  fc2 = new Linear(4, 2);
  override forward(x: Tensor): Tensor {
    return this.fc2(relu(this.fc1(x)));
  }
}

const input = tensor([1, 2, 3]);
/** Waits for something that happens in a while, such as a message. */
async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(done(), 'not within 3 s');
}

test('what comes through a channel is what a live source gives', async () => {
  const ends = new Channel();
  const net = new Net();
  postActivations(ends.worker, select(net, Linear), { run: 'far' });
  const far = new Collected(workerSource(ends.page));
  await until(() => listHooks(net).length === 2);
  const near = new Collected(liveSource(select(net, Linear), { run: 'far' }));
  net(tensor([1, Number.NaN, 3]));
  await far.count(2);
  await near.count(2);
  const timeless = (seen: Collected) => seen.all.map((point) => ({ ...counted(point), wallTime: 0 }));
  assert.equal(timeless(far), timeless(near));
  assert.is(far.all[0]!.bins.edges.buffer, DEFAULT_EDGES.buffer);
  assert.is(far.all[0]!.summary.nan, 4);
  near.stop();
  ends.close();
});

test('hooks exist while the page is connected, whichever side is first', async () => {
  const ends = new Channel();
  const net = new Net();
  const source = workerSource(ends.page);
  const early = new Collected(source);
  await ends.settle();
  const handle = postActivations(ends.worker, select(net, Linear));
  await until(() => listHooks(net).length === 2);
  const second = new Collected(source);
  early.stop();
  await ends.settle();
  assert.is(listHooks(net).length, 2, 'the second is still connected');
  second.stop();
  second.stop();
  await until(() => listHooks(net).length === 0);
  const third = new Collected(source);
  await until(() => listHooks(net).length === 2);
  net(input);
  await third.count(2);
  assert.equal(third.names, ['fc1 0', 'fc2 0']);
  handle.remove();
  assert.equal(listHooks(net), []);
  third.stop();
  ends.close();
});

test('one batch is in flight until the page has taken it', async () => {
  const [ends, clock, net] = [new Channel(), new FakeClock(), new Net()];
  postSource(ends.worker, liveSourceBy(clock, select(net, Linear), { share: 1 }));
  const seen = new Collected(workerSource(ends.page));
  let done = () => {};
  seen.until = new Promise((resolve) => {
    done = resolve;
  });
  await ends.settle();
  for (let i = 0; i < 10; i++) {
    net(input);
    await clock.pass(100);
    await ends.settle();
  }
  assert.equal(seen.calls, [2]);
  seen.until = undefined;
  done();
  await ends.settle();
  await clock.pass(100);
  await ends.settle();
  assert.equal(seen.calls, [2, 18]);
  seen.stop();
  ends.close();
});

test('several selections share a port', async () => {
  const [ends, clock, one, two] = [new Channel(), new FakeClock(), new Net(), new Net()];
  postSource(ends.worker, liveSourceBy(clock, select(one, 'fc1'), { run: 'one' }));
  postSource(ends.worker, liveSourceBy(clock, select(two, 'fc2'), { run: 'two' }));
  const seen = new Collected(workerSource(ends.page));
  await ends.settle();
  for (let i = 0; i < 3; i++) {
    one(input);
    two(input);
    await clock.pass(100);
    await ends.settle();
  }
  assert.equal(seen.all.map(({ run, tag, step }) => `${run} ${tag} ${step}`).sort(), [
    'one fc1 0',
    'one fc1 1',
    'one fc1 2',
    'two fc2 0',
    'two fc2 1',
    'two fc2 2',
  ]);
  seen.stop();
  ends.close();
});

test('messages of others are ignored', async () => {
  const ends = new Channel();
  const net = new Net();
  postActivations(ends.worker, select(net, Linear));
  const seen = new Collected(workerSource(ends.page));
  for (const message of [
    null,
    undefined,
    'connect',
    3,
    { type: 'disconnect' },
    { layertap: 'other', type: 'points' },
  ]) {
    ends.page.postMessage(message);
    ends.worker.postMessage(message);
  }
  await until(() => listHooks(net).length === 2);
  net(input);
  await seen.count(2);
  assert.equal(seen.warnings, []);
  seen.stop();
  ends.close();
});

test('warnings come through, and an error in the page is reported there', async () => {
  const ends = new Channel();
  class Text extends Module {
    override forward(): string {
      return 'text';
    }
  }
  class Both extends Net {
    text = new Text();
    override forward(x: Tensor): Tensor {
      this.text();
      return super.forward(x);
    }
  }
  const [net, clock] = [new Both(), new FakeClock()];
  postSource(ends.worker, liveSourceBy(clock, select(net, '*')));
  const seen = new Collected(workerSource(ends.page));
  seen.until = Promise.reject(new Error('cannot draw'));
  seen.until.catch(() => {});
  await ends.settle();
  const said: string[] = [];
  setReporter((error) => said.push(error.message));
  for (let i = 0; i < 2; i++) {
    net(input);
    await clock.pass(150);
    await ends.settle();
  }
  setReporter();
  assert.match(
    seen.warnings[0]!,
    'liveSource(): the output of text is passed over: it has no tensor that its module can read: the string "text"',
  );
  assert.is(seen.all.length, 4);
  assert.is(said.filter((line) => line === 'cannot draw').length, 2);
  seen.stop();
  ends.close();
});

test('closing the page removes the hooks; closing the worker warns the page', async () => {
  const first = new Channel();
  const net = new Net();
  postActivations(first.worker, select(net, Linear));
  new Collected(workerSource(first.page));
  await until(() => listHooks(net).length === 2);
  first.page.close();
  await until(() => listHooks(net).length === 0);

  const second = new Channel();
  postActivations(second.worker, select(net, Linear));
  const seen = new Collected(workerSource(second.page));
  await until(() => listHooks(net).length === 2);
  second.worker.close();
  await until(() => seen.warnings.length > 0);
  assert.equal(seen.warnings, ['the other end is gone']);
  seen.stop();
});

test('a model in a worker thread of Node is watched', async () => {
  const worker = new Worker(new URL('worker-thread.mjs', import.meta.url));
  const seen = new Collected(workerSource(worker));
  await seen.count(4);
  assert.equal(seen.names.slice(0, 2), ['0 0', '1 0']);
  await worker.terminate();
  assert.equal(seen.warnings, ['the other end is gone']);
  seen.stop();
});

test('anything but a port is an error', () => {
  assert.throws(
    () => workerSource({} as never),
    /workerSource\(\): the port must be a Worker, a MessagePort or the scope of a worker, got/,
  );
  assert.throws(
    () => postActivations(undefined as never, select(new Net(), '*')),
    /postActivations\(\): the port must be a Worker/,
  );
  const ends = new Channel();
  assert.throws(
    () => postActivations(ends.worker, [] as never),
    /^postActivations\(\): the selection must be what select\(\) gives, got an array/,
  );
  assert.throws(
    () => postActivations(ends.worker, select(new Net(), '*'), { share: 2 }),
    /^postActivations\(\): option "share" must be a number above 0, at most 1/,
  );
  ends.close();
});

test('two models of one worker under the same tags are reported', async () => {
  const ends = new Channel();
  const said: string[] = [];
  setReporter((error) => said.push(error.message));
  const handles = [{}, {}, { prefix: 'third' }].map((options) =>
    postActivations(ends.worker, select(new Net(), Linear), options),
  );
  const seen = new Collected(workerSource(ends.page));
  await ends.settle();
  setReporter();
  assert.is(said.length, 1);
  assert.match(said[0]!, 'another live source of this viewer shows the tag "fc1" and 1 other tags of the run "live"');
  seen.stop();
  for (const handle of handles) handle.remove();
  ends.close();
});

test.run();
