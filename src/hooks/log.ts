import {
  absorb,
  checkOptions,
  describe,
  describeError,
  FUNCTION,
  isThenable,
  POSITIVE_INTEGER,
  type Summary,
} from '../check/index.ts';
import { describeModule } from './core/describe-module.ts';
import { forEachTensor } from './core/each-tensor.ts';
import type { ReadingEvent } from './core/event.ts';
import { NO_READER, summaryOf } from './core/reader.ts';

/** Options of `log`. */
export interface LogOptions {
  /** Logs the first call after the registration and every n-th after that. Default 1. */
  every?: number;
  /** Gets each line. Default `console.log`, looked up at each call. */
  print?: (line: string) => void;
}

/** True while a line is printed: by a logged method, such as `console.log`, that must not be logged again for its own line. */
let isPrinting = false;

/**
 * An observer for one module that prints a line of statistics for each tensor of an output, or a description of an output
 * without tensors. A line begins with the module, the tensor's place in the output, and the call: `lstm/0 #3`.
 */
export function logger(options: LogOptions = {}): (event: ReadingEvent) => Promise<unknown> | undefined {
  checkOptions('log()', options, { every: POSITIVE_INTEGER, print: FUNCTION });
  const { every = 1, print: write = (line: string) => console.log(line) } = options;
  const print = (line: string): void => {
    isPrinting = true;
    try {
      write(line);
    } finally {
      isPrinting = false;
    }
  };
  let seen = 0;
  let explained = false;
  return ({ module, path, output, call, reader }) => {
    if (isPrinting || seen++ % every !== 0) return undefined;
    const name = path === '' ? describeModule(module) : path;
    let waiting: PromiseLike<void>[] | undefined;
    const visit = (tensor: unknown, place: string): void => {
      const start = `${name}${place} #${call}`;
      // Read now: the framework may free the tensor before an asynchronous summary arrives.
      const shape = reader!.shape(tensor).join(', ');
      const line = (summary: Summary | undefined) =>
        print(`${start} [${shape}] ${summary === undefined ? 'no numbers' : statistics(summary)}`);
      // A tensor that cannot be read must not stop the others.
      const refused = (error: unknown): void => {
        if (place === '') throw error;
        print(`${start} [${shape}] cannot be read: ${describeError(error)}`);
      };
      let summary: ReturnType<typeof summaryOf>;
      try {
        summary = summaryOf('log()', reader!, tensor);
      } catch (error) {
        refused(error);
        return;
      }
      if (!isThenable(summary)) {
        line(summary);
        return;
      }
      const printed = summary.then(line, refused);
      // Nothing awaits it if another line fails first.
      absorb(printed);
      waiting ??= [];
      waiting.push(printed);
    };
    const found = reader !== undefined && forEachTensor(output, (value) => reader.is(value), visit);
    if (found) return waiting && Promise.all(waiting);
    const isObject = output !== null && typeof output === 'object';
    // Said once: numbers may be inside.
    const why = reader === undefined && isObject && !explained ? `; no statistics: ${NO_READER}` : '';
    explained ||= why !== '';
    print(`${name} #${call}: ${describe(output)}${why}`);
    return undefined;
  };
}

function statistics({ count, mean, variance, min, max, zeros, ...others }: Summary): string {
  const number = (value: number) => (Number.isNaN(value) ? '–' : value.toPrecision(4));
  const parts = [
    `mean ${number(mean)}`,
    `std ${number(Math.sqrt(variance))}`,
    `min ${number(min)}`,
    `max ${number(max)}`,
    `zeros ${count === 0 ? '–' : `${((100 * zeros) / count).toFixed(1)} %`}`,
  ];
  const { nan, positiveInfinity, negativeInfinity } = others;
  for (const [name, found] of Object.entries({ NaN: nan, '+Inf': positiveInfinity, '-Inf': negativeInfinity })) {
    if (found > 0) parts.push(`${name} ${found}`);
  }
  return parts.join('  ');
}
