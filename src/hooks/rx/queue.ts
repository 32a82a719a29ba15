import { from, Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { checkOptions, describe } from '../../check/index.ts';
import { isOfAnyCopy } from '../hookable.ts';

export interface QueueOptions {
  /** How many values may wait. */
  capacity: number;
  /**
   * What happens when one comes and the queue is full: `drop-oldest` takes the first that waits out, `drop-newest`
   * leaves the new one out, `sample` keeps an even sample of all that came since the queue was last not full
   * (reservoir sampling: Vitter, 1985, algorithm R). Default `drop-oldest`.
   */
  policy?: 'drop-oldest' | 'drop-newest' | 'sample';
  /** Called each time that a value is dropped, with how many were so far. */
  onDrop?: (dropped: number) => void;
  /** Random numbers in [0, 1) for `sample`. Default `Math.random`. */
  random?: () => number;
}

const POLICIES = ['drop-oldest', 'drop-newest', 'sample'];

/**
 * An operator that stands between a forward and a consumer that takes its time: `concatMap` with a bounded queue.
 * `consume` is called with one value at a time, the next when what it gave (a promise, an Observable) has completed;
 * values that come meanwhile wait, and when too many wait some are dropped. The forward is never held up.
 *
 * Events are refused: they hold live tensors, which their framework may free or write to while they wait. Put
 * `statistics()` before it, or a `map` that copies what is needed.
 *
 * @example
 * net.observe().pipe(
 *   statistics(),
 *   queue({ capacity: 100, onDrop: (n) => console.warn(n, 'lost') }, (row) => fetch('/log', { method: 'POST', body: JSON.stringify(row) })),
 * );
 * @throws TypeError or RangeError for wrong options, at once. An event, and what `consume`, `onDrop` or `random` throws, is an error of the stream
 */
export function queue<T, R>(options: QueueOptions, consume: (value: T) => ObservableInput<R>): OperatorFunction<T, R> {
  checkOptions('queue()', options, ['capacity', 'policy', 'onDrop', 'random']);
  const { capacity, policy = 'drop-oldest', onDrop, random = Math.random } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`queue(): option "capacity" must be a whole number of at least 1, got ${describe(capacity)}`);
  }
  if (!POLICIES.includes(policy)) {
    throw new TypeError(`queue(): option "policy" must be one of ${POLICIES.join(', ')}, got ${describe(policy)}`);
  }
  for (const [name, value] of Object.entries({ consume, onDrop: onDrop ?? consume, random })) {
    if (typeof value !== 'function') throw new TypeError(`queue(): ${name} must be a function, got ${describe(value)}`);
  }

  return (source) =>
    new Observable<R>((subscriber) => {
      const waiting: T[] = [];
      let busy = false;
      let ended = false;
      let dropped = 0;
      /** How many came since the queue was last not full, those that fill it included: what a sample is one of. */
      let came = 0;

      function put(value: T): void {
        if (waiting.length < capacity) {
          waiting.push(value);
          came = waiting.length;
          return;
        }
        came++;
        dropped++;
        // Which one goes: -1 is the new one. What comes behind moves up, so that the order stays.
        const place = { 'drop-oldest': 0, 'drop-newest': -1, sample: Math.floor(random() * came) }[policy];
        if (place >= 0 && place < capacity) {
          waiting.splice(place, 1);
          waiting.push(value);
        }
        onDrop?.(dropped);
      }

      function next(): void {
        // A loop and no recursion: consumers that are done at once would fill the stack.
        while (!busy && !subscriber.closed && waiting.length > 0) {
          busy = true;
          const value = waiting.shift() as T;
          try {
            subscriber.add(
              from(consume(value)).subscribe({
                next: (result) => subscriber.next(result),
                error: (error) => subscriber.error(error),
                complete: () => {
                  busy = false;
                  next();
                },
              }),
            );
          } catch (error) {
            subscriber.error(error);
          }
        }
        if (ended && !busy) subscriber.complete();
      }

      subscriber.add(
        source.subscribe({
          next: (value) => {
            try {
              refuseEvent(value);
              put(value);
            } catch (error) {
              subscriber.error(error);
            }
            next();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            ended = true;
            next();
          },
        }),
      );
    });
}

function refuseEvent(value: unknown): void {
  if (!isOfAnyCopy((value as { module?: unknown } | null | undefined)?.module)) return;
  throw new TypeError('queue(): an event holds a live tensor; put statistics(), or a map that copies, before it');
}
