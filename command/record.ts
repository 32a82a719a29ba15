import { stat } from 'node:fs/promises';
import { describeError } from '../src/check/index.ts';
import { record } from '../src/inspect/index.ts';
import type { CommandOf } from './arguments.ts';
import { readFeeds } from './feeds.ts';
import { openModel } from './onnx.ts';
import { CommandError } from './paths.ts';

/**
 * Records a run of an ONNX model.
 * @throws CommandError if a file cannot be read or written, or the inputs are not those of the model
 */
export async function recordModel({ model, inputs, output, json }: CommandOf<'record'>): Promise<void> {
  const { net, tensor } = await openModel(model);
  try {
    await record(net, [await readFeeds(inputs, net.inputNames, tensor)], { to: output });
    const { size } = await stat(output);
    console.log(json ? JSON.stringify({ file: output, bytes: size }) : `${output}: ${(size / 1e6).toFixed(1)} MB`);
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(describeError(error));
  } finally {
    await net.release();
  }
}
