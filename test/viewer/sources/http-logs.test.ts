import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  directoryLogs,
  type LogDirectory,
  type LogFile,
  RunReader,
  SummaryWriter,
} from '../../../src/tensorboard/index.ts';
import { httpLogs } from '../../../viewer/sources/http-logs.ts';
import { countingOpenFiles, serve } from '../../command/serve.ts';
import { temporaryDirectory } from '../../tensorboard/temporary.ts';

const rejects = (promise: Promise<unknown>, message: RegExp) =>
  promise.then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, message),
  );

async function text(file: LogFile, from: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(from)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('httpLogs() lists and reads what the server has, whatever the names are', async () => {
  const directory = temporaryDirectory();
  const names = ['a b', 'ümläut ✓', '100%25', 'a&path=b', '#', '\'"<>'];
  for (const name of names) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'x.tfevents'), `in ${name}`);
  }
  const server = await serve(directory);
  const files = await httpLogs(new URL(server.url)).list();
  assert.equal(files.map(({ path }) => path).sort(), names.map((name) => `${name}/x.tfevents`).sort());
  for (const file of files) assert.is(await text(file, 3), file.path.slice(0, -'/x.tfevents'.length));
  await server.close();
});

test('RunReader follows a directory over HTTP as it grows', async () => {
  const directory = temporaryDirectory();
  const server = await serve(directory);
  const reader = new RunReader(httpLogs(new URL(server.url)));
  const poll = async () => {
    const found: string[] = [];
    for await (const { run, event } of reader.poll())
      if (event.kind === 'scalar') found.push(`${run} ${event.step} ${event.value}`);
    return found;
  };
  assert.equal(await poll(), []);
  const writer = new SummaryWriter(join(directory, 'run'));
  writer.addScalar('loss', 1);
  await writer.flush();
  assert.equal(await poll(), ['run 0 1']);
  writer.addScalar('loss', 0.5);
  await writer.close();
  assert.equal(await poll(), ['run 1 0.5']);
  assert.equal(await poll(), []);
  await server.close();
});

/** The scalars of all runs, and warnings. */
async function scalarsOf(logs: LogDirectory): Promise<{ found: Record<string, number[]>; warnings: string[] }> {
  const found: Record<string, number[]> = {};
  const warnings: string[] = [];
  const reader = new RunReader(logs, { onWarning: ({ path, reason }) => warnings.push(`${path}: ${reason}`) });
  const takerOf = (run: string) => ({
    scalar(_: string, step: number, _wallTime: number, value: number) {
      found[run] ??= [];
      found[run].push(step, value);
      return true;
    },
    start() {},
  });
  for await (const _ of reader.pollScalars(takerOf));
  return { found, warnings };
}

test('parts of many files come in few answers, and are those of the files', async () => {
  const directory = temporaryDirectory();
  for (let run = 0; run < 300; run++) {
    const writer = new SummaryWriter(join(directory, `run ${run}`));
    // One is longer than the first part, and its last text longer than the next.
    for (let step = 0; step < (run === 7 ? 3000 : 3); step++) writer.addScalar('loss', run / (step + 1), step);
    if (run === 7) writer.addText('long', 'x'.repeat(1_000_000), 5);
    if (run === 7) writer.addScalar('loss', 1, 4000);
    await writer.close();
  }
  const server = await serve(directory);
  const logs = httpLogs(new URL(server.url));
  let asked = 0;
  const { readParts } = logs;
  assert.is(readParts, undefined, 'known after the listing');
  const { fetch } = globalThis;
  globalThis.fetch = (...inputs: Parameters<typeof fetch>) => {
    asked++;
    return fetch(...inputs);
  };
  const { found, warnings } = await scalarsOf(logs).finally(() => {
    globalThis.fetch = fetch;
  });
  assert.equal(warnings, []);
  assert.equal(found, (await scalarsOf(directoryLogs(directory))).found);
  assert.equal(
    [Object.keys(found).length, found['run 7']!.length, found['run 299']],
    [300, 6002, [0, 299, 1, 149.5, 2, Math.fround(299 / 3)]],
  );
  assert.ok(asked < 10, `${asked} requests`);
  await server.close();
});

test('a file that has gone is warned about, and the others are read', async () => {
  const directory = temporaryDirectory();
  for (const run of ['a', 'b', 'c']) {
    const writer = new SummaryWriter(join(directory, run));
    writer.addScalar('loss', 1, 0);
    await writer.close();
  }
  const server = await serve(directory);
  const logs = httpLogs(new URL(server.url));
  const { list } = logs;
  logs.list = async () => {
    const files = await list();
    rmSync(join(directory, 'b'), { recursive: true });
    return files;
  };
  const { found, warnings } = await scalarsOf(logs);
  assert.equal(Object.keys(found), ['a', 'c']);
  assert.is(warnings.length, 1);
  assert.match(warnings[0]!, /^b\/.*: the file is gone$/);
  await server.close();
});

test('to stop reading stops the server from reading', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'x.tfevents'), Buffer.alloc(64 << 20, 1));
  const server = await serve(directory);
  const [file] = await httpLogs(new URL(server.url)).list();
  await countingOpenFiles(async (open) => {
    for await (const piece of file!.read(0)) {
      assert.ok(piece.length > 0);
      assert.is(open.now(), 1);
      break;
    }
    for (let waited = 0; open.now() > 0 && waited < 5000; waited += 20) await pause(20);
    assert.is(open.now(), 0);
  });
  await server.close();
});

test('errors are sentences', async () => {
  const directory = join(temporaryDirectory(), 'logs');
  const server = await serve(directory);
  const logs = httpLogs(new URL(server.url));
  await rejects(logs.list(), /^the directory logs does not exist yet$/);
  mkdirSync(directory);
  writeFileSync(join(directory, 'x.tfevents'), 'abc');
  const [file] = await logs.list();
  rmSync(join(directory, 'x.tfevents'));
  await rejects(text(file!, 0), /^the file is gone$/);
  assert.equal(await logs.list(), []);
  await rejects(text(file!, 0), /^there is no such event file$/);
  await server.close();
  await rejects(logs.list(), /^the server does not answer; is the command still running\?$/);
  await rejects(text(file!, 0), /^the server does not answer/);
});

test('an answer that breaks off is an error, not the end of the file', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/api/files') {
      response.end('{"directory":"x","exists":true,"files":[{"path":"x.tfevents","size":9}]}');
    } else {
      response.write('abc', () => response.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const [file] = await httpLogs(new URL(`http://127.0.0.1:${port}/`)).list();
  await rejects(text(file!, 0), /^the server stopped answering$/);
  server.close();
  server.closeAllConnections();
});

test.run();
