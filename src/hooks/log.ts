import { describe, isThenable } from '../check/index.ts';
import type { Summary } from '../kernels/index.ts';
import { checkOptions } from './check-arguments.ts';
import { describeModule } from './describe-module.ts';
import type { ForwardEvent } from './event.ts';
import { hookTable } from './hook-table.ts';
import { summaryOf } from './summary-of.ts';

export interface LogOptions {
  /** Logs call 0, `every`, 2 `every`, …. Default 1. */
  every?: number;
  /** What a line is given to. Default `console.log`, looked up at each call. */
  print?: (line: string) => void;
}

/** An observer that prints a line of statistics for each output that is a tensor, and says what others are. */
export function logger(options: LogOptions = {}): (event: ForwardEvent) => void | Promise<void> {
  checkOptions('log()', options, ['every', 'print']);
  const { every = 1, print = (line: string) => console.log(line) } = options;
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new RangeError(`log(): option "every" must be a whole number of at least 1, got ${describe(every)}`);
  }
  if (typeof print !== 'function')
    throw new TypeError(`log(): option "print" must be a function, got ${describe(print)}`);
  return (event) => {
    const { module, path, output, call } = event;
    if (call % every !== 0) return;
    const start = `${path === '' ? describeModule(module) : path} #${call}`;
    const { reader } = hookTable(module);
    if (!reader?.is(output)) return print(`${start}: ${describe(output)}`);
    // Asked at once: a framework may have freed the tensor when its summary comes.
    const shape = reader.shape(output).join(', ');
    const line = (summary: Summary) => print(`${start} [${shape}] ${statistics(summary)}`);
    const summary = summaryOf(reader, output);
    return isThenable(summary) ? Promise.resolve(summary.then(line)) : line(summary);
  };
}

function statistics({
  count,
  mean,
  variance,
  min,
  max,
  zeros,
  nan,
  positiveInfinity,
  negativeInfinity,
}: Summary): string {
  const number = (value: number) => (Number.isNaN(value) ? '–' : value.toPrecision(4));
  const parts = [
    `mean ${number(mean)}`,
    `std ${number(Math.sqrt(variance))}`,
    `min ${number(min)}`,
    `max ${number(max)}`,
    `zeros ${count === 0 ? '–' : `${((100 * zeros) / count).toFixed(1)} %`}`,
  ];
  // What should not be there is said only where it is.
  for (const [name, found] of [
    ['NaN', nan],
    ['+Inf', positiveInfinity],
    ['-Inf', negativeInfinity],
  ] as const) {
    if (found > 0) parts.push(`${name} ${found}`);
  }
  return parts.join('  ');
}
