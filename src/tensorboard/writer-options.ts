import { describe } from '../hooks/index.ts';

/** How a SummaryWriter names its files and when it writes. */
export interface SummaryWriterOptions {
  /**
   * Added to the name of the default log directory. Without effect where a log directory is given.
   * @default ''
   */
  readonly comment?: string;
  /**
   * A record waits in memory for at most so many seconds. 0 writes each one at once.
   * @default 120
   */
  readonly flushSecs?: number;
  /**
   * When so many records wait in memory, they are written. 1 writes each one at once.
   * @default 10
   */
  readonly maxQueue?: number;
  /**
   * Added to the name of the event file.
   * @default ''
   */
  readonly filenameSuffix?: string;
}

const EXPECTED: Record<keyof SummaryWriterOptions, [expected: string, accepts: (value: unknown) => boolean]> = {
  comment: ['a string', (value) => typeof value === 'string'],
  flushSecs: ['seconds, 0 or more', (value) => typeof value === 'number' && value >= 0],
  maxQueue: [
    'a whole number, 1 or more, or Infinity',
    (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1),
  ],
  filenameSuffix: ['a string', (value) => typeof value === 'string'],
};

/**
 * Checks the options and fills in the defaults. An option that is undefined counts as not given.
 * @throws TypeError that names the option, what came and what was expected
 */
export function readOptions(options: unknown): Required<SummaryWriterOptions> {
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
  const { comment = '', flushSecs = 120, maxQueue = 10, filenameSuffix = '' } = options as SummaryWriterOptions;
  return { comment, flushSecs, maxQueue, filenameSuffix };
}
