/** @file The arguments of a run: feeds, and the outputs and options that the caller asks for. */
import { describe } from '../../src/adapter.ts';
import type { Graph } from './graph.ts';
import { ELEMENT_TYPES, isOnCpu, isTensor, type OnnxSessionOptions, type OnnxTensor, typeName } from './ort.ts';
import { shapeText } from './validate-edit.ts';

export interface RunRequest<T extends OnnxTensor> {
  /** The outputs that are wanted, in the order of the result. */
  readonly names: readonly string[];
  /** The same, with the tensors to write them into. */
  readonly fetches: Readonly<Record<string, T | null>>;
  /** ort.InferenceSession.RunOptions. */
  readonly options: unknown;
}

/**
 * Reads the arguments after the feeds as `session.run` does: a list of names, or tensors by name, and options.
 * @returns undefined for arguments that ONNX Runtime refuses
 */
export function readRequest<T extends OnnxTensor>(
  outputNames: readonly string[],
  [first, second]: readonly unknown[],
): RunRequest<T> | undefined {
  if (Array.isArray(first)) {
    const known = first.length > 0 && first.every((name) => outputNames.includes(name));
    return known ? request(first, {}, second) : undefined;
  }
  if (typeof first !== 'object' || first === null) return first == null ? request(outputNames, {}, second) : undefined;
  if (isTensor(first)) return undefined;
  const given = first as Record<string, T | null>;
  const names = outputNames.filter(
    (name) => Object.hasOwn(given, name) && (given[name] === null || isTensor(given[name])),
  );
  return names.length > 0 ? request(names, given, second) : request(outputNames, {}, first);
}

const request = <T extends OnnxTensor>(
  names: readonly string[],
  given: Readonly<Record<string, T | null>>,
  options: unknown,
): RunRequest<T> => ({
  names,
  fetches: Object.fromEntries(names.map((name) => [name, given[name] ?? null])),
  options,
});

/**
 * Wrong sizes get ONNX Runtime's own error, which names the input. Its other errors do not say what came.
 * @param model as messages call it
 * @param inputNames those that have to be fed
 * @throws TypeError for feeds that lack an input, or that give it anything but a tensor of its type
 */
export function checkFeeds(model: string, feeds: unknown, graph: Graph, inputNames: readonly string[]): void {
  const problem = problemOf(feeds, graph, inputNames);
  if (problem === undefined) return;
  const expected = inputNames.map((name) => `${name} ${inputText(graph, name)}`);
  throw new TypeError(
    `${model}: ${problem}\n  got: ${feedsText(feeds)}\n  expected: ${expected.join('; ') || 'no feeds'}`,
  );
}

function problemOf(feeds: unknown, { inputs }: Graph, inputNames: readonly string[]): string | undefined {
  if (!isRecord(feeds)) return 'the feeds must be tensors by input name';
  for (const name of inputNames) {
    const [feed, type] = [feeds[name], inputs.get(name)];
    if (feed === undefined) return `the feed "${name}" is missing`;
    if (type === 'no tensor') continue;
    if (!isTensor(feed)) return `the feed "${name}" must be a tensor`;
    const given = ELEMENT_TYPES[feed.type];
    if (type && given !== undefined && type !== given) return `the feed "${name}" is of another type`;
  }
  return undefined;
}

const isRecord = (feeds: unknown): feeds is Readonly<Record<string, unknown>> =>
  typeof feeds === 'object' && feeds !== null && !isTensor(feeds) && !Array.isArray(feeds);

const inputText = ({ inputs, shapes }: Graph, name: string): string =>
  [typeName(inputs.get(name) ?? 0), shapes.has(name) && shapeText(shapes.get(name)!)].filter(Boolean).join(' ');

function feedsText(feeds: unknown): string {
  if (isTensor(feeds)) return `a tensor, ${tensorText(feeds)}`;
  if (!isRecord(feeds)) return describe(feeds);
  const all = Object.entries(feeds).map(([name, feed]) =>
    isTensor(feed) ? `${name} ${tensorText(feed)}` : `${name}, ${describe(feed)}`,
  );
  return all.join('; ') || 'no feeds';
}

const tensorText = ({ type, dims }: OnnxTensor): string => `${type} [${dims.join(', ')}]`;

/** Execution providers that take tensors on a device. */
const DEVICES = /webgpu|webgl|webnn|cuda|dml/;

/** Given a tensor on a device, a session on the CPU computes garbage without an error. @throws TypeError */
export function checkLocations(feeds: unknown, { executionProviders = [] }: OnnxSessionOptions): void {
  for (const [name, tensor] of Object.entries(feeds ?? {})) {
    if (!isTensor(tensor) || isOnCpu(tensor)) continue;
    const providers = executionProviders.map((one) => String((one as { name?: unknown }).name ?? one));
    if (providers.some((provider) => DEVICES.test(provider))) continue;
    throw new TypeError(
      `the feed "${name}" is on a device that the model does not run on\n  got: a tensor at ${tensor.location}; execution providers: ${providers.join(', ') || 'the default ones'}\n` +
        '  expected: a tensor on the CPU, or sessionOptions with the execution providers of the session that made it',
    );
  }
}

/** A HookableOptions.validateOutput: a hook on the model has to give tensors under the same names. */
export function validateOutputs(outputs: unknown, replacement: unknown): string | undefined {
  const names = Object.keys(outputs as object);
  const given = replacement as Record<string, unknown> | null;
  const isRecord = typeof given === 'object' && given !== null && names.every((name) => isTensor(given[name]));
  return isRecord ? undefined : `tensors by name: ${names.join(', ')}`;
}
