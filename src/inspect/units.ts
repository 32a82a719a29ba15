/** @file Units that never answer, or always with the same: over many calls. */
import { checkOptions, describeShape, isThenable, type Numbers, readNumbers, rule } from '../check/index.ts';
import { type ForwardEvent, forEachTensor, type Hookable, type Selector } from '../hooks/index.ts';
import { capture } from './capture.ts';
import { checkRun, RUN_OPTIONS, type RunInputs } from './run.ts';
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
  const counts = await countUnits(where, model, inputs, selector, options, (value) => value === 0);
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
  const isAtBound = (value: number) => value <= min + margin || value >= max - margin;
  const counts = await countUnits(where, model, inputs, selector, options, isAtBound);
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

/** How many values of each unit passed a test, of how many. Exact: counts are whole numbers. */
interface Counts {
  total: number;
  readonly found: Float64Array;
}

async function countUnits<M extends Hookable>(
  where: string,
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  { axis = -1, signal }: UnitOptions,
  passes: (value: number) => boolean,
): Promise<Map<string, Counts>> {
  checkRun(where, model, inputs);
  const all = new Map<string, Counts>();
  const count = (path: string, x: Numbers, shape: readonly number[]) => {
    const from = axis < 0 ? axis + shape.length : axis;
    const units = shape[from];
    if (units === undefined)
      throw new RangeError(
        `${where}: option "axis" must be an axis of ${path || 'the model'}, whose output is ${describeShape(shape)}, got ${axis}`,
      );
    const counts = all.get(path) ?? { total: 0, found: new Float64Array(units) };
    all.set(path, counts);
    if (counts.found.length !== units)
      throw new RangeError(
        `${where}: ${path || 'the model'} must have ${counts.found.length} units in each call, got ${units}`,
      );
    const inner = sizeOf(shape.slice(from + 1));
    counts.total += units === 0 ? 0 : x.length / units;
    for (let i = 0; i < x.length; i++) if (passes(x[i]!)) counts.found[Math.floor(i / inner) % units]!++;
  };
  const take = ({ path, output, reader }: ForwardEvent) => {
    const waiting: PromiseLike<void>[] = [];
    if (reader === undefined) return undefined;
    forEachTensor(
      output,
      (value) => reader.is(value),
      (tensor, place) => {
        const shape = [...reader.shape(tensor)];
        const values = reader.values(tensor);
        const add = (read: typeof values) => {
          if (read !== undefined) count(`${path}${place}`, readNumbers(where, 'values', read, tensor), shape);
        };
        if (isThenable(values)) waiting.push(values.then(add));
        else add(values);
      },
    );
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  };
  // Each call is counted and forgotten: nothing is kept of it.
  const options = { take, last: 1, ...(signal !== undefined && { signal }) };
  await capture<M, undefined>(model, inputs, selector, options as never);
  return all;
}

const mapped = <A, B>(map: ReadonlyMap<string, A>, change: (one: A) => B): Map<string, B> =>
  new Map([...map].map(([key, one]) => [key, change(one)]));
