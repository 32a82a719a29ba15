import { ANYTHING, checkOptions, FUNCTION, type Rule, rule, STRING } from '../check/index.ts';
import type { TensorReader } from '../hooks/index.ts';
import type { EventSink } from './sinks/event-sink.ts';
import type { HistogramBins } from './summaries/bins.ts';
import type { Label } from './summaries/embedding.ts';
import type { SummaryValues } from './values.ts';

/** How a SummaryWriter names its files, where they go, and when it writes. */
export interface SummaryWriterOptions<T = never> {
  /** Appended to the default log directory. Ignored if a log directory is given. Default ''. */
  readonly comment?: string;
  /**
   * The run resumes at this step after a crash: what an earlier file of this log directory has from it on is to be hidden.
   * Readers differ: see docs/tensorboard.md.
   */
  readonly purgeStep?: number | bigint;
  /** Records are written when this many wait in memory. 1 writes each at once. Default 10. */
  readonly maxQueue?: number;
  /** A record of this age in seconds is written when the next one is added. 0 writes each at once. Default 120. */
  readonly flushSecs?: number;
  /** Appended to the names of event files. Default ''. */
  readonly filenameSuffix?: string;
  /** Where the files go. Default, in Node: into directories. */
  readonly sink?: EventSink;
  /** Reads the tensors of a framework, so that the methods accept them. */
  readonly reader?: TensorReader<T>;
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => FUNCTION.accepts((value as Record<string, unknown> | null)?.[name]));
}

type WithDefault = 'comment' | 'maxQueue' | 'flushSecs' | 'filenameSuffix';
type ReadOptions = Required<Pick<SummaryWriterOptions, WithDefault>> & {
  readonly [K in Exclude<keyof SummaryWriterOptions, WithDefault>]: SummaryWriterOptions[K] | undefined;
};

/** Checks the options and fills in the defaults. @throws TypeError */
export function readOptions(options: unknown): ReadOptions {
  checkOptions('SummaryWriter', options, {
    comment: STRING,
    purgeStep: rule('a number or a bigint', (value) => typeof value === 'number' || typeof value === 'bigint'),
    maxQueue: rule(
      'a whole number, 1 or more, or Infinity',
      (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1),
    ),
    flushSecs: rule('seconds, 0 or more', (value) => typeof value === 'number' && value >= 0),
    filenameSuffix: rule(
      'a string without a path separator',
      (value) => typeof value === 'string' && !/[/\\\0]/.test(value),
    ),
    sink: rule('an object with a method create()', (value) => hasMethods(value, ['create'])),
    reader: rule('a TensorReader', (value) => hasMethods(value, ['is', 'shape', 'values'])),
  });
  const given = options as SummaryWriterOptions;
  const { comment = '', maxQueue = 10, flushSecs = 120, filenameSuffix = '', purgeStep, sink, reader } = given;
  return { comment, purgeStep, maxQueue, flushSecs, filenameSuffix, sink, reader };
}

/** A step of a series: a whole number; for steps beyond the safe integers, a 64-bit bigint. */
export type Step = number | bigint;

/** Options of every method that adds something. */
export interface AddOptions {
  /** Time of the record, in seconds since 1970. Default: now. */
  readonly wallTime?: number;
}

/** Options of `addScalar`. */
export interface AddScalarOptions extends AddOptions {
  /** Store a tensor with metadata instead of the older `simple_value`. Default false. */
  readonly newStyle?: boolean;
  /** With `newStyle`: store a float64, which TensorBoard's fast loader does not accept as a scalar. Default false. */
  readonly doublePrecision?: boolean;
}

/** Options of `addHistogram`. */
export interface AddHistogramOptions extends AddOptions {
  /** Default `'tensorflow'`: 1548 bins that grow by a tenth from ±1e-12 to ±9.92e19. */
  readonly bins?: HistogramBins;
  /** If there are more bins, neighbours are merged; as in PyTorch, one more than this may be left. */
  readonly maxBins?: number;
}

/** Options of `addImage`. */
export interface AddImageOptions extends AddOptions {
  /** The meaning of each dimension: the letters of HW, CHW or NCHW, in any order. Default CHW, HWC for ImageData, NCHW for a batch. */
  readonly dataformats?: string;
}

/** Options of `addHparams`. */
export interface AddHparamsOptions extends AddOptions {
  /** All values that a hyperparameter may have, by its name. */
  readonly hparamDomainDiscrete?: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  /** The run, below the log directory. Default: the time. */
  readonly runName?: string;
  /** Default 0. */
  readonly step?: Step;
}

/** Options of `addEmbedding`. */
export interface AddEmbeddingOptions<T = never> {
  /** A label for each row; with `metadataHeader` an array of them. */
  readonly metadata?: readonly Label[];
  /** The names of the labels' columns. */
  readonly metadataHeader?: readonly string[];
  /** An image for each row: `[count, channels, height, width]`, of 1 or 3 channels, 0 to 1 or bytes. */
  readonly labelImg?: SummaryValues | T;
  /** Default: the tag's next one, from 0. */
  readonly step?: Step;
  /** The embedding's name. Default 'default', as in PyTorch. */
  readonly tag?: string;
}

const ARRAY = rule('an array', Array.isArray);
const wallTime = rule('seconds, a finite number', Number.isFinite);

/** The options of each method. {@link ANYTHING} is checked elsewhere, or only tested for truth. */
export const METHOD_RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  addScalar: { wallTime, newStyle: ANYTHING, doublePrecision: ANYTHING },
  addScalars: { wallTime },
  addHistogram: { wallTime, bins: ANYTHING, maxBins: ANYTHING },
  addHistogramRaw: { wallTime },
  addImage: { wallTime, dataformats: ANYTHING },
  addImages: { wallTime, dataformats: ANYTHING },
  addText: { wallTime },
  addHparams: { wallTime, hparamDomainDiscrete: ANYTHING, runName: ANYTHING, step: ANYTHING },
  addGraph: { wallTime },
  addEmbedding: {
    metadata: ARRAY,
    metadataHeader: ARRAY,
    labelImg: ANYTHING,
    step: ANYTHING,
    tag: ANYTHING,
  },
};
