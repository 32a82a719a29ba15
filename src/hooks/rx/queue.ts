import { defer, type ObservableInput, type OperatorFunction } from 'rxjs';
import { check, checkOptions, FUNCTION, oneOf, POSITIVE_INTEGER } from '../../check/index.ts';
import { isOfAnyCopy } from '../hookable.ts';
import { inTurn } from './in-turn.ts';

/** Options of {@link queue}. */
export interface QueueOptions {
  /** How many values may wait. At least 1. */
  capacity: number;
  /**
   * What a full queue drops: `drop-oldest` the value that has waited longest, `drop-newest` the new one; `sample` keeps
   * an even sample of the values since the queue became full (reservoir sampling: Vitter, 1985, algorithm R). Default
   * `drop-oldest`.
   */
  policy?: 'drop-oldest' | 'drop-newest' | 'sample';
  /** Called for each dropped value, with the number dropped so far. */
  onDrop?: (dropped: number) => void;
  /** Random numbers in [0, 1) for `sample`. Default `Math.random`. */
  random?: () => number;
}

/**
 * An operator for slow consumers: `concatMap` with a bounded queue. `consume` gets one value at a time, the next after
 * the promise or Observable that it returned has completed. Values wait in the queue, and are dropped when it is full. The
 * forward never waits.
 *
 * Events are refused: they hold live tensors, which may be freed or overwritten while they wait. Put `statistics()` before
 * it, or a `map` that copies what is needed.
 *
 * @example
 * net.observe().pipe(
 *   statistics(),
 *   queue({ capacity: 100, onDrop: (n) => console.warn(n, 'lost') }, (row) => fetch('/log', { method: 'POST', body: JSON.stringify(row) })),
 * );
 * @throws TypeError or RangeError for wrong options. Events, and errors of `consume`, `onDrop` or `random`, are errors of the
 *   stream
 */
export function queue<T, R>(options: QueueOptions, consume: (value: T) => ObservableInput<R>): OperatorFunction<T, R> {
  const policies = oneOf(['drop-oldest', 'drop-newest', 'sample']);
  checkOptions('queue()', options, {
    capacity: POSITIVE_INTEGER,
    policy: policies,
    onDrop: FUNCTION,
    random: FUNCTION,
  });
  const { capacity, policy = 'drop-oldest', onDrop, random = Math.random } = options;
  check('queue()', 'option "capacity"', capacity, POSITIVE_INTEGER);
  check('queue()', 'consume', consume, FUNCTION);

  return (source) =>
    // For each subscription anew.
    defer(() => {
      let dropped = 0;
      /** Values since the queue became full, with those that fill it: the population of a sample. */
      let came = 0;

      function take(value: T, waiting: T[]): void {
        refuseEvent(value);
        if (waiting.length < capacity) {
          waiting.push(value);
          came = waiting.length;
          return;
        }
        came++;
        dropped++;
        // The index to drop; -1 is the new value. The order of the others stays.
        const place = { 'drop-oldest': 0, 'drop-newest': -1, sample: Math.floor(random() * came) }[policy];
        if (place >= 0 && place < capacity) {
          waiting.splice(place, 1);
          waiting.push(value);
        }
        onDrop?.(dropped);
      }
      return inTurn(source, take, consume);
    });
}

function refuseEvent(value: unknown): void {
  if (!isOfAnyCopy((value as { module?: unknown } | null | undefined)?.module)) return;
  throw new TypeError('queue(): an event holds a live tensor; put statistics(), or a map that copies, before it');
}
