import { stat } from 'node:fs/promises';
import { record } from '../src/inspect/index.ts';
import type { CommandOf } from './arguments.ts';
import { withModel } from './with-model.ts';
import { writtenText } from './written.ts';

/**
 * Records a run of an ONNX model.
 * @throws CommandError if a file cannot be read or written, or the inputs are not those of the model
 */
export function recordModel({ model, inputs, output, json }: CommandOf<'record'>): Promise<void> {
  return withModel(model, inputs, async (net, feeds) => {
    await record(net, [feeds], { to: output });
    console.log(writtenText(output, (await stat(output)).size, json));
  });
}
