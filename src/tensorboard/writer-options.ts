import { describe } from '../check/index.ts';
import type { TensorReader } from '../hooks/index.ts';
import type { EventSink } from './sinks/event-sink.ts';

/** How a SummaryWriter names its files, where they go, and when it writes. */
export interface SummaryWriterOptions<T = never> {
  /**
   * Added to the name of the default log directory. Without effect where a log directory is given.
   * @default ''
   */
  readonly comment?: string;
  /**
   * The run goes on from this step after a crash: what an earlier file of this log directory has from it on is to be
   * hidden. Readers follow it differently: see docs/tensorboard.md.
   */
  readonly purgeStep?: number | bigint;
  /**
   * When so many records wait in memory, they are written. 1 writes each one at once.
   * @default 10
   */
  readonly maxQueue?: number;
  /**
   * A record that is so many seconds old is written with the next one, however many wait. 0 writes each one at once.
   * @default 120
   */
  readonly flushSecs?: number;
  /**
   * Added to the names of the event files.
   * @default ''
   */
  readonly filenameSuffix?: string;
  /** Where the files go. Default, in Node: into directories. */
  readonly sink?: EventSink;
  /** How the tensors of a framework are read, so that the methods take them. */
  readonly reader?: TensorReader<T>;
}

/** The options with their defaults; those without one may be undefined. */
export interface ReadOptions {
  readonly comment: string;
  readonly purgeStep: number | bigint | undefined;
  readonly maxQueue: number;
  readonly flushSecs: number;
  readonly filenameSuffix: string;
  readonly sink: EventSink | undefined;
  readonly reader: TensorReader | undefined;
}

const EXPECTED: Record<keyof SummaryWriterOptions, [expected: string, accepts: (value: unknown) => boolean]> = {
  comment: ['a string', (value) => typeof value === 'string'],
  purgeStep: ['a number or a bigint', (value) => typeof value === 'number' || typeof value === 'bigint'],
  maxQueue: [
    'a whole number, 1 or more, or Infinity',
    (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1),
  ],
  flushSecs: ['seconds, 0 or more', (value) => typeof value === 'number' && value >= 0],
  filenameSuffix: ['a string without a path separator', (value) => typeof value === 'string' && !/[/\\\0]/.test(value)],
  sink: ['an object with a method create()', (value) => hasMethods(value, ['create'])],
  reader: ['a TensorReader', (value) => hasMethods(value, ['is', 'shape', 'values'])],
};

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function');
}

/**
 * Checks the options and fills in the defaults. An option that is undefined counts as not given.
 * @throws TypeError that names the option, what came and what was expected
 */
export function readOptions(options: unknown): ReadOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`SummaryWriter: options is ${describe(options)}; expected an object`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(EXPECTED, name)) {
      throw new TypeError(`SummaryWriter: unknown option ${name}; there are ${Object.keys(EXPECTED).join(', ')}`);
    }
    const [expected, accepts] = EXPECTED[name as keyof SummaryWriterOptions];
    if (value !== undefined && !accepts(value)) {
      throw new TypeError(`SummaryWriter: option ${name} is ${describe(value)}; expected ${expected}`);
    }
  }
  const given = options as SummaryWriterOptions;
  const { comment = '', maxQueue = 10, flushSecs = 120, filenameSuffix = '', purgeStep, sink, reader } = given;
  return { comment, purgeStep, maxQueue, flushSecs, filenameSuffix, sink, reader };
}
