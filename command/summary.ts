import { describeError } from '../src/check/index.ts';
import { summary } from '../src/inspect/index.ts';
import type { CommandOf } from './arguments.ts';
import { readFeeds } from './feeds.ts';
import { openModel } from './onnx.ts';
import { CommandError } from './paths.ts';

/**
 * Prints the layers of an ONNX model.
 * @throws CommandError if a file cannot be read, or the model cannot run
 */
export async function summarizeModel({ model, inputs, json }: CommandOf<'summary'>): Promise<void> {
  const { net, tensor, zeros } = await openModel(model);
  try {
    const feeds = inputs === undefined ? await zeros() : await readFeeds(inputs, net.inputNames, tensor);
    const table = await summary(net, [feeds]);
    console.log(json ? JSON.stringify({ modules: table.modules, totals: table.totals }) : String(table));
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(describeError(error));
  } finally {
    await net.release();
  }
}
