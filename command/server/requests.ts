import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LogFile } from '../../src/tensorboard/index.ts';
import { parseParts, partsAnswer } from './file-parts.ts';
import type { ServedRecordings } from './recordings.ts';
import type { ServedLogs } from './served-logs.ts';

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface Site {
  readonly logs: ServedLogs;
  readonly recordings: ServedRecordings;
  /** The files of the page by path: '/', '/viewer.js'. */
  readonly assets: ReadonlyMap<string, Asset>;
  readonly answersTo: (hostHeader: string | undefined) => boolean;
}

/** A connection gets pieces of this size, so that a slow client differs from a stalled one. */
const PIECE_BYTES = 1 << 16;

/** A path of 4096 bytes, the longest that systems take, percent-encoded, and the rest of the URL. */
export const LONGEST_URL: number = 3 * 4096 + 256;

const TEXT = 'text/plain; charset=utf-8';

/**
 * The page may run its own scripts, ask its own server, and show images that it made. The viewer's style sheets are
 * constructed, so no inline style is needed.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src blob: data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The headers of every answer. Pages of other origins can neither read it, nor frame it, nor keep a reference to its window. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  // Logs grow, and another version of layertap may use this port tomorrow.
  'cache-control': 'no-store',
};

/** Answers one request. Never throws. */
export async function handle(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  try {
    await route(site, request, response);
  } catch {
    // Usually the client has gone. If not, it must not mistake what it got for the whole.
    if (response.headersSent) response.destroy();
    else refuse(response, 500, 'the answer could not be read');
  }
}

async function route(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '';
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    // The end of its body is unknown, and so is the beginning of the next request.
    response.setHeader('connection', 'close');
    return refuse(response, 501, 'unknown transfer encoding');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return refuse(response, 405, 'the method must be GET or HEAD');
  }
  const hosts = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) return refuse(response, 400, 'there must be one Host header');
  if (!site.answersTo(request.headers.host)) return refuse(response, 421, 'the Host header does not name this server');
  if (target.length > LONGEST_URL) return refuse(response, 414, 'the URL is too long');
  if (!target.startsWith('/')) return refuse(response, 400, 'the target must be a path');
  // Compared as sent: nothing is decoded, and no dots are resolved.
  const [, path, query] = /^([^?]*)\??(.*)$/s.exec(target) as unknown as [string, string, string];
  const asset = site.assets.get(path);
  if (path === '/') void site.logs.prepare();
  if (asset !== undefined) return send(response, asset.type, asset.bytes);
  if (path === '/api/files') {
    const listing = await site.logs.list();
    const isEmpty = listing.exists && listing.files.length === 0;
    const whileEmpty = isEmpty ? await site.recordings.describe() : undefined;
    return send(response, 'application/json', Buffer.from(JSON.stringify({ ...listing, whileEmpty })));
  }
  if (path === '/api/recordings') {
    const listing = JSON.stringify(await site.recordings.list());
    return send(response, 'application/json', Buffer.from(listing));
  }
  if (path === '/api/recording') return sendRecorded(site, query, request, response);
  if (path === '/api/parts') return sendParts(site.logs, query, request, response);
  if (path !== '/api/file') return refuse(response, 404, 'not found');
  const wanted = parseQuery(query, ['from']);
  if (wanted === undefined) return refuse(response, 400, 'the query must be ?path=<of an event file>&from=<a byte>');
  const file = await site.logs.file(wanted.path);
  if (file === undefined) return refuse(response, 404, 'there is no such event file');
  response.setHeader('content-type', 'application/octet-stream');
  if (request.method === 'HEAD') response.end();
  else await stream(file, wanted.from, response);
}

async function sendParts(
  logs: ServedLogs,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const wanted = parseParts(query);
  if (wanted === undefined) {
    return refuse(response, 400, 'the query must be ?server=<its id>&of=<file>-<from>-<length>,…');
  }
  const files = logs.filesOf(
    wanted.server,
    wanted.parts.map(({ file }) => file),
  );
  if (files === undefined) return refuse(response, 409, 'another server numbered these files; list them again');
  response.setHeader('content-type', 'application/octet-stream');
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(partsAnswer(wanted.parts, files), { objectMode: false }), response);
}

async function sendRecorded(
  { recordings }: Site,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const wanted = parseQuery(query, ['from', 'to']);
  if (wanted === undefined) {
    return refuse(response, 400, 'the query must be ?path=<of a recording>&from=<a byte>&to=<a byte>');
  }
  const bytes = await recordings.bytes(wanted.path, wanted.from, wanted.to);
  if (bytes === undefined) return refuse(response, 404, 'there is no such recording, or no tensor at these bytes');
  response.setHeader('content-type', 'application/octet-stream');
  if (request.method === 'HEAD') response.end();
  else await stream(bytes, 0, response);
}

/** Parses a query that has a path and these numbers exactly once each, and nothing else. */
function parseQuery<Name extends string>(
  query: string,
  names: readonly Name[],
): ({ path: string } & Record<Name, number>) | undefined {
  const pairs = new URLSearchParams(query);
  const path = pairs.get('path');
  if (pairs.size !== names.length + 1 || path === null) return undefined;
  const numbers: [string, number][] = [];
  for (const name of names) {
    const text = pairs.get(name);
    if (text === null || !/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) return undefined;
    numbers.push([name, Number(text)]);
  }
  return { path, ...(Object.fromEntries(numbers) as Record<Name, number>) };
}

/**
 * Sends a file from a byte to its present end, as fast as the client reads, until it leaves. Without a content-length, since
 * the file may become shorter.
 */
async function stream(file: Pick<LogFile, 'read'>, from: number, response: ServerResponse): Promise<void> {
  const chunks = file.read(from)[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done) response.end();
    else await pipeline(Readable.from(startingWith(first.value, chunks)), response);
  } catch (error) {
    if (response.headersSent) throw error;
    const gone = ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: unknown }).code));
    if (gone) refuse(response, 404, 'the file is gone');
    else refuse(response, 500, 'the file cannot be read');
  } finally {
    // Closes the file even if the client left before the first piece.
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
