import { check, FUNCTION } from '../../check/index.ts';
import { MalformedMessage } from '../../protobuf/index.ts';
import type { AllocateNumbers } from '../format/number-list.ts';
import { EventDecoder } from './decode-event.ts';
import type { LoggedEvent } from './logged-event.ts';
import type { TakeScalar } from './plain-scalar.ts';
import { type Piece, type ReadWarning, RecordSplitter, type TakeRecord } from './record-splitter.ts';

/** Called for each part of a file that cannot be read. */
export type OnWarning = (warning: ReadWarning) => void;

export const printWarning = ({ offset, reason }: ReadWarning): void => {
  console.warn(`layertap: an event file, byte ${offset}: ${reason}`);
};

/**
 * Reads an event file from its bytes, in any pieces: whole records, of which it checks both checksums. A corrupt record is
 * skipped and reported. A corrupt length ends the file, since it hides where the next record begins.
 *
 * @example
 * const reader = new EventReader();
 * for await (const bytes of response.body) {
 *   for (const event of reader.push(bytes)) if (event.kind === 'scalar') plot(event.tag, event.step, event.value);
 * }
 */
export class EventReader {
  static readonly className: string = 'EventReader';
  #splitter: RecordSplitter = new RecordSplitter();
  readonly #decoder: EventDecoder = new EventDecoder();
  readonly #onWarning: OnWarning;

  /**
   * @param onWarning called for each corrupt record. Default: `console.warn`
   * @throws TypeError for anything but a function
   */
  constructor(onWarning: OnWarning = printWarning) {
    check('EventReader', 'onWarning', onWarning, FUNCTION);
    // The caller's function is to have no `this`.
    this.#onWarning = (warning) => onWarning(warning);
  }

  /** Bytes of the file up to the end of the last whole record. */
  get offset(): number {
    return this.#splitter.offset;
  }

  /** Bytes that were pushed of a record that is not complete yet. */
  get pending(): number {
    return this.#splitter.pending;
  }

  /** Whether a corrupt length has ended the file. */
  get ended(): boolean {
    return this.#splitter.ended;
  }

  /**
   * Takes the next bytes of the file. They must not change: images and graphs may be views of them.
   * @param allocate memory for the numbers of histograms. Default: new memory for each list
   * @returns the events that they complete, in the order of the file
   */
  push(bytes: Uint8Array, allocate?: AllocateNumbers): LoggedEvent[] {
    const events: LoggedEvent[] = [];
    for (const piece of this.#splitter.push(bytes)) this.#decode(piece, events, allocate);
    return events;
  }

  /**
   * Like {@link push}, but passes scalars to a function, without an object for each: twice as fast for a file of scalars.
   * @param others takes all other events. They come in order, between the scalars before and after them
   */
  pushScalars(
    bytes: Uint8Array,
    scalar: TakeScalar,
    others: (event: LoggedEvent) => void,
    allocate?: AllocateNumbers,
  ): void {
    const take: TakeRecord = (bytes, view, start, end) => {
      if (this.#decoder.takePlainScalar(bytes, view, start, end, scalar)) return true;
      const events: LoggedEvent[] = [];
      this.#decode({ offset: this.offset, data: bytes.subarray(start, end) }, events, allocate);
      for (const event of events) {
        const { kind } = event;
        if (kind !== 'scalar' || !scalar(event.tag, event.step, event.wallTime, event.value)) others(event);
      }
      return true;
    };
    for (const warning of this.#splitter.push(bytes, take)) this.#decode(warning, [], allocate);
  }

  #decode(piece: Piece, events: LoggedEvent[], allocate: AllocateNumbers | undefined): void {
    if ('warning' in piece) {
      this.#onWarning(piece.warning);
      return;
    }
    try {
      for (const event of this.#decoder.decode(piece.data, allocate)) events.push(event);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.#onWarning({ offset: piece.offset, reason: error.message, final: false });
    }
  }

  /** Discards {@link pending} bytes: continue with the bytes from {@link offset} on. */
  rewind(): void {
    if (!this.ended) this.#splitter = new RecordSplitter(this.offset);
  }
}
