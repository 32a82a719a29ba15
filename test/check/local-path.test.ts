import { homedir, tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommand } from '../../command/arguments.ts';
import { localPath } from '../../src/check/index.ts';
import { directoryLogs, MemorySink, SummaryWriter } from '../../src/tensorboard/index.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';

const read = (given: unknown) =>
  localPath({ where: 'here', what: 'the path', elsewhere: 'do something else' }, given, { fileURLToPath, homedir });

test('localPath() takes paths as they are', () => {
  for (const path of [
    '',
    'runs',
    './runs',
    '/data/runs',
    'C:/runs',
    'C:\\runs',
    'a:b',
    'a~/b',
    '~runs',
    'what: this/x',
  ]) {
    assert.is(read(path), path);
  }
});

test('localPath() takes file: URLs as paths, and ~ as the home directory', () => {
  const path = join(tmpdir(), 'runs of today');
  assert.is(read(pathToFileURL(path)), path);
  assert.is(read(pathToFileURL(path).href), path);
  assert.is(read(`FILE://${pathToFileURL(path).pathname}`), path);
  assert.is(read('~'), homedir());
  assert.is(read('~/runs'), `${homedir()}/runs`);
});

test('localPath() refuses what is elsewhere, and says what to do', () => {
  const elsewhere = [
    's3://bucket/runs',
    'gs://bucket/runs',
    'https://host/runs',
    'hdfs:/runs',
    new URL('s3://bucket/runs'),
    new URL('data:,x'),
  ];
  for (const path of elsewhere) {
    assert.throws(
      () => read(path),
      (error: Error) => {
        assert.instance(error, TypeError);
        assert.is(error.message, `here: the path must be a path on this machine, got ${path}\n  do something else`);
        return true;
      },
    );
  }
  assert.throws(
    () => read('file://host/runs%2f'),
    /^here: the path must be a path on this machine, got file:\/\/host\/runs%2f: /,
  );
  for (const path of [5, null, {}, 'a\0b'])
    assert.throws(() => read(path), /^here: the path must be a path or a file: URL, got /);
});

test('SummaryWriter writes where a file: URL says, and refuses other URLs before it makes anything', async () => {
  const directory = temporaryDirectory();
  for (const logDir of [pathToFileURL(join(directory, 'a')), pathToFileURL(join(directory, 'b')).href]) {
    const writer = new SummaryWriter(logDir);
    writer.addScalar('x', 1);
    await writer.close();
    assert.is(writer.logDir, fileURLToPath(logDir));
    const files = await directoryLogs(pathToFileURL(writer.logDir)).list();
    assert.is(files.length, 1);
  }
  for (const logDir of ['s3://bucket/runs', 'gs://bucket/runs', 'https://host/runs', new URL('s3://bucket/runs')]) {
    assert.throws(
      () => new SummaryWriter(logDir),
      /^SummaryWriter: the log directory must be a path on this machine, got \w+:\/\/\w+\/runs\n {2}give a sink that/,
    );
    assert.throws(
      () => directoryLogs(logDir),
      /^directoryLogs\(\): the log directory must be .*\n {2}give a LogDirectory/,
    );
  }
});

test('SummaryWriter takes any name for a sink', async () => {
  const sink = new MemorySink();
  for (const name of ['s3://bucket/runs', new URL('s3://bucket/other'), '~/runs']) {
    const writer = new SummaryWriter(name, { sink });
    assert.is(writer.logDir, String(name));
    await writer.close();
  }
  const paths = [...sink.files().keys()].map((path) => path.slice(0, path.indexOf('/events')));
  assert.equal(paths, ['s3://bucket/runs', 's3://bucket/other', '~/runs']);
});

test('the command takes file: URLs and ~, and refuses what is elsewhere', () => {
  const directory = (...words: string[]) => (parseCommand(words) as { directory: string }).directory;
  const path = resolve(sep, 'data', 'runs');
  for (const command of ['view', 'report']) {
    assert.is(directory(command, pathToFileURL(path).href), path);
    assert.is(directory(command, '~/runs'), `${homedir()}/runs`);
    assert.throws(
      () => parseCommand([command, 's3://bucket/runs']),
      /the log directory must be a path on this machine, got s3:\/\/bucket\/runs\n {2}copy the logs here first$/,
    );
  }
});

test.run();
