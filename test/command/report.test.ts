// `layertap report`: the built command on files that PyTorch wrote. What the file does in a browser is in test/browser.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SummaryWriter } from '../../src/tensorboard/index.ts';
import { unpackStore } from '../../viewer/data/unpack-store.ts';
import { built } from '../built.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';

const COMMAND = built('command.js');
const LOGS = fileURLToPath(new URL('../fixtures/viewer/logs', import.meta.url));

const report = (cwd: string, ...inputs: string[]) =>
  spawnSync(process.execPath, [COMMAND, 'report', ...inputs], { cwd, encoding: 'utf8', timeout: 60_000 });

test('report writes one file with script, policy and data, and prints its size', () => {
  const directory = temporaryDirectory();
  const { status, stdout, stderr } = report(directory, LOGS);
  assert.is(stderr, '');
  assert.is(status, 0);
  assert.match(stdout, /^report\.html: \d+\.\d MB\n$/);
  assert.equal(readdirSync(directory), ['report.html']);
  const html = readFileSync(join(directory, 'report.html'), 'utf8');
  const [policy, data, script] = [
    /<meta http-equiv="content-security-policy" content="([^"]+)">/.exec(html)![1]!,
    /<script type="text\/plain" id="data">([^<]*)<\/script>/.exec(html)![1]!,
    /<script type="module">([\s\S]*)<\/script>\s*$/.exec(html)![1]!,
  ];
  const hash = createHash('sha256').update(script).digest('base64');
  assert.match(policy, /^default-src 'none'; /);
  assert.ok(policy.includes(`script-src 'sha256-${hash}'`), policy);
  assert.not.match(policy, /unsafe|https?:|\*/);
  // A policy applies to what follows it.
  assert.ok(html.indexOf('content-security-policy') < html.search(/<(script|link|style|img)/));
  assert.not.match(html.replace(script, ''), /(src|href)="(?!data:)/);
  const store = unpackStore(inflateRawSync(Buffer.from(data, 'base64')));
  assert.equal([...store.runs], ['lr=0.01', 'lr=0.1']);
  assert.ok(store.tags('histogram').length >= 3 && store.tags('scalar').length >= 1);
});

test('an existing file is replaced, or kept if the report fails', () => {
  const directory = temporaryDirectory();
  const output = join(directory, 'a.html');
  writeFileSync(output, 'old');
  const empty = join(directory, 'empty');
  mkdirSync(empty);
  const failed = report(directory, empty, '-o', 'a.html');
  assert.match(failed.stderr, /empty has nothing to show: no event file contains data/);
  assert.is(failed.status, 1);
  assert.is(readFileSync(output, 'utf8'), 'old');
  assert.is(report(directory, LOGS, '--output', 'a.html').status, 0);
  assert.match(readFileSync(output, 'utf8'), /^<!doctype html>/);
  assert.equal(readdirSync(directory).sort(), ['a.html', 'empty']);
});

test('a link planted beside the report is not followed', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'victim'), 'precious');
  // By process id, which others can guess.
  const plant = "import fs from 'node:fs'; fs.symlinkSync('victim', '.a.html.' + process.pid);";
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(plant)}`, COMMAND, 'report', LOGS, '-o', 'a.html'],
    { cwd: directory, encoding: 'utf8', timeout: 60_000 },
  );
  assert.equal([status, stderr], [0, '']);
  assert.is(readFileSync(join(directory, 'victim'), 'utf8'), 'precious');
  const [link, ...others] = readdirSync(directory).sort();
  assert.match(link!, /^\.a\.html\.\d+$/);
  assert.is(readlinkSync(join(directory, link!)), 'victim');
  assert.equal(others, ['a.html', 'victim']);
  assert.ok(lstatSync(join(directory, 'a.html')).isFile());
});

test('a link in the place of the report is replaced, and its target kept', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'victim'), 'precious');
  symlinkSync('victim', join(directory, 'a.html'));
  assert.is(report(directory, LOGS, '-o', 'a.html').status, 0);
  assert.is(readFileSync(join(directory, 'victim'), 'utf8'), 'precious');
  assert.ok(lstatSync(join(directory, 'a.html')).isFile());
});

test('report --json prints the file and its size', () => {
  const directory = temporaryDirectory();
  const { status, stdout } = report(directory, LOGS, '-o', 'a.html', '--json');
  assert.is(status, 0);
  assert.equal(JSON.parse(stdout), { file: 'a.html', bytes: lstatSync(join(directory, 'a.html')).size });
});

test('a report may have the longest file name', () => {
  const directory = temporaryDirectory();
  const name = `${'a'.repeat(250)}.html`;
  assert.is(report(directory, LOGS, '-o', name).status, 0);
  assert.equal(readdirSync(directory), [name]);
});

test('what cannot be read or written is an error on stderr, with exit code 1', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '');
  const cases: [string[], RegExp][] = [
    [[LOGS, '-o', directory], /the output must be a file, got the directory/],
    [[LOGS, '-o', join(directory, 'none', 'a.html')], /cannot be written: .*none is not a directory \(ENOENT\)/],
    [[LOGS, '-o', join(directory, 'file', 'a.html')], /cannot be written: .*file is not a directory \(a file\)/],
    [[join(directory, 'none')], /none is not a readable directory \(ENOENT\)/],
    [[join(directory, 'file')], /file is not a readable directory \(a file\)/],
  ];
  for (const [inputs, message] of cases) {
    const { status, stdout, stderr } = report(directory, ...inputs);
    assert.match(stderr, message);
    assert.is(status, 1);
    assert.is(stdout, '');
    assert.not.match(stderr, /at .*\.js/, 'no stack');
  }
  assert.equal(readdirSync(directory), ['file']);
});

test('markup in names is text, and damaged files are warned about', async () => {
  const directory = join(temporaryDirectory(), '"><script>alert(1)<');
  const writer = new SummaryWriter(directory);
  writer.addScalar('</script><!--', 1);
  await writer.close();
  writeFileSync(join(directory, 'damaged.tfevents'), Buffer.alloc(100, 1));
  const { status, stderr } = report(directory, '.', '-o', 'a.html');
  assert.is(status, 0, stderr);
  assert.match(stderr, /damaged\.tfevents/);
  assert.ok(existsSync(join(directory, 'a.html')));
  const html = readFileSync(join(directory, 'a.html'), 'utf8');
  assert.not.match(html, /<script>alert/);
  assert.is(html.match(/<script/g)!.length, 2);
});

test.run();
