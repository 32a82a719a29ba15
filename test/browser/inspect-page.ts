// profile() in a page, of a model with one slow layer.
import { Linear, Module, rand, Sequential, type Tensor } from '../../src/index.ts';
import { profile } from '../../src/inspect/index.ts';

class Slow extends Module {
  static override readonly className: string = 'Slow';
  override forward(x: Tensor): Tensor {
    const end = performance.now() + 20;
    while (performance.now() < end);
    return x;
  }
}

const net = new Sequential(new Linear(8, 8), new Slow(), new Sequential(new Linear(8, 8)));

Object.assign(globalThis, {
  async run() {
    const { modules, total, unhooked } = await profile(net, [rand(2, 8)], { runs: 2, tracks: true });
    return { modules, total, unhooked };
  },
});
