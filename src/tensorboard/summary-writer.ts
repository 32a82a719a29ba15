import { checkOptions, describe, isThenable, readStep } from '../check/index.ts';
import { Hookable, type InputsOf, type TensorReader } from '../hooks/index.ts';
import { kernels } from '../kernels/index.ts';
import type {
  AddHistogramOptions,
  AddHparamsOptions,
  AddImageOptions,
  AddOptions,
  AddScalarOptions,
  Step,
} from './add-options.ts';
import type { Event, SummaryValue } from './format/event.ts';
import { encodeGraph, encodeRunMetadata } from './graph/graph-def.ts';
import { traceGraph } from './graph/trace.ts';
import { finishRegistrations, setRun } from './live-registrations.ts';
import { defaultLogDir } from './sinks/default-log-dir.ts';
import { DirectorySink } from './sinks/directory-sink.ts';
import { logPath, nodeBuiltins } from './sinks/node.ts';
import { origin } from './sinks/origin.ts';
import { RunFiles } from './sinks/run-files.ts';
import { StepCounter } from './step-counter.ts';
import { binEdges, readBinOptions } from './summaries/bins.ts';
import { EmptyHistograms } from './summaries/empty-histograms.ts';
import { histogramOf } from './summaries/histogram.ts';
import { entries, type Hparam, makeHparams } from './summaries/hparams.ts';
import { makeImage } from './summaries/image.ts';
import { momentsOf } from './summaries/moments.ts';
import { NonFiniteCounts } from './summaries/non-finite.ts';
import { type RawHistogram, readRawHistogram } from './summaries/raw-histogram.ts';
import { checkRun, checkTag } from './tag.ts';
import { readArray, readScalar, type SummaryValues } from './values.ts';
import { readOptions, type SummaryWriterOptions } from './writer-options.ts';

/**
 * Writes event files that TensorBoard reads, byte for byte those of PyTorch's `SummaryWriter` but for times, names and
 * the last bits of sums.
 *
 * Records wait in memory until the event loop's turn ends, there are `maxQueue` of them, or one comes when the first is
 * `flushSecs` old; then they are written. In Node that is synchronous: a process that ends without {@link close}, by an
 * uncaught exception too, loses nothing. One that a signal kills, Ctrl-C included, loses what it logged since its loop
 * last yielded, at most `maxQueue` records; what is on disk stays readable.
 *
 * Every method throws a TypeError or RangeError for a wrong argument, before anything has changed; an Error after
 * {@link close}; and an Error if records were due and could not be written: these are kept for the next attempt.
 * Where no step is given, each tag counts its own, from 0.
 *
 * @example
 * const writer = new SummaryWriter();
 * net.fc1.registerForwardHook((module, inputs, output) => {
 *   writer.addHistogram('fc1', output);
 * });
 */
export class SummaryWriter<T = never> {
  /** The directory of the event file: as it was given, or the path of a URL. */
  readonly logDir: string;
  readonly #files: RunFiles;
  readonly #reader: TensorReader | undefined;
  readonly #steps: StepCounter = new StepCounter();
  readonly #nonFinite: NonFiniteCounts = new NonFiniteCounts();
  readonly #empty: EmptyHistograms = new EmptyHistograms();
  #closed = false;

  /**
   * Makes the directory with its parents, and a new event file in it.
   * @param logDir TensorBoard shows each directory as one run. A `file:` URL is a path, and `~` the home directory. Default
   *   (also for '', as in PyTorch): `runs/{month}{day}_{hours}-{minutes}-{seconds}_{hostname}{comment}`. With a sink, any name
   * @throws TypeError for a wrong argument, an unknown option, or another URL, as `s3://…`, without a sink; Error if the directory or the file cannot be made (its
   *   `cause` is the system's error), or outside Node where no sink is given
   */
  constructor(logDir: string | URL = '', options: SummaryWriterOptions<T> = {}) {
    if (!(logDir instanceof URL) && (typeof logDir !== 'string' || logDir.includes('\0'))) {
      throw new TypeError(`SummaryWriter: logDir is ${describe(logDir)}; expected a string that can be a path`);
    }
    const { comment, sink, reader, filenameSuffix, purgeStep, ...limits } = readOptions(options);
    const purge = purgeStep === undefined ? undefined : readStep('SummaryWriter: purgeStep', purgeStep);
    const node = nodeBuiltins();
    if (sink === undefined && node === undefined) {
      throw new Error(
        'SummaryWriter: there are no directories here as in Node (20.19 or newer); ' +
          'give a sink: new SummaryWriter(logDir, { sink: new MemorySink() })',
      );
    }
    const from = origin(node);
    const given = sink === undefined ? logPath('SummaryWriter', ELSEWHERE, logDir, node!) : String(logDir);
    this.logDir = given || defaultLogDir(sink === undefined ? node!.path.sep : '/', from.host, new Date(), comment);
    this.#reader = reader;
    const root = sink === undefined ? node!.path.resolve(this.logDir) : this.logDir;
    setRun(this, sink, root);
    this.#files = new RunFiles(sink ?? new DirectorySink(node!), root, from, filenameSuffix, limits);
    this.#files.begin('');
    if (purge === undefined) return;
    this.#writeAll([
      ['', { wallTime: now(), step: purge, fileVersion: 'brain.Event:2' }],
      ['', { wallTime: now(), step: purge, sessionStart: true }],
    ]);
  }

  /**
   * Logs one number of a curve, stored as a float32. NaN and infinities are stored as they are.
   * @param tag the name of the curve; TensorBoard groups by what stands before a '/'
   * @param value a number, or a tensor or array that holds a single one
   */
  addScalar(tag: string, value: SummaryValues | T, step?: Step, options: AddScalarOptions = {}): void {
    const where = this.#check('addScalar', tag, options, ['newStyle', 'doublePrecision']);
    const number = readScalar(where, value, this.#reader);
    const { newStyle, doublePrecision } = options;
    this.#add(where, tag, step, options, [
      newStyle
        ? {
            tag,
            tensor: { dtype: doublePrecision ? 'double' : 'float', value: number },
            metadata: { plugin: 'scalars' },
          }
        : { tag, simpleValue: number },
    ]);
  }

  /**
   * Logs a number for each of several curves that TensorBoard draws together. As in PyTorch each curve is a run of its
   * own, in a directory `{mainTag}_{name}` below the log directory, with '/' in `mainTag` as '_'.
   * @param values by the names of the curves
   */
  addScalars(
    mainTag: string,
    values: Readonly<Record<string, SummaryValues | T>>,
    step?: Step,
    options: AddOptions = {},
  ): void {
    const where = this.#check('addScalars', mainTag, options, []);
    const curves = entries(where, 'values', values).map(([name, value]) => {
      checkTag(where, name, 'the name of a curve');
      const run = checkRun(where, `${mainTag.replaceAll('/', '_')}_${name}`);
      return { run, number: readScalar(`${where}: ${JSON.stringify(name)}`, value, this.#reader) };
    });
    const resolved = this.#steps.resolve(where, mainTag, step);
    const wallTime = options.wallTime ?? now();
    for (const { run } of curves) this.#files.begin(run);
    this.#steps.advance(mainTag, resolved);
    this.#writeAll(
      curves.map(({ run, number }) => {
        return [run, { wallTime, step: resolved, summary: [{ tag: mainTag, simpleValue: number }] }];
      }),
    );
  }

  /**
   * Logs how values are distributed.
   *
   * NaN, infinities and values beyond the bins count in the record's `num` and in no bin, as in PyTorch. Otherwise than
   * there, `min`, `max`, `sum` and `sum_squares` are of the finite values, so that TensorBoard can still draw the rest;
   * and how many there are is logged beside it, as scalars `{tag}/NaN`, `{tag}/+Inf` and `{tag}/-Inf`, from the first
   * one on. Where nothing falls into a bin (no values, only NaN), the step passes without a histogram, with one
   * `console.warn` for each tag; PyTorch throws there.
   *
   * @param values of any shape: numbers, typed arrays, tensors (objects with a typed array as `data`), arrays of these
   */
  addHistogram(tag: string, values: SummaryValues | T, step?: Step, options: AddHistogramOptions = {}): void {
    const where = this.#check('addHistogram', tag, options, ['bins', 'maxBins']);
    const { bins, maxBins } = readBinOptions(where, options);
    const { values: numbers } = readArray(where, values, this.#reader);
    const edges = binEdges(where, bins, numbers);
    const distribution = kernels().distribution(numbers, edges);
    const statistics = momentsOf(distribution);
    const histogram = histogramOf(distribution.counts, edges, statistics, maxBins);
    const resolved = this.#steps.resolve(where, tag, step);
    const counts = this.#nonFinite.valuesOf(tag, statistics);
    if (histogram === undefined) this.#empty.warn(where, tag, numbers.length);
    this.#add(where, tag, resolved, options, histogram === undefined ? counts : [{ tag, histogram }, ...counts]);
  }

  /** Logs a histogram that was counted elsewhere, as it is. */
  addHistogramRaw(tag: string, histogram: RawHistogram, step?: Step, options: AddOptions = {}): void {
    const where = this.#check('addHistogramRaw', tag, options, []);
    this.#add(where, tag, step, options, [{ tag, histogram: readRawHistogram(where, histogram) }]);
  }

  /**
   * Logs a picture, as a PNG. Bytes are taken as they are; other numbers are times 255, cut off to 0 to 255.
   * @param image of 1 to 4 channels (gray; gray and alpha; RGB; RGBA), `[channels, height, width]` unless
   *   `dataformats` says otherwise; or a canvas's ImageData
   */
  addImage(tag: string, image: SummaryValues | ImageData | T, step?: Step, options: AddImageOptions = {}): void {
    this.#addImage('addImage', tag, image, step, options, 'CHW');
  }

  /**
   * Logs several pictures as one, in rows of eight.
   * @param images `[count, channels, height, width]` unless `dataformats` says otherwise, of 1 or 3 channels
   */
  addImages(tag: string, images: SummaryValues | T, step?: Step, options: AddImageOptions = {}): void {
    this.#addImage('addImages', tag, images, step, options, 'NCHW');
  }

  /** Logs a text, which TensorBoard shows as Markdown. As in PyTorch the record's tag is `{tag}/text_summary`. */
  addText(tag: string, text: string, step?: Step, options: AddOptions = {}): void {
    const where = this.#check('addText', tag, options, []);
    if (typeof text !== 'string') throw new TypeError(`${where}: text is ${describe(text)}; expected a string`);
    const value = {
      tag: `${tag}/text_summary`,
      tensor: { dtype: 'string', value: text },
      metadata: { plugin: 'text' },
    };
    this.#add(where, value.tag, step, options, [value as SummaryValue]);
  }

  /**
   * Logs what a trial ran with and how well it did, for TensorBoard's hparams page. As in PyTorch that is a run of its
   * own below the log directory, and a boolean is stored as a number.
   * @param hparams numbers, strings and booleans by their names
   * @param metrics numbers by their tags
   */
  addHparams(
    hparams: Readonly<Record<string, Hparam>>,
    metrics: Readonly<Record<string, SummaryValues | T>>,
    options: AddHparamsOptions = {},
  ): void {
    const where = this.#check('addHparams', NO_TAG, options, ['hparamDomainDiscrete', 'runName', 'step']);
    const numbers = entries(where, 'metrics', metrics).map(
      ([tag, value]) =>
        [checkTag(where, tag, 'a metric'), readScalar(`${where}: ${tag}`, value, this.#reader)] as const,
    );
    const tags = numbers.map(([tag]) => tag);
    const about = makeHparams(where, hparams, tags, options.hparamDomainDiscrete, this.#reader);
    const run = options.runName
      ? checkRun(where, checkTag(where, options.runName, 'option runName'))
      : this.#trialName();
    const step = readStep(where, options.step ?? 0);
    const wallTime = options.wallTime ?? now();
    const metricValues = numbers.map(([tag, simpleValue]): SummaryValue => ({ tag, simpleValue }));
    this.#files.begin(run);
    this.#writeAll([...about, ...metricValues].map((value) => [run, { wallTime, step, summary: [value] }]));
  }

  /**
   * Logs the graph of a module tree: calls it once, in evaluation mode, and writes what took what from whom, with the
   * shapes. Hooks see modules and not the functions between them: those are nodes called `forward`, behind dotted lines.
   * @param inputs of the call: an array is all of them, any other value the only one
   * @returns a promise where the module's forward gives one
   * @throws also what the call throws; nothing is written then
   */
  addGraph<M extends Hookable>(
    model: M,
    inputs: InputsOf<M> | Parameters<M['forward']>[0],
    options: AddOptions = {},
  ): ReturnType<M['forward']> extends PromiseLike<unknown> ? Promise<void> : void {
    const where = this.#check('addGraph', NO_TAG, options, []);
    if (!(model instanceof Hookable)) throw new TypeError(`${where}: model is ${describe(model)}; expected a module`);
    const nodes = traceGraph(model, Array.isArray(inputs) ? inputs : [inputs]);
    const write = (traced: Awaited<typeof nodes>): void => {
      const wallTime = options.wallTime ?? now();
      this.#writeAll([
        ['', { wallTime, graph: encodeGraph(traced) }],
        ['', { wallTime, runMetadata: { tag: 'step1', metadata: encodeRunMetadata() } }],
      ]);
    };
    return (isThenable(nodes) ? Promise.resolve(nodes).then(write) : write(nodes)) as never;
  }

  /**
   * Writes what waits in memory; in Node it is in the file before the promise is returned. Does nothing after
   * {@link close}.
   * @throws Error (the promise rejects) if writing failed; the records are kept for the next attempt
   */
  async flush(): Promise<void> {
    await this.#files.flush();
  }

  /**
   * Flushes and ends the files, with what `logActivations` has merged so far, and the values that it waits for. Otherwise than in PyTorch, which would begin a
   * new file, adding is an error from then on. Twice is harmless.
   * @throws Error (the promise rejects) if writing failed; the records are kept, and the writer stays open
   */
  async close(): Promise<void> {
    const finishing = this.#closed ? undefined : finishRegistrations(this);
    // Where nothing is waited for, the files are ended before the promise is returned.
    if (finishing !== undefined) await finishing;
    this.#closed = true;
    try {
      await this.#files.close();
    } catch (error) {
      this.#closed = false;
      throw error;
    }
  }

  /** {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #addImage(
    method: string,
    tag: string,
    image: unknown,
    step: unknown,
    options: AddImageOptions,
    formats: string,
  ): void {
    const where = this.#check(method, tag, options, ['dataformats']);
    const array = readArray(where, image, this.#reader);
    const isImageData = typeof (image as ImageData)?.width === 'number' && array.shape.length === 3;
    const dataformats = options.dataformats ?? (isImageData ? 'HWC' : formats);
    this.#add(where, tag, step, options, [{ tag, image: makeImage(where, array, dataformats) }]);
  }

  /** @returns how error messages name the call */
  #check(method: string, tag: unknown, options: AddOptions, known: readonly string[]): string {
    const named = `SummaryWriter.${method}`;
    const where = tag === NO_TAG ? named : `${named}(${JSON.stringify(checkTag(named, tag))})`;
    checkOptions(where, options, ['wallTime', ...known]);
    const { wallTime } = options;
    if (wallTime !== undefined && !Number.isFinite(wallTime)) {
      throw new TypeError(`${where}: option wallTime is ${describe(wallTime)}; expected seconds, a finite number`);
    }
    if (this.#closed) throw new Error(`${where}: the writer is closed (its log directory is ${this.logDir})`);
    return where;
  }

  /** The step passes also without a value: tags that are logged side by side stay at the same step. */
  #add(where: string, tag: string, step: unknown, { wallTime }: AddOptions, summary: readonly SummaryValue[]): void {
    const resolved = this.#steps.resolve(where, tag, step);
    this.#steps.advance(tag, resolved);
    if (summary.length > 0) this.#write('', { wallTime: wallTime ?? now(), step: resolved, summary });
  }

  #write(run: string, event: Event): void {
    this.#files.write(run, event);
  }

  /** The records of one call. Where the first cannot be written now and is kept, the others are too. @throws the first error */
  #writeAll(records: readonly (readonly [run: string, event: Event])[]): void {
    const errors: unknown[] = [];
    for (const [run, event] of records) {
      try {
        this.#write(run, event);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** The time, as in PyTorch; two trials of the same moment get different ones. */
  #trialName(): string {
    let time = now();
    while (this.#files.has(String(time))) time += 0.001;
    return String(time);
  }
}

const ELSEWHERE = 'give a sink that writes there: new SummaryWriter(name, { sink })';

/** In the place of a tag, for methods that have none. */
const NO_TAG = Symbol('no tag');

const now = () => Date.now() / 1000;
