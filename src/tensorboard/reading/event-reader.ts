import { describe } from '../../check/index.ts';
import { MalformedMessage } from '../../protobuf/index.ts';
import type { AllocateNumbers } from '../format/number-list.ts';
import { EventDecoder } from './decode-event.ts';
import type { LoggedEvent } from './logged-event.ts';
import { type ReadWarning, RecordSplitter } from './record-splitter.ts';

/** Called with each place where a file is damaged. */
export type OnWarning = (warning: ReadWarning) => void;

/** Where nothing else was asked for. */
export const printWarning = ({ offset, reason }: ReadWarning): void => {
  console.warn(`layertap: an event file, byte ${offset}: ${reason}`);
};

/** @throws TypeError */
export function checkOnWarning(where: string, onWarning: unknown): void {
  if (typeof onWarning !== 'function') {
    throw new TypeError(`${where}: a function (warning) => … expected, got ${describe(onWarning)}`);
  }
}

/**
 * Reads an event file from its bytes, as they come: whole records only, and both checksums of each. A record that is
 * damaged is left out and reported; a damaged length ends the file, since nothing says where the next record begins.
 *
 * @example
 * const reader = new EventReader();
 * for await (const bytes of response.body) {
 *   for (const event of reader.push(bytes)) if (event.kind === 'scalar') plot(event.tag, event.step, event.value);
 * }
 */
export class EventReader {
  #splitter: RecordSplitter = new RecordSplitter();
  readonly #decoder: EventDecoder = new EventDecoder();
  readonly #onWarning: OnWarning;

  /**
   * @param onWarning is called with each place where the file is damaged. Default: `console.warn`
   * @throws TypeError for anything but a function
   */
  constructor(onWarning: OnWarning = printWarning) {
    checkOnWarning('EventReader', onWarning);
    // An arrow: the caller's function has no `this`.
    this.#onWarning = (warning) => onWarning(warning);
  }

  /** How many bytes of the file were read: up to the end of the last whole record. */
  get offset(): number {
    return this.#splitter.offset;
  }

  /** How many bytes have come of a record that is not complete yet. */
  get pending(): number {
    return this.#splitter.pending;
  }

  /** Whether nothing more can be read, because a length was damaged. */
  get ended(): boolean {
    return this.#splitter.ended;
  }

  /**
   * Takes the next bytes of the file. Images and graphs may be views of them, so that they must not change.
   * @param room where numbers of histograms go; by default each list has memory of its own
   * @returns the events that are complete with them, in the order of the file
   */
  push(bytes: Uint8Array, room?: AllocateNumbers): LoggedEvent[] {
    const events: LoggedEvent[] = [];
    for (const piece of this.#splitter.push(bytes)) {
      if ('warning' in piece) {
        this.#onWarning(piece.warning);
        continue;
      }
      try {
        for (const event of this.#decoder.decode(piece.data, room)) events.push(event);
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error;
        this.#onWarning({ offset: piece.offset, reason: error.message, final: false });
      }
    }
    return events;
  }

  /** Forgets what came of the last record: it is to be pushed again, from {@link offset} on. */
  rewind(): void {
    if (!this.ended) this.#splitter = new RecordSplitter(this.offset);
  }
}
