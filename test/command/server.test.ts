// What the server of `layertap view` answers, and what it refuses.

import { EventEmitter } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostCheck, isLoopback } from '../../command/server/host-names.ts';
import type { Listening } from '../../command/server/listen.ts';
import { type Clock, LONGEST_STALL, stalledClients } from '../../command/server/stalled-clients.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';
import { ask, countingOpenFiles, raw, serve } from './serve.ts';

const SECRET = 'not for the page';
const EVENTS = 'events.out.tfevents.1';

interface Context {
  server: Listening;
  port: number;
  /** The log directory. Beside it is a secret file with the name of an event file. */
  logs: string;
}

const test = suite<Context>('server', {} as Context);

test.before.each(async (context) => {
  const root = temporaryDirectory();
  context.logs = join(root, 'logs');
  mkdirSync(join(context.logs, 'a run'), { recursive: true });
  writeFileSync(join(context.logs, 'a run', EVENTS), '0123456789');
  writeFileSync(join(context.logs, 'notes.txt'), SECRET);
  writeFileSync(join(root, EVENTS), SECRET);
  context.server = await serve(context.logs);
  context.port = context.server.port;
});

test.after.each(async ({ server }) => server.close());

const read = (path: string, from: number | string = 0) => `/api/file?path=${encodeURIComponent(path)}&from=${from}`;
const parts = (server: string, of: string) => `/api/parts?server=${server}&of=${of}`;
const listing = async (port: number) => JSON.parse((await ask(port, '/api/files')).body);
/** The listing without what is for `api/parts`. */
const list = async (port: number) => {
  const { server: _, files, ...rest } = await listing(port);
  return { ...rest, files: files.map(({ number: _, ...file }: { number: number }) => file) };
};

test('the page, the listing and a file are answered', async ({ port }) => {
  assert.is((await ask(port, '/')).body, '<p>page');
  assert.equal(await list(port), {
    directory: 'logs',
    exists: true,
    files: [{ path: `a run/${EVENTS}`, size: 10 }],
  });
  const url = `http://localhost:${port}`;
  const whole = await fetch(url + read(`a run/${EVENTS}`));
  assert.is(await whole.text(), '0123456789');
  assert.is(await (await fetch(url + read(`a run/${EVENTS}`, 7))).text(), '789');
  assert.is(await (await fetch(url + read(`a run/${EVENTS}`, 10))).text(), '');
  assert.is(await (await fetch(url + read(`a run/${EVENTS}`, 11))).text(), '');
});

test('HEAD answers with the headers of GET', async ({ port }) => {
  for (const target of ['/', '/api/files', read(`a run/${EVENTS}`), '/none']) {
    const [head, get] = [await ask(port, target, { method: 'HEAD' }), await ask(port, target)];
    assert.is(head.status, get.status, target);
    assert.is(head.body, '', target);
    const type = (text: string) => /content-type: .*/.exec(text)![0];
    assert.is(type(head.head), type(get.head), target);
  }
});

test('every answer has the security headers, errors too', async ({ port }) => {
  const answers = [
    await ask(port, '/'),
    await ask(port, '/api/files'),
    await ask(port, read(`a run/${EVENTS}`)),
    await ask(port, '/none'),
    await ask(port, '/', { method: 'POST' }),
    await ask(port, '/', { host: 'example.org' }),
  ];
  for (const { head } of answers) {
    assert.match(head, /\r\ncontent-security-policy: default-src 'none'; script-src 'self'; worker-src 'self'; /);
    for (const name of [
      'x-content-type-options: nosniff',
      'referrer-policy: no-referrer',
      'cross-origin-opener-policy: same-origin',
      'cross-origin-resource-policy: same-origin',
      'cache-control: no-store',
    ]) {
      assert.ok(head.includes(`\r\n${name}`), `${name} in ${head}`);
    }
    assert.not.match(head, /access-control|unsafe/);
  }
});

test('nothing outside the directory can be read, however its path is spelled', async ({ port, logs }) => {
  const up = [
    `../${EVENTS}`,
    `a run/../../${EVENTS}`,
    `./../${EVENTS}`,
    `..\\${EVENTS}`,
    `....//${EVENTS}`,
    `/${EVENTS}`,
    join(logs, '..', EVENTS),
    `file://${join(logs, '..', EVENTS)}`,
    `a run/${EVENTS}\0`,
    `../${EVENTS}\0a run/${EVENTS}`,
    'notes.txt',
    `a run/../a run/${EVENTS}`,
    `a run//${EVENTS}`,
    `A RUN/${EVENTS}`,
    '/etc/passwd',
    '',
    '.',
    '..',
  ];
  const encodings = [
    encodeURIComponent,
    (text: string) => text.replace(/ /g, '+').replaceAll('\0', '%00'),
    (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    // Twice, and as overlong UTF-8, which some servers decoded to a dot.
    (text: string) => encodeURIComponent(encodeURIComponent(text)),
    (text: string) => encodeURIComponent(text).replaceAll('.', '%c0%ae').replaceAll('%2F', '%c0%af'),
  ];
  for (const path of up) {
    for (const encode of encodings) {
      const { status, body } = await ask(port, `/api/file?path=${encode(path)}&from=0`);
      assert.ok(status === 404 || status === 400, `${status} for ${encode(path)}`);
      assert.not.match(body, /0123|not for/);
    }
  }
  for (const target of [
    `/../${EVENTS}`,
    `/%2e%2e/${EVENTS}`,
    '/..%2f..%2fetc/passwd',
    '/a%20run/events.out.tfevents.1',
    '/notes.txt',
    '//etc/passwd',
    '/api/../notes.txt',
    '/api/files/',
    '/API/FILES',
  ]) {
    assert.is((await ask(port, target)).status, 404, target);
  }
});

test('links that lead outside are neither listed nor read; those that stay inside are', async (context) => {
  const { port, logs } = context;
  symlinkSync(join(logs, '..', EVENTS), join(logs, 'a run', 'out.tfevents'));
  symlinkSync('..', join(logs, 'out'));
  symlinkSync('a run', join(logs, 'same'));
  symlinkSync(join(logs, 'a run', EVENTS), join(logs, 'latest.tfevents'));
  const { files } = await list(port);
  assert.equal(
    files.map(({ path }: { path: string }) => path),
    [`a run/${EVENTS}`, 'latest.tfevents'],
  );
  for (const path of ['a run/out.tfevents', `out/${EVENTS}`, `out/logs/a run/${EVENTS}`]) {
    assert.is((await ask(port, read(path))).status, 404, path);
  }
  assert.match((await ask(port, read('latest.tfevents'))).body, /0123456789/);
});

test('a listed file that is replaced by a link to the outside is not read', async ({ port, logs }) => {
  await list(port);
  rmSync(join(logs, 'a run', EVENTS));
  symlinkSync(join(logs, '..', EVENTS), join(logs, 'a run', EVENTS));
  const { status, body } = await ask(port, read(`a run/${EVENTS}`));
  assert.is(status, 500);
  assert.not.match(body, /not for/);
});

test('only Host headers of this machine are answered, with any port', async ({ port }) => {
  for (const host of [`localhost:${port}`, 'LocalHost', `127.0.0.1:${port}`, `[::1]:${port}`, 'localhost:8000']) {
    assert.is((await ask(port, '/', { host })).status, 200, host);
  }
  for (const host of [
    'example.org',
    `example.org:${port}`,
    'localhost.example.org',
    'example.org.localhost',
    'localhost@example.org',
    'localhost:80@example.org',
    'localhost/',
    'localhost#',
    'localhost:',
    'localhost:x',
    'localhost:123456',
    '127.0.0.1.example.org',
    '192.168.0.1',
    '0.0.0.0',
    '::1',
    '[::1].example.org',
    'localhost, example.org',
    '',
  ]) {
    for (const target of ['/', '/api/files', read(`a run/${EVENTS}`)]) {
      assert.is((await ask(port, target, { host })).status, 421, host);
    }
  }
  const twice = await ask(port, '/', { headers: 'Host: example.org\r\n' });
  assert.is(twice.status, 400, 'two Host headers');
  assert.match(await raw(port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1.1 400 /);
  assert.match(await raw(port, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1.1 421 /);
  assert.is((await ask(port, `http://localhost:${port}/`)).status, 400, 'an absolute URL');
});

test('hostCheck() of a host accepts it, and of a wildcard all addresses', () => {
  const named = hostCheck('ml.example.org');
  assert.equal(['ml.example.org:80', 'ML.example.org', 'localhost', 'example.org'].map(named), [
    true,
    true,
    true,
    false,
  ]);
  assert.equal(['[fe80::1]:6007', 'fe80::1', '[fe80::2]'].map(hostCheck('fe80::1')), [true, false, false]);
  for (const wildcard of ['0.0.0.0', '::']) {
    const any = hostCheck(wildcard);
    assert.equal(['10.1.2.3:6007', '[fe80::1]', 'localhost'].map(any), [true, true, true]);
    assert.equal(['example.org', '10.1.2.3.example.org', '999.1.1.1'].map(any), [false, false, false]);
  }
  assert.equal(['localhost', '127.0.0.1', '127.1.2.3', '::1'].map(isLoopback), [true, true, true, true]);
  assert.equal(['0.0.0.0', '::', '128.0.0.1', 'localhost.example.org'].map(isLoopback), [false, false, false, false]);
});

test('other methods than GET and HEAD are refused', async ({ port }) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const { status, head } = await ask(port, '/', { method, headers: 'Content-Length: 3\r\n\r\nabc' });
    assert.is(status, 405, method);
    assert.match(head, /\r\nallow: get, head/);
  }
  assert.is((await ask(port, '*', { method: 'OPTIONS' })).status, 405);
});

test('any other query is refused', async ({ port }) => {
  const path = encodeURIComponent(`a run/${EVENTS}`);
  for (const query of [
    '',
    '?',
    `?path=${path}`,
    '?from=0',
    `?path=${path}&from=`,
    `?path=${path}&from=-1`,
    `?path=${path}&from=1.5`,
    `?path=${path}&from=1e3`,
    `?path=${path}&from=0x1`,
    `?path=${path}&from=NaN`,
    `?path=${path}&from=9007199254740993`,
    `?path=${path}&from=99999999999999999999`,
    `?path=${path}&from=0&from=1`,
    `?path=${path}&path=${path}&from=0`,
    `?path=${path}&from=0&to=3`,
    `?path=${path}&from=%30%00`,
  ]) {
    assert.is((await ask(port, `/api/file${query}`)).status, 400, query);
  }
  // Ranges are not supported, and ignored.
  const { status, body } = await ask(port, read(`a run/${EVENTS}`), { headers: 'Range: bytes=5-1,-\r\n' });
  assert.is(status, 200);
  assert.match(body, /0123456789/);
});

test('oversized and malformed requests are refused, and the server goes on', async ({ port }) => {
  assert.is((await ask(port, `/${'a'.repeat(12_600)}`)).status, 414);
  const rest = `Host: localhost\r\nConnection: close\r\n\r\n`;
  const cases: [string | Buffer, number][] = [
    [`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${rest}`, 431],
    [`GET / HTTP/1.1\r\nX: ${'a'.repeat(100_000)}\r\n${rest}`, 431],
    [`GET / HTTP/1.1\r\n${'X: a\r\n'.repeat(20_000)}${rest}`, 431],
    [`nonsense\r\n${rest}`, 400],
    [`GET\r\n${rest}`, 400],
    [`GET / HTTP/9.9\r\n${rest}`, 400],
    [`GET / HTTP/1.1\r\nHost : localhost\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\nno colon\r\n${rest}`, 400],
    [`GET / HTTP/1.1\r\nX: a\0b\r\n${rest}`, 400],
    [`GET / HTTP/1.1\nHost: localhost\n\n`, 400],
    [`GET /\x01 HTTP/1.1\r\n${rest}`, 400],
    [`GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n${rest}`, 400],
    [`GET / HTTP/1.1\r\nContent-Length: -1\r\n${rest}`, 400],
    [`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${rest}zzz\r\n`, 405],
    [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]), 400],
    [Buffer.alloc(1000, 0xff), 400],
  ];
  for (const [sent, status] of cases) {
    const answer = await raw(port, sent);
    assert.is(Number(answer.split(' ')[1]), status, JSON.stringify(sent.toString('latin1').slice(0, 60)));
    assert.is((await ask(port, '/')).status, 200);
  }
  // CONNECT and upgrades are not supported.
  assert.is(await raw(port, `CONNECT example.org:80 HTTP/1.1\r\n${rest}`), '');
  const upgrade = await ask(port, '/', { headers: 'Upgrade: websocket\r\n' });
  assert.is(upgrade.status, 200);
});

test('a directory that is empty or missing is listed as such, and found once it exists', async (context) => {
  const { port, logs } = context;
  rmSync(logs, { recursive: true });
  const none = { directory: 'logs', exists: false, files: [] };
  assert.equal(await list(port), none);
  assert.is((await ask(port, read(`a run/${EVENTS}`))).status, 404);
  mkdirSync(logs);
  assert.equal(await list(port), { ...none, exists: true });
  writeFileSync(join(logs, EVENTS), 'new');
  assert.equal((await list(port)).files, [{ path: EVENTS, size: 3 }]);
});

test('HEAD opens no file', async ({ port }) => {
  await countingOpenFiles(async (open) => {
    await ask(port, read(`a run/${EVENTS}`), { method: 'HEAD' });
    assert.is(open.ever(), 0);
    await ask(port, read(`a run/${EVENTS}`));
    assert.is(open.ever(), 1);
  });
});

test('a file in the place of the directory is an error, not an empty listing', async ({ port, logs }) => {
  rmSync(logs, { recursive: true });
  writeFileSync(logs, '');
  const { status, body } = await ask(port, '/api/files');
  assert.is(status, 500);
  assert.not.match(body, /layertap-/, 'no path of this machine');
});

test('a file is read up to its present end, whether it grows, shrinks or vanishes', async ({ port, logs }) => {
  const path = join(logs, 'a run', EVENTS);
  appendFileSync(path, 'abc');
  assert.equal((await list(port)).files, [{ path: `a run/${EVENTS}`, size: 13 }]);
  const get = async (from: number) => {
    const response = await fetch(`http://localhost:${port}${read(`a run/${EVENTS}`, from)}`);
    return [response.status, await response.text()];
  };
  assert.equal(await get(10), [200, 'abc']);
  truncateSync(path, 4);
  assert.equal(await get(2), [200, '23']);
  assert.equal(await get(10), [200, '']);
  // Truncated while it is read.
  writeFileSync(path, Buffer.alloc(64 << 20, 1));
  const response = await fetch(`http://localhost:${port}${read(`a run/${EVENTS}`)}`);
  const reader = response.body!.getReader();
  let got = (await reader.read()).value!.length;
  truncateSync(path, 1);
  for (let part = await reader.read(); !part.done; part = await reader.read()) got += part.value.length;
  assert.ok(got > 0 && got < 64 << 20, `${got} bytes`);
  rmSync(path);
  assert.is((await get(0))[0], 404);
  assert.equal((await list(port)).files, []);
});

test('no file is read ahead of its client, and clients that leave free their files', async (context) => {
  const { port, logs } = context;
  writeFileSync(join(logs, 'a run', EVENTS), Buffer.alloc(64 << 20, 1));
  await countingOpenFiles(async (open) => {
    const before = process.memoryUsage().arrayBuffers;
    const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
    for (const socket of sockets) {
      socket.pause();
      socket.on('error', () => {});
      socket.write(`GET ${read(`a run/${EVENTS}`)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    }
    for (let turns = 0; open.now() < 8 && turns < 1e6; turns++) await nextTurn();
    // Enough turns to read all files, if nothing held them back.
    for (let turns = 0; turns < 10_000; turns++) await nextTurn();
    assert.is(open.now(), 8);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 100 << 20, `${grown} bytes wait for 8 clients; the files together are ${8 * 64} MB`);
    for (const socket of sockets) socket.destroy();
    for (let waited = 0; open.now() > 0 && waited < 5000; waited += 20) await pause(20);
    assert.is(open.now(), 0);
  });
});

test('an unknown transfer encoding is refused, and the connection closed', async ({ port }) => {
  for (const coding of ['gzip', 'identity', 'xchunked', 'gzip, chunked', 'chunked, chunked', ' ']) {
    for (const method of ['GET', 'POST']) {
      const text = await raw(port, `${method} / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: ${coding}\r\n\r\n`);
      assert.match(text, /^HTTP\/1\.1 (501|400) /, `${method} ${coding}: ${text}`);
      assert.not.match(text, /<p>page/);
    }
  }
  // Node itself refuses a body without a known end.
  const last = await raw(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, gzip\r\n\r\n');
  assert.match(last, /^HTTP\/1\.1 400 /);
  const chunked = await ask(port, '/', { headers: 'Transfer-Encoding: Chunked\r\n' });
  assert.is(chunked.status, 200);
});

/** A clock that a test drives. */
function handClock(): Clock & { move(milliseconds: number): void; stopped: boolean } {
  let [time, look] = [0, () => {}];
  return {
    stopped: false,
    now: () => time,
    every(_, action) {
      look = action;
      return () => {
        this.stopped = true;
      };
    },
    move(milliseconds) {
      time += milliseconds;
      look();
    },
  };
}

test('a client that does not read its answer is disconnected, and its file closed', async ({ logs }) => {
  writeFileSync(join(logs, 'a run', EVENTS), Buffer.alloc(64 << 20, 1));
  const clock = handClock();
  const server = await serve(logs, clock);
  await countingOpenFiles(async (open) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(`GET ${read(`a run/${EVENTS}`)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    for (let turns = 0; open.now() === 0 && turns < 1e6; turns++) await nextTurn();
    assert.is(open.now(), 1);
    // The system buffers some of it, but not all.
    for (let turns = 0; open.now() > 0 && turns < 1e6; turns++) {
      clock.move(1000);
      await nextTurn();
    }
    assert.is(open.now(), 0);
    socket.destroy();
  });
  await server.close();
  assert.ok(clock.stopped);
});

test('a client is disconnected after 30 seconds without reading, not for being slow', () => {
  const clock = handClock();
  const clients = stalledClients(clock);
  const make = () => Object.assign(new EventEmitter(), { bytesWritten: 0, writableLength: 0, destroyed: 0 });
  const socketOf = (client: ReturnType<typeof make>) =>
    Object.assign(client, { destroy: () => client.destroyed++ }) as unknown as Socket;
  const [idle, slow, stalled, gone] = [make(), make(), make(), make()];
  for (const client of [idle, slow, stalled, gone]) clients.watch(socketOf(client));
  for (const client of [slow, stalled, gone]) [client.bytesWritten, client.writableLength] = [1000, 900];
  clock.move(5000);
  gone.emit('close');
  for (let seconds = 0; seconds < 25; seconds += 5) {
    // One more byte each time.
    slow.writableLength--;
    clock.move(5000);
  }
  assert.equal([idle.destroyed, slow.destroyed, stalled.destroyed, gone.destroyed], [0, 0, 0, 0]);
  slow.writableLength--;
  clock.move(5000);
  assert.equal([idle.destroyed, slow.destroyed, stalled.destroyed, gone.destroyed], [0, 0, 1, 0]);
  assert.is(LONGEST_STALL, 30_000);
});

test('parts are of listed files, of this server, and few enough for a URL', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, EVENTS), 'abcdefgh');
  const listening = await serve(directory);
  const { port } = listening;
  const { server, files } = await listing(port);
  assert.is(files[0].number, 0);
  const { status, body } = await ask(port, parts(server, '0-2-3,9-0-4,0-7-100'));
  assert.is(status, 200);
  const gone = '\x01\0\0\0\x10\0\0\x80the file is gone';
  const bytes = Buffer.from(
    body.replace(/[0-9a-f]+\r\n([\s\S]*?)\r\n(?=[0-9a-f]+\r\n)/g, '$1').replace(/0\r\n\r\n$/, ''),
    'latin1',
  );
  assert.is(bytes.toString('latin1'), `\0\0\0\0\x03\0\0\0cde${gone}\x02\0\0\0\x01\0\0\0h`);
  assert.is((await ask(port, parts('other', '0-0-1'))).status, 409);
  assert.equal((await ask(port, parts(server, '0-0-1'), { method: 'HEAD' })).body, '');
  const many = Array.from({ length: 257 }, () => '0-0-1').join();
  for (const of of ['', '0', '0-0', '-1-0-1', '0-0-1e3', '0-0-99999999', '../x-0-1', '0-0-1,', many]) {
    assert.is((await ask(port, parts(server, of))).status, 400, of);
  }
  assert.is((await ask(port, `${parts(server, '0-0-1')}&of=0-0-1`)).status, 400);
  await listening.close();
});

test.run();
