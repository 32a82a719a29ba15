/** @file The inputs of a model from a .safetensors file. */
import { readFile } from 'node:fs/promises';
import { describeError } from '../src/check/index.ts';
import { readSafetensors, type SafetensorsTensor } from '../src/safetensors/index.ts';
import type { OpenModel } from './onnx.ts';
import { CommandError } from './paths.ts';

/** @throws CommandError if the file cannot be read, or has not all inputs */
export async function readFeeds(
  path: string,
  names: readonly string[],
  tensor: OpenModel['tensor'],
): Promise<Record<string, ReturnType<OpenModel['tensor']>>> {
  const given = await readInputs(path);
  if (names.some((name) => !given.has(name))) {
    const found = [...given.keys()].join(', ') || 'nothing';
    throw new CommandError(`${path} must have the inputs ${names.join(', ')}, got ${found}`);
  }
  return Object.fromEntries(names.map((name) => [name, tensor(bitsOf(given.get(name)!))]));
}

async function readInputs(path: string): Promise<Map<string, SafetensorsTensor>> {
  try {
    return readSafetensors(await readFile(path));
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${describeError(error)}`);
  }
}

/** ONNX Runtime takes float16 as bits, and float64 with all its digits. */
function bitsOf(tensor: SafetensorsTensor) {
  const { bytes, shape, dtype } = tensor;
  const buffer = bytes.slice().buffer;
  const data = dtype === 'F16' ? new Uint16Array(buffer) : dtype === 'F64' ? new Float64Array(buffer) : tensor.data;
  return { data, shape, dtype };
}
