import { defer, Observable, type ObservableInput } from 'rxjs';

/**
 * Consumes values one at a time: the next after the Observable or promise of the last one has completed. As `concatMap`, but
 * which values wait is up to `take`.
 * @param take puts what is to be consumed of a value into the list of those that wait; what it throws is an error of the stream,
 *   as an error of `consume` is
 */
export function inTurn<T, C, R>(
  source: Observable<T>,
  take: (value: T, waiting: C[]) => void,
  consume: (value: C) => ObservableInput<R>,
): Observable<R> {
  return new Observable((subscriber) => {
    const waiting: C[] = [];
    let busy = false;
    let ended = false;
    let isTaking = false;
    const error = (cause: unknown) => subscriber.error(cause);

    function next(): void {
      // A synchronous consumer comes back while the loop runs: going on here would overflow the stack.
      if (isTaking) return;
      isTaking = true;
      while (!busy && !subscriber.closed && waiting.length > 0) {
        busy = true;
        const value = waiting.shift() as C;
        subscriber.add(
          defer(() => consume(value)).subscribe({
            next: (result) => subscriber.next(result),
            error,
            complete() {
              busy = false;
              next();
            },
          }),
        );
      }
      isTaking = false;
      if (ended && !busy) subscriber.complete();
    }

    subscriber.add(
      source.subscribe({
        next(value) {
          try {
            take(value, waiting);
          } catch (cause) {
            error(cause);
          }
          next();
        },
        error,
        complete() {
          ended = true;
          next();
        },
      }),
    );
  });
}
