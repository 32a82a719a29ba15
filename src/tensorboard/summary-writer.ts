import { check, checkOptions, isPlainObject, isThenable, mismatch, readStep, STRING, tagOf } from '../check/index.ts';
import { Hookable, type InputsOf, type TensorReader } from '../hooks/index.ts';
import { kernels } from '../kernels/index.ts';
import { FILE_VERSION, type SummaryValue } from './format/event.ts';
import { encodeGraph, encodeRunMetadata } from './graph/graph-def.ts';
import { traceGraph } from './graph/trace.ts';
import { finishRegistrations, setRun } from './live-registrations.ts';
import { locate } from './sinks/location.ts';
import { RunFiles } from './sinks/run-files.ts';
import { StepCounter } from './step-counter.ts';
import { binEdges, readBinOptions } from './summaries/bins.ts';
import { Embeddings } from './summaries/embedding.ts';
import { histogramOf, type RawHistogram, readRawHistogram } from './summaries/histogram.ts';
import { HistogramValues } from './summaries/histogram-values.ts';
import { entries, type Hparam, makeHparams } from './summaries/hparams.ts';
import { isImageData, makeImage } from './summaries/image.ts';
import { momentsOf } from './summaries/moments.ts';
import { checkRun, checkTag } from './tag.ts';
import { readArray, readScalar, type SummaryValues } from './values.ts';
import {
  type AddEmbeddingOptions,
  type AddHistogramOptions,
  type AddHparamsOptions,
  type AddImageOptions,
  type AddOptions,
  type AddScalarOptions,
  METHOD_RULES,
  readOptions,
  type Step,
  type SummaryWriterOptions,
} from './writer-options.ts';

/**
 * Writes event files that TensorBoard reads, byte for byte those of PyTorch's `SummaryWriter` except for times, names and
 * the last bits of sums.
 *
 * Records wait in memory until the event loop's turn ends, `maxQueue` of them wait, or one is added when the first is
 * `flushSecs` old; then they are written. In Node that is synchronous: a process that ends without {@link close}, even by an
 * uncaught exception, loses nothing. One that is killed by a signal, Ctrl-C included, loses what it logged since its loop
 * last yielded, at most `maxQueue` records; the file stays readable.
 *
 * Every method throws a TypeError or RangeError for a wrong argument, before anything has changed; an Error after
 * {@link close}; and an Error if records were due and could not be written: they are kept for the next attempt.
 * Without a step, each tag counts its own, from 0.
 *
 * @example
 * const writer = new SummaryWriter();
 * net.fc1.registerForwardHook((module, inputs, output) => {
 *   writer.addHistogram('fc1', output);
 * });
 */
export class SummaryWriter<T = never> {
  static readonly className: string = 'SummaryWriter';
  /** The directory of the event file: as given, or the path of a URL. */
  readonly logDir: string;
  readonly #files: RunFiles;
  readonly #reader: TensorReader | undefined;
  readonly #steps: StepCounter = new StepCounter();
  readonly #histograms: HistogramValues = new HistogramValues();
  readonly #embeddings: Embeddings = new Embeddings();
  #closed = false;

  /**
   * Creates the directory with its parents, and a new event file in it.
   * @param logDir TensorBoard shows each directory as a run. A `file:` URL is a path, and `~` the home directory. Default
   *   (also for '', as in PyTorch): `runs/{month}{day}_{hours}-{minutes}-{seconds}_{hostname}{comment}`. With a sink, any name
   * @throws TypeError for a wrong argument, an unknown option, or another URL (`s3://…`) without a sink; Error if the
   *   directory or the file cannot be created (its `cause` is the system's error), or outside Node without a sink
   */
  constructor(logDir: string | URL = '', options: SummaryWriterOptions<T> = {}) {
    const isPath = typeof logDir === 'string' ? !logDir.includes('\0') : logDir instanceof URL;
    if (!isPath) {
      const hint = isPlainObject(logDir) ? ', and the options the second argument' : '';
      throw mismatch('SummaryWriter', 'logDir', `a string that can be a path${hint}`, logDir);
    }
    const { comment, sink, reader, filenameSuffix, purgeStep, ...limits } = readOptions(options);
    const purge = purgeStep === undefined ? undefined : readStep('SummaryWriter: purgeStep', purgeStep);
    const location = locate(logDir, sink, comment);
    this.logDir = location.logDir;
    this.#reader = reader;
    setRun(this, sink, location.root);
    this.#files = new RunFiles(location, filenameSuffix, limits);
    this.#files.begin('');
    if (purge === undefined) return;
    this.#files.writeAll([
      ['', { wallTime: now(), step: purge, fileVersion: FILE_VERSION }],
      ['', { wallTime: now(), step: purge, sessionStart: true }],
    ]);
  }

  /**
   * Logs one number of a curve, stored as a float32. NaN and infinities are stored as they are.
   * @param tag the name of the curve; TensorBoard groups tags by the text before a '/'
   * @param value a number, or a tensor or array of a single one
   */
  addScalar(tag: string, value: SummaryValues | T, step?: Step, options: AddScalarOptions = {}): void {
    const where = this.#check('addScalar', tag, options);
    const number = readScalar(where, value, this.#reader);
    const dtype = options.doublePrecision ? 'double' : 'float';
    const summary: SummaryValue = options.newStyle
      ? { tag, tensor: { dtype, value: number }, metadata: { plugin: 'scalars' } }
      : { tag, simpleValue: number };
    this.#add(where, tag, step, options, [summary]);
  }

  /**
   * Logs a number for each of several curves that TensorBoard draws together. As in PyTorch, each curve is its own run in a
   * directory `{mainTag}_{name}` below the log directory, with '/' in `mainTag` as '_'.
   * @param values by the names of the curves
   */
  addScalars(
    mainTag: string,
    values: Readonly<Record<string, SummaryValues | T>>,
    step?: Step,
    options: AddOptions = {},
  ): void {
    const where = this.#check('addScalars', mainTag, options);
    const curves = entries(where, 'values', values).map(([name, value]) => {
      checkTag(where, name, 'the name of a curve');
      const run = checkRun(where, `${mainTag.replaceAll('/', '_')}_${name}`);
      return { run, number: readScalar(`${where}: ${JSON.stringify(name)}`, value, this.#reader) };
    });
    const resolved = this.#steps.resolve(where, mainTag, step);
    const wallTime = options.wallTime ?? now();
    for (const { run } of curves) this.#files.begin(run);
    this.#steps.advance(mainTag, resolved);
    const event = (simpleValue: number) => ({ wallTime, step: resolved, summary: [{ tag: mainTag, simpleValue }] });
    this.#files.writeAll(curves.map(({ run, number }) => [run, event(number)]));
  }

  /**
   * Logs the distribution of values.
   *
   * NaN, infinities and values beyond the bins count in the record's `num` and in no bin, as in PyTorch. Unlike there, `min`,
   * `max`, `sum` and `sum_squares` are of the finite values, so that TensorBoard can draw them, and the others are counted in
   * scalars `{tag}/NaN`, `{tag}/+Inf` and `{tag}/-Inf`, each from its first such value on. If no value is in a bin, the step
   * passes without a histogram, with one `console.warn` per tag; PyTorch throws.
   *
   * @param values of any shape: numbers, typed arrays, tensors (objects with a typed array as `data`), arrays of these
   */
  addHistogram(tag: string, values: SummaryValues | T, step?: Step, options: AddHistogramOptions = {}): void {
    const where = this.#check('addHistogram', tag, options);
    const { bins, maxBins } = readBinOptions(where, options);
    const { values: numbers } = readArray(where, values, this.#reader);
    const edges = binEdges(where, bins, numbers);
    const distribution = kernels().distribution(numbers, edges);
    const statistics = momentsOf(distribution);
    const histogram = histogramOf(distribution.counts, edges, statistics, maxBins);
    const resolved = this.#steps.resolve(where, tag, step);
    this.#add(where, tag, resolved, options, this.#histograms.of(where, tag, histogram, statistics));
  }

  /** Logs a histogram that was counted elsewhere, as it is. */
  addHistogramRaw(tag: string, histogram: RawHistogram, step?: Step, options: AddOptions = {}): void {
    const where = this.#check('addHistogramRaw', tag, options);
    this.#add(where, tag, step, options, [{ tag, histogram: readRawHistogram(where, histogram) }]);
  }

  /**
   * Logs an image as a PNG. Bytes are stored as they are; other numbers are multiplied by 255 and clamped to 0 to 255.
   * @param image of 1 to 4 channels (grey; grey and alpha; RGB; RGBA), `[channels, height, width]` unless `dataformats` says
   *   otherwise; or a canvas's ImageData
   */
  addImage(tag: string, image: SummaryValues | ImageData | T, step?: Step, options: AddImageOptions = {}): void {
    this.#addImage('addImage', 'CHW', tag, image, step, options);
  }

  /**
   * Logs several images as one, in rows of eight.
   * @param images of 1 or 3 channels, `[count, channels, height, width]` unless `dataformats` says otherwise
   */
  addImages(tag: string, images: SummaryValues | T, step?: Step, options: AddImageOptions = {}): void {
    this.#addImage('addImages', 'NCHW', tag, images, step, options);
  }

  /** Logs a text, which TensorBoard shows as Markdown. As in PyTorch, the record's tag is `{tag}/text_summary`. */
  addText(tag: string, text: string, step?: Step, options: AddOptions = {}): void {
    const where = this.#check('addText', tag, options);
    check(where, 'text', text, STRING);
    const name = `${tag}/text_summary`;
    const tensor = { dtype: 'string', value: text } as const;
    this.#add(where, name, step, options, [{ tag: name, tensor, metadata: { plugin: 'text' } }]);
  }

  /**
   * Logs the hyperparameters and results of a trial, for TensorBoard's hparams page. As in PyTorch, each trial is its own run
   * below the log directory, and booleans are stored as numbers.
   * @param hparams numbers, strings and booleans by their names
   * @param metrics numbers by their tags
   */
  addHparams(
    hparams: Readonly<Record<string, Hparam>>,
    metrics: Readonly<Record<string, SummaryValues | T>>,
    options: AddHparamsOptions = {},
  ): void {
    const where = this.#check('addHparams', NO_TAG, options);
    const trial = makeHparams(where, hparams, metrics, options.hparamDomainDiscrete, this.#reader);
    const run = options.runName
      ? checkRun(where, checkTag(where, options.runName, 'option runName'))
      : this.#files.unusedRun(now());
    const step = readStep(where, options.step ?? 0);
    const wallTime = options.wallTime ?? now();
    this.#files.begin(run);
    this.#files.writeAll(trial.map((value) => [run, { wallTime, step, summary: [value] }]));
  }

  /**
   * Stores vectors with their labels and images, for TensorBoard's projector: files in `{step}/{tag}` below the log directory,
   * listed in its `projector_config.pbtxt`. A second embedding of the same tag and step replaces the first. In Node, or with a
   * sink that has `writeFile`.
   * @param matrix `[count, size]`: a row for each vector
   */
  addEmbedding(matrix: SummaryValues | T, options: AddEmbeddingOptions<T> = {}): void {
    const { tag = 'default', metadata: labels, metadataHeader: header, labelImg } = options ?? {};
    const where = this.#check('addEmbedding', tag, options);
    const images = labelImg === undefined ? undefined : readArray(`${where}: labelImg`, labelImg, this.#reader);
    const wasBig = tagOf((matrix as { data?: unknown } | null)?.data ?? matrix).startsWith('Big');
    const parts = { matrix: readArray(where, matrix, this.#reader), wasBig, labels, header, images };
    const step = this.#steps.resolve(where, tag, options.step);
    this.#embeddings.add(where, tag, step, parts, (files) => this.#files.store(where, files));
    this.#steps.advance(tag, step);
  }

  /**
   * Logs the graph of a module tree: calls it once, in evaluation mode, and writes which call took which output, with the
   * shapes. Hooks see modules and not the functions between them: those are nodes called `forward`, with dotted edges.
   * @param inputs of the call: an array holds all of them, any other value is the only one
   * @returns a promise if the module's forward returns one
   * @throws also what the call throws; then nothing is written
   */
  addGraph<M extends Hookable>(
    model: M,
    inputs: InputsOf<M> | Parameters<M['forward']>[0],
    options: AddOptions = {},
  ): ReturnType<M['forward']> extends PromiseLike<unknown> ? Promise<void> : void {
    const where = this.#check('addGraph', NO_TAG, options);
    if (!(model instanceof Hookable)) throw mismatch(where, 'the model', 'a module', model);
    const nodes = traceGraph(model, Array.isArray(inputs) ? inputs : [inputs]);
    const write = (traced: Awaited<typeof nodes>): void => {
      const wallTime = options.wallTime ?? now();
      this.#files.writeAll([
        ['', { wallTime, graph: encodeGraph(traced) }],
        ['', { wallTime, runMetadata: { tag: 'step1', metadata: encodeRunMetadata() } }],
      ]);
    };
    return (isThenable(nodes) ? Promise.resolve(nodes).then(write) : write(nodes)) as never;
  }

  /**
   * Writes the waiting records; in Node before the promise is returned. Does nothing after {@link close}.
   * @throws Error (the promise rejects) if writing failed; the records are kept for the next attempt
   */
  async flush(): Promise<void> {
    await this.#files.flush();
  }

  /**
   * Flushes and closes the files, after writing what `logActivations` has merged and awaiting the values that it reads. Unlike in
   * PyTorch, which would begin a new file, adding is then an error. Closing twice is harmless.
   * @throws Error (the promise rejects) if writing failed; the records are kept, and the writer stays open
   */
  async close(): Promise<void> {
    const finishing = this.#closed ? undefined : finishRegistrations(this);
    // Without pending values, the files are closed before the promise is returned.
    if (finishing !== undefined) await finishing;
    this.#closed = true;
    await this.#files.close().catch((error) => {
      this.#closed = false;
      throw error;
    });
  }

  /** {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #addImage(method: string, formats: string, tag: string, image: unknown, step: unknown, options: AddImageOptions) {
    const where = this.#check(method, tag, options);
    const array = readArray(where, image, this.#reader);
    const dataformats = options.dataformats ?? (isImageData(image, array) ? 'HWC' : formats);
    this.#add(where, tag, step, options, [{ tag, image: makeImage(where, array, dataformats) }]);
  }

  /**
   * Checks what all methods check: the tag, the options, that the writer is open.
   * @returns the prefix of the call's error messages
   */
  #check(method: string, tag: unknown, options: object): string {
    const named = `SummaryWriter.${method}`;
    const where = tag === NO_TAG ? named : `${named}(${JSON.stringify(checkTag(named, tag))})`;
    checkOptions(where, options, METHOD_RULES[method]!);
    if (this.#closed) throw new Error(`${where}: the writer is closed (its log directory is ${this.logDir})`);
    return where;
  }

  /** The step passes even without a value, so that tags that are logged together stay at the same step. */
  #add(where: string, tag: string, step: unknown, { wallTime }: AddOptions, summary: readonly SummaryValue[]): void {
    const resolved = this.#steps.resolve(where, tag, step);
    this.#steps.advance(tag, resolved);
    if (summary.length > 0) this.#files.write('', { wallTime: wallTime ?? now(), step: resolved, summary });
  }
}

/** Instead of a tag, for methods without one. */
const NO_TAG = Symbol('no tag');

const now = () => Date.now() / 1000;
