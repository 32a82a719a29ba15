import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs, type LogFile } from '../../../src/tensorboard/index.ts';
import { temporaryDirectory } from '../temporary.ts';

const NAME = 'events.out.tfevents.1';

/** A log directory with a run of its own, and links: to a run inside, and to a directory, a file and itself outside. */
function withLinks(): { inside: string; outside: string } {
  const root = temporaryDirectory();
  const [inside, outside] = [join(root, 'logs'), join(root, 'logs-of-others')];
  for (const directory of [join(inside, 'run'), outside]) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, NAME), directory);
  }
  symlinkSync(outside, join(inside, 'out'));
  symlinkSync(join(outside, NAME), join(inside, NAME));
  symlinkSync('..', join(inside, 'run', 'up'));
  symlinkSync(join(inside, 'run', NAME), join(inside, 'latest.tfevents'));
  return { inside, outside };
}

async function text(file: LogFile): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(0)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('directoryLogs() follows links, also out of the directory', async () => {
  const { inside, outside } = withLinks();
  const files = await directoryLogs(inside).list();
  assert.equal(
    files.map(({ path }) => path),
    [NAME, 'latest.tfevents', `out/${NAME}`, `run/${NAME}`],
  );
  assert.is(await text(files[2]!), outside);
});

test('directoryLogs() with outside: false follows links within, and skips those that lead out', async () => {
  const { inside } = withLinks();
  const link = `${inside}-link`;
  symlinkSync(inside, link);
  for (const directory of [inside, link]) {
    const files = await directoryLogs(directory, { outside: false }).list();
    assert.equal(
      files.map(({ path }) => path),
      ['latest.tfevents', `run/${NAME}`],
    );
    assert.is(await text(files[0]!), join(inside, 'run'));
  }
});

test('directoryLogs() with everyLink reads a directory under each of its names, but no circle', async () => {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'a', 'run'), { recursive: true });
  writeFileSync(join(root, 'a', 'run', NAME), '');
  symlinkSync('a', join(root, 'b'));
  symlinkSync(join(root, 'b', 'run'), join(root, 'latest'));
  symlinkSync('..', join(root, 'a', 'up'));
  const paths = async (everyLink: boolean) =>
    (await directoryLogs(root, { everyLink }).list()).map(({ path }) => path.slice(0, -NAME.length - 1));
  assert.equal(await paths(false), ['a/run']);
  assert.equal(await paths(true), ['a/run', 'b/run', 'latest']);
});

test('directoryLogs() with outside: false reads no file that was replaced since it was listed', async () => {
  const { inside, outside } = withLinks();
  const run = join(inside, 'run');
  const listed = async () => (await directoryLogs(inside, { outside: false }).list()).at(-1)!;
  const exchanges: [string, () => void][] = [
    ['the file', () => symlinkSync(join(outside, NAME), join(run, NAME))],
    ['its directory', () => symlinkSync(outside, run)],
  ];
  for (const [what, exchange] of exchanges) {
    const file = await listed();
    assert.is(file.path, `run/${NAME}`);
    const moved = what === 'the file' ? join(run, NAME) : run;
    renameSync(moved, `${moved}-moved`);
    exchange();
    await text(file).then(
      () => assert.unreachable(what),
      (error) => assert.is(error.message, 'another file has taken its place', what),
    );
    rmSync(moved);
    renameSync(`${moved}-moved`, moved);
  }
});

test("directoryLogs() of a missing directory rejects with the system's error", async () => {
  for (const outside of [true, false]) {
    await directoryLogs(join(temporaryDirectory(), 'none'), { outside })
      .list()
      .then(
        () => assert.unreachable(),
        (error) => assert.is(error.code, 'ENOENT'),
      );
  }
});

test.run();
