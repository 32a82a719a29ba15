/** @file Units that never answer, or always with the same: over many calls. */
import {
  absorb,
  checkOptions,
  describeShape,
  isThenable,
  type Numbers,
  type NumericArray,
  readNumbers,
  rule,
  type Summary,
} from '../check/index.ts';
import {
  type ForwardEvent,
  forEachTensor,
  type Hookable,
  observeStrictly,
  type Selector,
  select,
  type TensorReader,
} from '../hooks/index.ts';
import { checkRun, RUN_OPTIONS, type RunInputs, readerThatTells, runWithHooks } from './run.ts';
import { sizeOf } from './values.ts';

/** Options of {@link deadUnits}. */
export interface UnitOptions {
  /** The axis of the outputs that the units lie along. Negative ones count from the end. Default -1; for NCHW images 1. */
  axis?: number;
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

/** Options of {@link saturation}. */
export interface SaturationOptions extends UnitOptions {
  /** The values at which a unit is saturated: [0, 1] of a sigmoid, [-1, 1] of a tanh. Default [-1, 1]. */
  bounds?: readonly [min: number, max: number];
  /** How close to a bound, as a share of the distance of the bounds. Default 0.01. */
  within?: number;
}

/** The units of one module. */
export interface DeadUnits {
  readonly units: number;
  /** The indices of units whose values were 0 in all calls. */
  readonly dead: readonly number[];
}

/** How many values of a module are at a bound. */
export interface Saturation {
  /** Of all values, the share that is saturated: from 0 to 1. */
  readonly share: number;
  /** The same for each unit. */
  readonly units: readonly number[];
}

const AXIS = rule('a whole number', Number.isSafeInteger);
const COMMON = { axis: AXIS, signal: RUN_OPTIONS.signal };

/**
 * The units of modules that give 0 in all calls of a run, NaN is not 0: those that a ReLU has cut off for ever, if the run covers the
 * data.
 * @param inputs what the model is called with, or a function that runs it for all batches
 * @example
 * const units = await deadUnits(net, () => batches.map((batch) => net(batch)), 'act');
 * console.log(units.get('act').dead);
 * @returns by path; without modules that were not called
 * @throws as `capture`; RangeError for an output without the axis, or with another number of units than before
 */
export async function deadUnits<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  options: UnitOptions = {},
): Promise<Map<string, DeadUnits>> {
  const where = 'deadUnits()';
  checkOptions(where, options, COMMON);
  const counts = await countUnits(where, model, inputs, selector, options, {
    // A unit that may be dead has as many zeros as any other has values, and was 0 in all calls so far.
    matters: ({ zeros, count }, { total, found }) =>
      zeros * found.length >= count && found.some((zerosOfUnit) => zerosOfUnit === total),
    count: countDead,
  });
  return mapped(counts, ({ total, found }) => ({
    units: found.length,
    dead: [...found.keys()].filter((unit) => total > 0 && found[unit] === total),
  }));
}

/**
 * How much of the outputs of modules is at their bounds in a run: there a gradient vanishes.
 * @param inputs what the model is called with, or a function that runs it for all batches
 * @returns by path; without modules that were not called
 * @throws as {@link deadUnits}
 */
export async function saturation<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  options: SaturationOptions = {},
): Promise<Map<string, Saturation>> {
  const where = 'saturation()';
  checkOptions(where, options, { ...COMMON, bounds: BOUNDS, within: WITHIN });
  const { bounds: [min, max] = [-1, 1], within = 0.01 } = options;
  const margin = within * (max - min);
  const [low, high] = [min + margin, max - margin];
  const counts = await countUnits(where, model, inputs, selector, options, {
    matters: (all) => all.min <= low || all.max >= high || all.positiveInfinity + all.negativeInfinity > 0,
    count: (values, inner, { found }) => countAtBounds(values, inner, found, low, high),
  });
  return mapped(counts, ({ total, found }) => ({
    share: found.length === 0 ? 0 : found.reduce((sum, one) => sum + one, 0) / (total * found.length),
    units: [...found].map((one) => (total === 0 ? 0 : one / total)),
  }));
}

const BOUNDS = rule(
  '[min, max], two finite numbers',
  (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1],
);
const WITHIN = rule(
  'a number from 0 to 0.5',
  (value) => typeof value === 'number' && value >= 0 && value <= 0.5,
  RangeError,
);

/** Of each unit, how many values there were before, and how many of them count. Exact: these are whole numbers. */
interface Counts {
  total: number;
  readonly found: Float64Array;
}

/** What is counted. */
interface Test {
  /** Whether the values of a tensor have to be looked at; its statistics may tell enough. */
  readonly matters: (statistics: Summary, counts: Counts) => boolean;
  /** @param inner how many values a unit has side by side */
  readonly count: (values: Numbers, inner: number, counts: Counts) => void;
}

/** Units that were 0 before are looked at, up to their first other value. */
function countDead(values: Numbers, inner: number, { total, found }: Counts): void {
  const units = found.length;
  const isDead = (unit: number) => {
    for (let start = unit * inner; start < values.length; start += units * inner) {
      for (let i = start; i < start + inner; i++) if (values[i] !== 0) return false;
    }
    return true;
  };
  for (let unit = 0; unit < units; unit++) {
    if (found[unit] === total && isDead(unit)) found[unit]! += values.length / units;
  }
}

function countAtBounds(values: Numbers, inner: number, found: Float64Array, low: number, high: number): void {
  for (let i = 0; i < values.length; ) {
    for (let unit = 0; unit < found.length; unit++) {
      for (const end = i + inner; i < end; i++) if (values[i]! <= low || values[i]! >= high) found[unit]!++;
    }
  }
}

async function countUnits<M extends Hookable>(
  where: string,
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  { axis = -1, signal }: UnitOptions,
  test: Test,
): Promise<Map<string, Counts>> {
  checkRun(where, model, inputs);
  const selection = select(model, selector);
  for (const [path, module] of selection) readerThatTells(where, path, module);
  const all = new Map<string, Counts>();
  const waiting: PromiseLike<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const failed = (error: unknown) => {
    failure ??= { error };
  };
  let isOver = false;

  /** One tensor, inside its call. */
  const look = (path: string, reader: TensorReader, tensor: unknown) => {
    const shape = [...reader.shape(tensor)];
    const from = axis < 0 ? axis + shape.length : axis;
    const counts = () => countsOf(where, all, path, shape, axis, from);
    const counted = ({ found }: Counts) => (found.length === 0 ? 0 : sizeOf(shape) / found.length);
    const statistics = reader.summarize?.(tensor);
    if (isThenable(statistics)) absorb(statistics);
    else if (statistics !== undefined && !test.matters(statistics, counts())) {
      counts().total += counted(counts());
      return;
    }
    const add = (given: NumericArray | undefined) => {
      if (given === undefined) return;
      const numbers = readNumbers(where, 'values', given, tensor);
      const of = counts();
      test.count(numbers, sizeOf(shape.slice(from + 1)), of);
      of.total += counted(of);
    };
    const values = reader.values(tensor);
    if (isThenable(values)) waiting.push(values.then(add).then(undefined, failed));
    else add(values);
  };
  const observer = ({ path, output, reader }: ForwardEvent) => {
    if (isOver || failure !== undefined || reader === undefined) return;
    try {
      forEachTensor(
        output,
        (value) => reader.is(value),
        (tensor, place) => look(`${path}${place}`, reader, tensor),
      );
    } catch (error) {
      failed(error);
      // The run is of no use then.
      throw error;
    }
  };
  const register = () => {
    for (const [path, module] of selection) observeStrictly(module, path, observer, 'values');
  };
  try {
    await runWithHooks(where, model, inputs, register, signal);
  } catch (error) {
    failed(error);
  }
  isOver = true;
  if (!signal?.aborted) await Promise.all(waiting);
  if (failure !== undefined) throw failure.error;
  return all;
}

/** The counts of one tensor of a module. @throws RangeError for an output without the axis, or with other units than before */
function countsOf(
  where: string,
  all: Map<string, Counts>,
  path: string,
  shape: readonly number[],
  axis: number,
  from: number,
): Counts {
  const units = shape[from];
  if (units === undefined) {
    const expected = `an axis of ${path || 'the model'}, whose output is ${describeShape(shape)}`;
    throw new RangeError(`${where}: option "axis" must be ${expected}, got ${axis}`);
  }
  const counts = all.get(path) ?? { total: 0, found: new Float64Array(units) };
  all.set(path, counts);
  if (counts.found.length === units) return counts;
  throw new RangeError(
    `${where}: ${path || 'the model'} must have ${counts.found.length} units in each call, got ${units}`,
  );
}

const mapped = <A, B>(map: ReadonlyMap<string, A>, change: (one: A) => B): Map<string, B> =>
  new Map([...map].map(([key, one]) => [key, change(one)]));
