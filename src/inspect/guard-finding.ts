/** @file What a guard found, and as text. */
import type { Summary } from '../check/index.ts';
import { columns } from './report-text.ts';

/** One tensor in the output of a call. */
export interface GuardFrame {
  readonly path: string;
  readonly kind: string;
  /** The number of the call, as in the events of observers. */
  readonly call: number;
  /** Where the tensor is in the output: '' for the output itself, else as '/hidden/0'. */
  readonly place: string;
  readonly shape: readonly number[];
  readonly statistics: Summary;
}

export interface GuardFinding extends GuardFrame {
  /** As a sentence. */
  readonly why: string;
  /** The last calls of every module before it, by path and oldest first. */
  readonly history: ReadonlyMap<string, readonly GuardFrame[]>;
  /** The last tensors before it, of all modules, oldest first. */
  readonly before: readonly GuardFrame[];
  /** Settles when the files have been written; undefined without the option `save`. */
  readonly saved: Promise<void> | undefined;
  /** Where and why, with a table of the tensors before it. */
  toString(): string;
}

export function findingText({ path, kind, call, place, why, before, ...frame }: GuardFinding): string {
  const rows = [...before, { path, kind, call, place, ...frame }].map((one) => {
    const { min, max, mean, nan, positiveInfinity, negativeInfinity } = one.statistics;
    const numbers = [mean, min, max].map((value) => value.toPrecision(4));
    return [
      `${one.path || '(the model)'}${one.place} #${one.call}`,
      one.kind,
      ...numbers,
      String(nan),
      String(positiveInfinity + negativeInfinity),
    ];
  });
  const table = columns([['module', 'type', 'mean', 'min', 'max', 'NaN', 'infinite'], ...rows]);
  return [
    `${why}, in the output of ${path || 'the model'}${place} (${kind}), call ${call}`,
    ...table.map((line) => `  ${line}`),
  ].join('\n');
}
