import { readFile } from 'node:fs/promises';
import { describeError } from '../src/check/index.ts';
import { record } from '../src/inspect/index.ts';
import { readSafetensors, type SafetensorsTensor } from '../src/safetensors/index.ts';
import type { CommandOf } from './arguments.ts';
import { openModel } from './onnx.ts';
import { CommandError } from './paths.ts';

/**
 * Records a run of an ONNX model.
 * @throws CommandError if a file cannot be read or written, or the inputs are not those of the model
 */
export async function recordModel({ model, inputs, output }: CommandOf<'record'>): Promise<void> {
  const given = await readInputs(inputs);
  const { net, tensor } = await openModel(model);
  try {
    const missing = net.inputNames.filter((name) => !given.has(name));
    if (missing.length > 0) {
      const names = [...given.keys()].join(', ') || 'nothing';
      throw new CommandError(`${inputs} must have the inputs ${net.inputNames.join(', ')}, got ${names}`);
    }
    const feeds = Object.fromEntries(net.inputNames.map((name) => [name, tensor(bitsOf(given.get(name)!))]));
    await record(net, [feeds], { to: output });
    console.log(output);
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(describeError(error));
  } finally {
    await net.release();
  }
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
