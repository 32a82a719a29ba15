import fs from 'node:fs';
import { connect } from 'node:net';
import { hostCheck } from '../../command/server/host-names.ts';
import { type Listening, listen } from '../../command/server/listen.ts';
import { ServedRecordings } from '../../command/server/recordings.ts';
import { handle } from '../../command/server/requests.ts';
import { ServedLogs } from '../../command/server/served-logs.ts';
import type { Clock } from '../../command/server/stalled-clients.ts';

/** Serves a log directory on a free port. */
export function serve(directory: string, clock?: Clock): Promise<Listening> {
  const assets = new Map([['/', { type: 'text/html', bytes: Buffer.from('<p>page') }]]);
  const site = {
    logs: new ServedLogs(directory),
    recordings: new ServedRecordings(directory),
    assets,
    answersTo: hostCheck(undefined),
  };
  return listen((request, response) => void handle(site, request, response), {
    host: undefined,
    port: 0,
    ...(clock && { clock }),
  });
}

/** Sends bytes, and resolves with everything received until the server closes. */
export function raw(port: number, sent: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setTimeout(5000, () => reject(new Error(`no end after ${JSON.stringify(received)}`)));
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
    // A server that refuses may close before it has read all.
    socket.on('error', () => {});
    socket.on('close', () => {
      socket.setTimeout(0);
      resolve(received);
    });
    socket.write(sent);
  });
}

/** One request on its own connection. */
export async function ask(
  port: number,
  target: string,
  {
    method = 'GET',
    host = `localhost:${port}`,
    headers = '',
  }: { method?: string; host?: string; headers?: string } = {},
): Promise<{ status: number; head: string; body: string }> {
  const text = await raw(port, `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`);
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(text.split(' ')[1]), head: text.slice(0, end).toLowerCase(), body: text.slice(end + 4) };
}

/** Counts the files that are opened while `run` runs: `now` open, and `ever` opened. */
export async function countingOpenFiles(
  run: (open: { now: () => number; ever: () => number }) => Promise<void>,
): Promise<void> {
  const { open } = fs.promises;
  let [now, ever] = [0, 0];
  fs.promises.open = async (...inputs) => {
    const file = await open(...inputs);
    now++;
    ever++;
    const close = file.close.bind(file);
    file.close = async () => {
      await close();
      now--;
    };
    return file;
  };
  try {
    await run({ now: () => now, ever: () => ever });
  } finally {
    fs.promises.open = open;
  }
}
