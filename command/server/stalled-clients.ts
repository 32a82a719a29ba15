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
export function stalledClients(clock: Clock): { watch(socket: Socket): void; stop(): void } {
  const sockets = new Map<Socket, Progress>();
  const look = () => {
    const now = clock.now();
    for (const [socket, seen] of sockets) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== seen.taken) [seen.taken, seen.since] = [taken, now];
      else if (now - seen.since >= LONGEST_STALL) socket.destroy();
    }
  };
  return {
    stop: clock.every(INTERVAL, look),
    watch(socket) {
      sockets.set(socket, { taken: 0, since: clock.now() });
      socket.once('close', () => sockets.delete(socket));
    },
  };
}
