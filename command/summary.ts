import { summary } from '../src/inspect/index.ts';
import type { CommandOf } from './arguments.ts';
import { withModel } from './with-model.ts';

/**
 * Prints the layers of an ONNX model.
 * @throws CommandError if a file cannot be read, or the model cannot run
 */
export function summarizeModel({ model, inputs, json }: CommandOf<'summary'>): Promise<void> {
  return withModel(model, inputs, async (net, feeds) => {
    const table = await summary(net, [feeds]);
    console.log(json ? JSON.stringify({ modules: table.modules, totals: table.totals }) : String(table));
  });
}
