import { check, describe, FUNCTION } from '../../check/index.ts';
import { EventReader, type OnWarning, printWarning } from './event-reader.ts';
import type { LoggedEvent } from './logged-event.ts';

/** The bytes of one event file: an array, a Blob or File, a stream of Node or the web, or any iterable of chunks. */
export type EventFileBytes =
  | Uint8Array
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

const CHUNK_BYTES = 1 << 20;

/**
 * Reads one event file from beginning to end, in chunks: only a part of a large file is in memory.
 * @param onWarning called for each corrupt record, and for a last record that is cut off. Default: `console.warn`
 * @throws TypeError (the iteration rejects, before anything is read) for another kind of source, or an `onWarning` that is
 *   not a function; and whatever the source throws
 */
export async function* readEvents(
  source: EventFileBytes,
  onWarning: OnWarning = printWarning,
): AsyncGenerator<LoggedEvent> {
  check('readEvents()', 'onWarning', onWarning, FUNCTION);
  const reader = new EventReader(onWarning);
  for await (const bytes of chunksOf(source)) {
    yield* reader.push(bytes);
    if (reader.ended) return;
  }
  if (reader.pending > 0) onWarning({ offset: reader.offset, reason: 'the last record is cut off', final: true });
}

function chunksOf(source: EventFileBytes): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (source instanceof Uint8Array) return slices(source);
  if (typeof Blob !== 'undefined' && source instanceof Blob) return blobChunks(source);
  if (typeof (source as ReadableStream | null)?.getReader === 'function') {
    return streamChunks(source as ReadableStream<Uint8Array>);
  }
  if (typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source)) {
    return source as AsyncIterable<Uint8Array>;
  }
  throw new TypeError(`readEvents(): the source must be bytes, a Blob or a stream of bytes, got ${describe(source)}`);
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** The bytes of a Blob from an offset on. */
export async function* blobChunks(blob: Blob, from = 0): AsyncGenerator<Uint8Array> {
  for (let at = from; at < blob.size; at += CHUNK_BYTES) {
    yield new Uint8Array(await blob.slice(at, at + CHUNK_BYTES).arrayBuffer());
  }
}

/** Calls read(), because Safari's streams are not iterable. */
async function* streamChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    reader.releaseLock();
  }
}
