/** @file What the caller of a run asked for. */
import { isOnCpu, isTensor, type OnnxSessionOptions, type OnnxTensor } from './framework.ts';

export interface Request<T extends OnnxTensor> {
  /** Of the outputs, in the order of the result. */
  readonly names: readonly string[];
  /** The same, with the tensors that they are to be written into. */
  readonly fetches: Readonly<Record<string, T | null>>;
  /** ONNX Runtime's options of a run. */
  readonly options: unknown;
}

/**
 * What the arguments behind the feeds of `session.run` ask for, as ONNX Runtime reads them: a list of names, or tensors by
 * name, and options.
 * @returns undefined for what ONNX Runtime refuses
 */
export function requestOf<T extends OnnxTensor>(
  outputNames: readonly string[],
  [first, second]: readonly unknown[],
): Request<T> | undefined {
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
): Request<T> => ({
  names,
  fetches: Object.fromEntries(names.map((name) => [name, given[name] ?? null])),
  options,
});

/** Execution providers that take tensors from where they are themselves. */
const ON_DEVICE = /webgpu|webgl|webnn|cuda|dml/;

/** A tensor on a device fed to a session on the CPU computes garbage, without an error. @throws TypeError */
export function checkFeeds(feeds: unknown, { executionProviders = [] }: OnnxSessionOptions): void {
  for (const [name, tensor] of Object.entries(feeds ?? {})) {
    if (!isTensor(tensor) || isOnCpu(tensor)) continue;
    const providers = executionProviders.map((one) => String((one as { name?: unknown }).name ?? one));
    if (providers.some((provider) => ON_DEVICE.test(provider))) continue;
    throw new TypeError(
      `the feed "${name}" is on a device that the model does not run on\n  came: a tensor at ${tensor.location}; execution providers: ${providers.join(', ') || 'the default ones'}\n` +
        '  expected: a tensor on the CPU, or sessionOptions with the execution providers of the session that made it',
    );
  }
}

/** What a hook gave as outputs has to be tensors under the same names. */
export function refuseOutputs(outputs: unknown, replacement: unknown): string | undefined {
  const names = Object.keys(outputs as object);
  const given = replacement as Record<string, unknown> | null;
  const isRecord = typeof given === 'object' && given !== null && names.every((name) => isTensor(given[name]));
  return isRecord ? undefined : `tensors by name: ${names.join(', ')}`;
}
