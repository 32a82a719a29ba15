/** @file What hooks may replace, as far as the file shows it; and whether a replacement is of the right type. */
import { BFLOAT16, elementTypeOf, type Graph } from './graph.ts';
import type { Call } from './module-calls.ts';
import { isTensor, type OnnxTensor } from './ort.ts';

/** Why no hook may replace the outputs of a call, as a sentence. */
export function noReplacement(graph: Graph, { outputs }: Call): string | undefined {
  const narrow = outputs.find((value) => elementTypeOf(graph, value) === BFLOAT16);
  return narrow && `"${narrow}" cannot be replaced: ONNX Runtime's JavaScript has no bfloat16`;
}

/**
 * Why a call takes no pre-hooks, as a sentence.
 * @param isTogether whether its inputs are computed before its first node
 */
export function noPreHook(graph: Graph, { inputs }: Call, isTogether: boolean): string | undefined {
  if (!isTogether) return 'some of its inputs are computed after its first node';
  for (const value of inputs) {
    const type = elementTypeOf(graph, value);
    if (type === BFLOAT16) return `its input "${value}" is bfloat16, which ONNX Runtime's JavaScript lacks`;
    if (type === 'no tensor') return `its input "${value}" is a sequence or an optional, which no run can give`;
  }
  return undefined;
}

/** A HookableOptions.validateOutput: a tensor, or an array of tensors, of the same types. */
export function expectedOutput(output: unknown, replacement: unknown): string | undefined {
  if ([replacement].flat().some((one) => isTensor(one) && one.location === 'none'))
    return 'a tensor that has not been disposed of';
  if (isTensor(output)) {
    if (!isTensor(replacement)) return `a tensor of type ${output.type}`;
    return replacement.type === output.type ? undefined : `a tensor of type ${output.type}, not ${replacement.type}`;
  }
  return areLike(replacement, output as readonly OnnxTensor[])
    ? undefined
    : `an array of tensors of types ${typesOf(output as readonly OnnxTensor[])}`;
}

/** A HookableOptions.validateInputs. */
export function expectedInputs(inputs: readonly unknown[], before: readonly unknown[]): string | undefined {
  const tensors = before as readonly OnnxTensor[];
  if (areLike(inputs, tensors)) return undefined;
  const given = inputs.length === tensors.length && inputs.every(isTensor) ? `, not ${typesOf(inputs)}` : '';
  return tensors.length === 1
    ? `a tensor of type ${typesOf(tensors)}${given}`
    : `an array of ${tensors.length} tensors, of types ${typesOf(tensors)}${given}`;
}

const areLike = (given: unknown, tensors: readonly OnnxTensor[]): boolean =>
  Array.isArray(given) &&
  given.length === tensors.length &&
  tensors.every(({ type }, i) => isTensor(given[i]) && given[i].type === type);

const typesOf = (tensors: readonly OnnxTensor[]): string => tensors.map(({ type }) => type).join(', ');
