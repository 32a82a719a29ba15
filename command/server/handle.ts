import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LogFile } from '../../src/tensorboard/index.ts';
import { HEADERS } from './headers.ts';
import type { ServedLogs } from './served-logs.ts';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface Site {
  readonly logs: ServedLogs;
  /** By their paths: '/', '/viewer.js', …. */
  readonly assets: ReadonlyMap<string, Asset>;
  readonly answersTo: (hostHeader: string | undefined) => boolean;
}

/** How much of a file is handed to a connection at once: that a client takes some of it shows after each. */
const PIECE_BYTES = 1 << 16;

/** A path of 4096 bytes, the longest that systems take, with each of them encoded, and what stands around it. */
export const LONGEST_URL: number = 3 * 4096 + 256;

const TEXT = 'text/plain; charset=utf-8';

/** Answers one request. It never throws, whatever it is asked. */
export async function handle(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  try {
    await route(site, request, response);
  } catch {
    // Most often the client has gone. If not, it must not take what it has for the whole.
    if (response.headersSent) response.destroy();
    else refuse(response, 500, 'this could not be read');
  }
}

async function route(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '';
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    // Where its body ends is unknown, and so is where another request would begin.
    response.setHeader('connection', 'close');
    return refuse(response, 501, 'the transfer encoding is unknown');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return refuse(response, 405, 'only GET and HEAD are answered');
  }
  const hosts = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) return refuse(response, 400, 'there are two Host headers');
  if (!site.answersTo(request.headers.host)) return refuse(response, 421, 'this server does not have that name');
  if (target.length > LONGEST_URL) return refuse(response, 414, 'the URL is too long');
  if (!target.startsWith('/')) return refuse(response, 400, 'a path is expected');
  // Compared as it was sent: no decoding, no resolving of dots.
  const [path, query = ''] = split(target, '?');
  const asset = site.assets.get(path);
  if (asset !== undefined) return send(response, asset.type, asset.bytes);
  if (path === '/api/files') {
    const listing = JSON.stringify(await site.logs.list());
    return send(response, 'application/json', Buffer.from(listing));
  }
  if (path !== '/api/file') return refuse(response, 404, 'there is nothing here');
  const wanted = parseQuery(query);
  if (wanted === undefined) return refuse(response, 400, 'expected: ?path=<of an event file>&from=<a byte>');
  const file = await site.logs.file(wanted.path);
  if (file === undefined) return refuse(response, 404, 'there is no such event file');
  response.setHeader('content-type', 'application/octet-stream');
  if (request.method === 'HEAD') response.end();
  else await stream(file, wanted.from, response);
}

/** Each of the two names exactly once, and nothing else. */
function parseQuery(query: string): { path: string; from: number } | undefined {
  const pairs = new URLSearchParams(query);
  const [path, from] = [pairs.get('path'), pairs.get('from')];
  if (pairs.size !== 2 || path === null || from === null || !/^\d{1,16}$/.test(from)) return undefined;
  return Number.isSafeInteger(Number(from)) ? { path, from: Number(from) } : undefined;
}

/**
 * Sends the bytes from some place up to the end as of now: as fast as the client takes them, and not beyond its leaving.
 * No length is promised, since the file may become shorter meanwhile.
 */
async function stream(file: LogFile, from: number, response: ServerResponse): Promise<void> {
  const chunks = file.read(from)[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done) response.end();
    else await pipeline(Readable.from(startingWith(first.value, chunks)), response);
  } catch (error) {
    if (response.headersSent) throw error;
    const gone = ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: unknown }).code));
    if (gone) refuse(response, 404, 'the file has gone');
    else refuse(response, 500, 'the file cannot be read');
  } finally {
    // Closes the file, also where the client had gone before the first piece was sent.
    await chunks.return?.();
  }
}

async function* startingWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces(first);
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield* pieces(next.value);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function send(response: ServerResponse, type: string, bytes: Uint8Array): void {
  response.setHeader('content-type', type);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.statusCode = status;
  send(response, TEXT, Buffer.from(`${reason}\n`));
}

function split(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
