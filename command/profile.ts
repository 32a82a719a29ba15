import { profile } from '../src/inspect/index.ts';
import type { CommandOf } from './arguments.ts';
import { withModel } from './with-model.ts';

/**
 * Prints how long the layers of an ONNX model take.
 * @throws CommandError if a file cannot be read, or the model cannot run
 */
export function profileModel({ model, inputs, runs, json }: CommandOf<'profile'>): Promise<void> {
  return withModel(model, inputs, async (net, feeds) => {
    const times = await profile(net, [feeds], { runs });
    const { total, unhooked, modules } = times;
    console.log(json ? JSON.stringify({ total, unhooked, modules }) : String(times));
  });
}
