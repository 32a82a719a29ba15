/** @file The messages between a source in a worker and the page that shows it. */
import { mismatch } from '../../src/check/index.ts';
import type { Activation, Want } from '../activation/activation.ts';
import { packPoints, unpackPoints } from '../data/pack-points.ts';
import type { ViewerPoint } from '../data/points.ts';
import type { PackedUpdate } from '../data/scalar-update.ts';
import type { ScalarQuestion, ScalarWant } from '../data/scalar-wants.ts';
import type { Progress } from './data-source.ts';

// biome-ignore lint/suspicious/noExplicitAny: messages, transferable objects and listeners have other types in Node
type Any = any;

/** A MessagePort, a Worker, or the global scope of a worker; in browsers and in Node. */
export interface MessageEnd {
  postMessage(message: Any, options: Any): void;
  addEventListener?(type: string, listener: Any): void;
  removeEventListener?(type: string, listener: Any): void;
  /** Node's Worker has `on` and `off` in place of the two above. Listeners get the message itself, not an event. */
  on?(type: string, listener: Any): unknown;
  off?(type: string, listener: Any): unknown;
  /** A MessagePort delivers nothing before this call. */
  start?(): void;
}

export type FromPage =
  /** `only`: no points are wanted. `scalars`: the page asks for what it shows of scalars; otherwise they are points. */
  | { readonly type: 'connect'; readonly only?: boolean; readonly scalars?: boolean }
  | { readonly type: 'scalarWants'; readonly wants: readonly ScalarWant[] }
  | { readonly type: 'tookScalars' }
  | { readonly type: 'question'; readonly id: number; readonly question: ScalarQuestion }
  | { readonly type: 'disconnect' }
  | { readonly type: 'taken'; readonly batch: number }
  /** All outputs that the page shows now. */
  | { readonly type: 'wants'; readonly wants: readonly Want[] }
  | { readonly type: 'shown'; readonly want: number };

export type FromWorker =
  /** A page that sent `connect` before there was a source sends it again. */
  | { readonly type: 'ready' }
  | { readonly type: 'points'; readonly batch: number; readonly points: readonly ViewerPoint[] }
  | { readonly type: 'scalars'; readonly update: PackedUpdate }
  | { readonly type: 'answer'; readonly id: number; readonly update: PackedUpdate }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'offer'; readonly run: string; readonly tag: string }
  | { readonly type: 'activation'; readonly activation: Activation };

const MARK = 'layertap viewer';

/** @throws TypeError if it is not a {@link MessageEnd} */
export function checkPort(where: string, port: unknown): void {
  const { postMessage, addEventListener, on } = (port ?? {}) as Partial<MessageEnd>;
  if (typeof postMessage === 'function' && typeof (addEventListener ?? on) === 'function') return;
  throw mismatch(where, 'the port', 'a Worker, a MessagePort or the scope of a worker', port);
}

/** Points travel as bytes: one transferred array costs less than an object for each. */
export function post(end: MessageEnd, message: FromPage | FromWorker): void {
  if (message.type !== 'points') {
    const transfer =
      message.type === 'activation'
        ? [message.activation.cells.buffer]
        : 'update' in message
          ? [message.update.heads.buffer, message.update.numbers.buffer]
          : [];
    end.postMessage({ ...message, layertap: MARK }, { transfer });
    return;
  }
  const packed = packPoints(message.points);
  end.postMessage({ ...message, points: packed, layertap: MARK }, { transfer: [packed.buffer] });
}

/**
 * Listens to messages of layertap.
 * @param onGone called when the other end has gone, if the engine tells, and when it failed
 * @returns a function that stops listening
 */
export function listen<Message extends FromPage | FromWorker>(
  end: MessageEnd,
  onMessage: (message: Message) => void,
  onGone: (why: string) => void,
): () => void {
  const take = (data: { layertap?: unknown; points?: Uint8Array } | null | undefined) => {
    if (data?.layertap !== MARK) return;
    onMessage((data.points === undefined ? data : { ...data, points: unpackPoints(data.points) }) as Message);
  };
  const gone = () => onGone('the other end is gone');
  if (end.addEventListener === undefined) {
    end.on?.('message', take);
    end.on?.('exit', gone);
    return () => {
      end.off?.('message', take);
      end.off?.('exit', gone);
    };
  }
  const listeners = {
    message: (event: { data: object }) => take(event.data),
    close: gone,
    error: (event: { message?: string }) => onGone(`the worker failed: ${event.message ?? 'it could not start'}`),
  };
  for (const [type, listener] of Object.entries(listeners)) end.addEventListener(type, listener);
  end.start?.();
  return () => {
    for (const [type, listener] of Object.entries(listeners)) end.removeEventListener?.(type, listener);
  };
}
