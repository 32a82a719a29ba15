// The built command in its own process.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { built } from '../built.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';

const COMMAND = built('command.js');
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const run = (...inputs: string[]) =>
  spawnSync(process.execPath, [COMMAND, ...inputs], { encoding: 'utf8', timeout: 20_000 });

interface Running {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  /** From what it printed. */
  url: string;
  ended: Promise<number | string | null>;
}

/** A process that a failed test left running would keep this one alive. */
const started = new Set<ChildProcess>();
test.after.each(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/** Starts `layertap view` and waits for its URL. */
async function start(inputs: string[], env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [COMMAND, 'view', ...inputs], { env: { ...process.env, ...env } });
  started.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes) => {
    out += bytes;
  });
  child.stderr.on('data', (bytes) => {
    err += bytes;
  });
  const ended = new Promise<number | string | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  const gone = ended.then((code) => {
    throw new Error(`ended with ${code}: ${err}`);
  });
  const printed = (async () => {
    for (let waited = 0; waited < 20_000; waited += 10) {
      const url = /http:\/\/\S+/.exec(out)?.[0];
      if (url !== undefined) return url;
      await pause(10);
    }
    throw new Error(`no URL after ${JSON.stringify(out)}`);
  })();
  const url = await Promise.race([printed, gone]);
  gone.catch(() => {});
  return { child, out: () => out, err: () => err, url, ended };
}

async function stop({ child, ended }: Running): Promise<void> {
  child.kill('SIGINT');
  assert.is(await ended, 0);
}

/** Takes a port, if it is free. */
function take(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

test('--help and --version print, and do nothing else', () => {
  for (const inputs of [['--help'], ['-h'], ['help'], ['view', '--help'], ['report', '-h'], ['view', 'x', '-h']]) {
    const { status, stdout, stderr } = run(...inputs);
    assert.is(status, 0, inputs.join(' '));
    assert.match(stdout, /layertap (view|report) <logdir> /);
    assert.is(stderr, '');
  }
  // Of one command alone, each with an example.
  for (const name of ['view', 'report', 'diff', 'record', 'summary', 'profile']) {
    const { stdout } = run(name, '--help');
    assert.match(
      stdout,
      new RegExp(`^layertap ${name} .*\\[--json\\]\n\n[^]*\n  --json [^]*\n  Example: layertap ${name} `),
    );
    assert.is(run('help', name).stdout, stdout);
    assert.ok(run('--help').stdout.includes(stdout.trim().split('\n').at(-1)!), name);
  }
  for (const option of ['--version', '-v']) assert.is(run(option).stdout, `${version}\n`);
});

test('wrong arguments are errors on stderr, with exit code 2', () => {
  const cases: [string[], RegExp][] = [
    [[], /the command must be view, report, diff, record, summary or profile, got nothing/],
    [['veiw', 'runs'], /the command must be view, report, diff, record, summary or profile, got veiw/],
    [['--logdir', 'runs'], /unknown option --logdir/],
    [['view'], /view: the log directory is missing/],
    [['view', ''], /view: the log directory is missing/],
    [['view', 'a', 'b'], /view: there must be one log directory, got a b/],
    [['view', 'a', '--logdir', 'b'], /Unknown option '--logdir'/],
    [['view', 'a', '-o', 'b'], /Unknown option '-o'/],
    [['diff', 'a', 'b', '--jsno'], /Unknown option '--jsno'; the options are --help, --json, --map$/m],
    [['view', 'a', '--open=yes'], /'--open' does not take an argument/],
    [['view', 'a', '--host', ''], /--host must be a name or an address, got nothing/],
    [['view', 'a', '--host'], /'--host <value>' argument missing/],
    [['view', 'a', '--port'], /'--port <value>' argument missing/],
    ...['x', '-1', '1.5', '65536', '1e3', '0x50', ' 80', ''].map((port): [string[], RegExp] => [
      ['view', 'a', `--port=${port}`],
      /--port must be a number from 0 to 65535, got "/,
    ]),
    [['report'], /report: the log directory is missing/],
    [['report', 'a', '-o', ''], /--output must be the name of a file, got nothing/],
    [['report', 'a', '--port', '1'], /Unknown option '--port'/],
  ];
  for (const [inputs, message] of cases) {
    const { status, stdout, stderr } = run(...inputs);
    assert.is(status, 2, inputs.join(' '));
    assert.is(stdout, '', inputs.join(' '));
    assert.match(stderr, /^layertap: /);
    assert.match(stderr, message);
    assert.match(stderr, /layertap --help/);
    assert.not.match(stderr, /at .*\.js/, 'no stack');
  }
});

test('what cannot be served is an error on stderr, with exit code 1', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '');
  const cases: [string[], RegExp][] = [
    [[join(directory, 'none', 'none')], /neither the directory .*none.none nor its parent .*none exists/],
    [[join(directory, 'file')], /is not a readable directory \(a file\)/],
    [[join(directory, 'file', 'below')], /is not a readable directory \(ENOTDIR\)/],
    [[directory, '--host', 'no such host'], /--host must be a name or an address of this machine, got no such host/],
    [[directory, '--host', '192.0.2.1'], /--host must be a name or an address of this machine, got 192\.0\.2\.1/],
  ];
  const taken = (await take(0))!;
  const { port } = taken.address() as { port: number };
  cases.push([[directory, '--port', String(port)], new RegExp(`port ${port} is taken by other programs; choose`)]);
  for (const [inputs, message] of cases) {
    const { status, stdout, stderr } = run('view', ...inputs);
    assert.match(stderr, message);
    assert.is(status, 1, inputs.join(' '));
    assert.is(stdout, '');
    assert.not.match(stderr, /at .*\.js/, 'no stack');
  }
  taken.close();
});

test('view prints its URL, serves the page and the logs, and ends with Ctrl-C', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'a.tfevents'), 'abc');
  const running = await start([directory, '--port', '0']);
  assert.match(running.out(), new RegExp(`^http://localhost:\\d+/ shows ${directory}\\. Ctrl-C ends it\\.\n$`));
  assert.is(running.err(), '');
  const page = await (await fetch(running.url)).text();
  const script = /<script type="module" src="([^"]+)">/.exec(page)![1]!;
  const expected = [
    [script, 'text/javascript', /^import|^var|^\/\*/],
    // Of the packages that are built into the page.
    ['licences.txt', 'text/plain', /^d3-array [\d.]+\n\nCopyright .* Mike Bostock\n\nPermission to use/m],
  ] as const;
  for (const [name, type, content] of expected) {
    const response = await fetch(new URL(name, running.url));
    assert.is(response.headers.get('content-type'), `${type}; charset=utf-8`);
    assert.match(await response.text(), content);
  }
  const { files } = (await (await fetch(new URL('api/files', running.url))).json()) as { files: unknown };
  assert.equal(files, [{ path: 'a.tfevents', size: 3, number: 0 }]);
  // With open keep-alive connections.
  await stop(running);
});

test('view ends cleanly at SIGTERM, even with an unfinished answer', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'a.tfevents'), Buffer.alloc(64 << 20));
  const running = await start([directory, '--port', '0']);
  await fetch(new URL('api/files', running.url));
  const response = await fetch(new URL('api/file?path=a.tfevents&from=0', running.url));
  const reader = response.body!.getReader();
  await reader.read();
  running.child.kill('SIGTERM');
  assert.is(await running.ended, 0);
  await reader.cancel().catch(() => {});
});

test('view waits for a directory that does not exist yet, and says so', async () => {
  const directory = join(temporaryDirectory(), 'runs');
  const running = await start([directory, '--port', '0']);
  assert.match(running.err(), /waiting for .*runs, which does not exist yet/);
  const list = async () => {
    const { server, ...listing } = (await (await fetch(new URL('api/files', running.url))).json()) as {
      server: string;
    };
    assert.match(server, /^[\da-f-]{36}$/);
    return listing;
  };
  assert.equal(await list(), { directory: 'runs', exists: false, files: [] });
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.tfevents'), 'abc');
  assert.equal(await list(), { directory: 'runs', exists: true, files: [{ path: 'a.tfevents', size: 3, number: 0 }] });
  await stop(running);
});

test('view takes the next free port if the default one is taken, and says so', async () => {
  const directory = temporaryDirectory();
  // Another program may have them: then they are taken as well.
  const taken = [await take(6007), await take(6008)];
  const running = await start([directory]);
  const port = Number(new URL(running.url).port);
  assert.ok(port > 6008 && port < 6107, running.url);
  assert.match(running.out(), /; port 6007 is taken\. Ctrl-C/);
  const second = await start([directory]);
  assert.is.not(second.url, running.url);
  await stop(running);
  await stop(second);
  for (const server of taken) server?.close();
});

test('view is reachable from this machine only, unless --host is given; then it warns', async () => {
  const directory = temporaryDirectory();
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address!.family === 'IPv4' && !address!.internal)?.address;
  const alone = await start([directory, '--port', '0']);
  const { port } = new URL(alone.url);
  assert.is((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  if (outside !== undefined) {
    await fetch(`http://${outside}:${port}/`).then(
      () => assert.unreachable('answered from outside'),
      (error) => assert.is(error.cause.code, 'ECONNREFUSED'),
    );
  }
  await stop(alone);
  const open = await start([directory, '--port', '0', '--host', '0.0.0.0']);
  assert.is(new URL(open.url).hostname, hostname().toLowerCase());
  assert.match(open.err(), /anyone who can reach http:\S+ can read these logs; there is no password/);
  const any = new URL(open.url).port;
  for (const host of ['127.0.0.1', ...(outside === undefined ? [] : [outside])]) {
    assert.is((await fetch(`http://${host}:${any}/`)).status, 200, host);
  }
  await stop(open);
});

test('view --json prints where the page is', async () => {
  const directory = temporaryDirectory();
  const running = await start([directory, '--port', '0', '--json']);
  const { url, port, ...rest } = JSON.parse(running.out());
  assert.equal(rest, { directory });
  assert.is(Number(new URL(url).port), port);
  assert.is((await fetch(url)).status, 200);
  await stop(running);
});

test('--open opens the URL; if there is no program for that, view says so and goes on', async () => {
  const [directory, bin] = [temporaryDirectory(), temporaryDirectory()];
  const none = await start([directory, '--port', '0', '--open'], { PATH: bin });
  for (let waited = 0; none.err() === '' && waited < 5000; waited += 10) await pause(10);
  assert.match(none.err(), /no browser could be opened/);
  assert.is((await fetch(none.url)).status, 200);
  await stop(none);
  const opened = join(bin, 'opened');
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "$@" > '${opened}.part'\nmv '${opened}.part' '${opened}'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const some = await start([directory, '--port', '0', '--open'], { PATH: `${bin}:${process.env.PATH}` });
  for (let waited = 0; !existsSync(opened) && waited < 5000; waited += 10) await pause(10);
  assert.is(readFileSync(opened, 'utf8'), `${some.url}\n`);
  assert.is(some.err(), '');
  await stop(some);
});

test.run();
