// A writer that cannot write for a while, or never again, under logActivations.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, listHooks, rand, Sequential, select } from '../../src/index.ts';
import { logActivations, MemorySink, readEvents, SummaryWriter } from '../../src/tensorboard/index.ts';
import { reported } from './reported.ts';

/** A sink in memory that fails while `full` is set, synchronously or later. */
function open(late = false) {
  const memory = new MemorySink();
  const disk = {
    full: false,
    create(path: string) {
      const file = memory.create(path);
      const append = (bytes: Uint8Array) => {
        if (disk.full) throw new Error('no space left on device');
        return file.append(bytes);
      };
      return { append: late ? async (bytes: Uint8Array) => append(bytes) : append };
    },
  };
  return { disk, memory, writer: new SummaryWriter('run', { sink: disk }) };
}

async function steps(memory: MemorySink): Promise<number[]> {
  const found: number[] = [];
  for (const file of memory.files().values()) {
    for await (const event of readEvents(file)) if (event.kind === 'histogram') found.push(Number(event.step));
  }
  return found;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

function forwards(net: Sequential, count: number): void {
  for (let i = 0; i < count; i++) net(rand(2, 4));
}

for (const late of [false, true]) {
  const how = late ? 'refuses later' : 'refuses at once';

  test(`logActivations() goes on when a sink that ${how} has room again, loses nothing, and reports each outage once`, async () => {
    const { disk, memory, writer } = open(late);
    const net = new Sequential(new Linear(4, 4));
    logActivations(writer, select(net, Linear));
    const said = await reported(async () => {
      for (let outage = 0; outage < 2; outage++) {
        forwards(net, 50);
        await writer.flush();
        disk.full = true;
        forwards(net, 50);
        await writer.flush().catch(() => {});
        forwards(net, 50);
        await writer.flush().catch(() => {});
        disk.full = false;
        await writer.flush();
      }
      forwards(net, 50);
      await writer.close();
    });
    assert.is(said.length, 2, said.join('\n'));
    for (const message of said) assert.match(message, /no space left on device; records kept in memory: \d+$/);
    assert.equal(await steps(memory), upTo(350));
    assert.is(listHooks(net).length, 1);
  });
}

test('all records of one call are kept if the first of them cannot be written', async () => {
  const memory = new MemorySink();
  let full = false;
  const create = (path: string) => {
    const file = memory.create(path);
    return {
      append(bytes: Uint8Array) {
        if (full) throw new Error('no space left on device');
        return file.append(bytes);
      },
    };
  };
  const writer = new SummaryWriter('run', { sink: { create }, maxQueue: 1 });
  const net = new Sequential(new Linear(4, 4));
  const write = () => {
    for (const call of [
      () => writer.addScalars('loss', { train: 1, test: 2 }),
      () => writer.addHparams({ rate: 0.1 }, { accuracy: 0.5 }, { runName: 'trial' }),
      () => writer.addGraph(net, rand(1, 4)),
    ]) {
      if (full) assert.throws(call, /no space left on device; records kept in memory: \d/);
      else call();
    }
  };
  write();
  full = true;
  write();
  full = false;
  await writer.close();
  const counts: Record<string, number> = {};
  for (const [path, file] of memory.files()) {
    const run = path.split('/').slice(1, -1).join('/');
    for await (const { kind } of readEvents(file)) counts[`${run} ${kind}`] = (counts[`${run} ${kind}`] ?? 0) + 1;
  }
  assert.equal(counts, {
    ' version': 1,
    ' graph': 2,
    ' runMetadata': 2,
    'loss_train version': 1,
    'loss_train scalar': 2,
    'loss_test version': 1,
    'loss_test scalar': 2,
    'trial version': 1,
    'trial plugin': 6,
    'trial scalar': 2,
  });
});

test('close() closes each file once, even if another one fails', async () => {
  const closed: string[] = [];
  let broken = true;
  const create = (path: string) => ({
    append() {},
    close() {
      const run = path.split('/').at(-2)!;
      closed.push(run);
      if (run === 'loss_a' && broken) throw new Error('the connection is gone');
    },
  });
  const writer = new SummaryWriter('run', { sink: { create } });
  writer.addScalars('loss', { a: 1, b: 2 });
  let failure: unknown;
  await writer.close().catch((error) => {
    failure = error;
  });
  assert.match((failure as Error).message, 'the connection is gone');
  broken = false;
  await writer.close();
  assert.equal(closed, ['run', 'loss_a', 'loss_b', 'loss_a']);
});

test("a user's observer goes on, too", async () => {
  const { disk, memory, writer } = open();
  const net = new Sequential(new Linear(4, 4));
  net[0]!.observe(({ output }) => writer.addHistogram('mine', output as never));
  const said = await reported(async () => {
    disk.full = true;
    forwards(net, 50);
    disk.full = false;
    forwards(net, 50);
    await writer.close();
  });
  assert.is(said.length, 1);
  assert.equal(await steps(memory), upTo(100));
});

test('other errors in a row still remove an observer, also between two records that were kept', async () => {
  const { disk, writer } = open();
  const net = new Sequential(new Linear(4, 4));
  let calls = 0;
  net[0]!.observe(() => {
    if (calls++ % 2 === 0) throw new Error('mine');
    for (let i = 0; i < 10; i++) writer.addScalar('a', 1);
  });
  const said = await reported(() => {
    disk.full = true;
    forwards(net, 9);
  });
  assert.is(said.filter((message) => message.endsWith('failed: mine')).length, 3);
  assert.is(said.filter((message) => message.endsWith('was removed after 3 errors in a row')).length, 1);
  assert.equal(listHooks(net), []);
  disk.full = false;
  await writer.close();
});

test('a sink that fails for good has the number of lost records reported', async () => {
  const { disk, memory, writer } = open();
  const net = new Sequential(new Linear(4, 4));
  // At most seven of these may wait.
  const text = 'x'.repeat(9 << 20);
  net[0]!.observe(({ call }) => writer.addText('text', text, call));
  const said = await reported(async () => {
    disk.full = true;
    forwards(net, 12);
    disk.full = false;
    await writer.flush();
    forwards(net, 1);
    await writer.close();
  });
  assert.match(said[0]!, /^no space left on device; records kept in memory: 7$/);
  assert.match(said[1]!, /^SummaryWriter: \d+ bytes of records wait to be written, so this one is not taken/);
  assert.is(said[2], 'SummaryWriter: records lost, while too many waited: 5');
  assert.is(said.length, 3, said.join('\n'));
  const found: number[] = [];
  for (const file of memory.files().values()) {
    for await (const event of readEvents(file)) if (event.kind === 'text') found.push(Number(event.step));
  }
  assert.equal(found, [...upTo(7), 12]);
});

test.run();
