import type { Socket } from 'node:net';

/** Time, as a test may drive it. */
export interface Clock {
  /** In milliseconds from any beginning. */
  now(): number;
  /** Calls something again and again. @returns how to end that */
  every(milliseconds: number, action: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  every(milliseconds, action) {
    const timer = setInterval(action, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** A client that takes nothing of what waits for it for this long, in milliseconds, is disconnected. */
export const LONGEST_STALL = 30_000;
const INTERVAL = 5_000;

/** What is known of a connection. */
interface Seen {
  /** How many bytes it had taken, and when that changed last. */
  taken: number;
  since: number;
}

/**
 * Disconnects clients that do not read their answers, so that they hold neither a file nor a place among the connections.
 * Node's own timeout counts from the last time that the system took some bytes, and a second time after that.
 */
export class StalledClients {
  readonly #clock: Clock;
  readonly #sockets: Map<Socket, Seen> = new Map();
  /** Ends the looking. */
  readonly stop: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.stop = clock.every(INTERVAL, () => this.#look());
  }

  watch(socket: Socket): void {
    this.#sockets.set(socket, { taken: 0, since: this.#clock.now() });
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [socket, seen] of this.#sockets) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== seen.taken) [seen.taken, seen.since] = [taken, now];
      else if (now - seen.since >= LONGEST_STALL) socket.destroy();
    }
  }
}
