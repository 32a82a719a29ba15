import type { Socket } from 'node:net';

/** Time, passed in so that tests can drive it. */
export interface Clock {
  /** Milliseconds from an arbitrary origin. */
  now(): number;
  /** Calls `action` repeatedly. @returns a function that stops it */
  every(milliseconds: number, action: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  every(milliseconds, action) {
    const timer = setInterval(action, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** A client that reads nothing of its answer for this long, in milliseconds, is disconnected. */
export const LONGEST_STALL = 30_000;
const INTERVAL = 5_000;

interface Progress {
  /** The bytes that the client has taken, and when that last changed. */
  taken: number;
  since: number;
}

/**
 * Disconnects clients that do not read their answers, so that they hold neither files nor connections. Node's own timeout
 * starts when the system last took bytes, and is applied twice.
 */
export class StalledClients {
  readonly #clock: Clock;
  readonly #sockets: Map<Socket, Progress> = new Map();
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
