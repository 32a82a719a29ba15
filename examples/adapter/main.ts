// Hooks on a framework for which layertap has no adapter.
import { listHooks, select } from 'layertap';
import { Chain, Dense, Relu, Tensor } from './tiny-net.ts';
import { wrapTiny } from './wrap.ts';

const model = new Chain({
  encoder: new Chain({ fc: new Dense([1, -1], [2, 1]), act: new Relu() }),
  head: new Dense([0.5, 0.25]),
});
const x = new Tensor([1, 3]);

const net = wrapTiny(model);
console.log('modules:', [...net.namedModules()].map(([path, module]) => `${path || '(root)'} ${module}`).join(', '));

const log = select(net, '**').log();
const ablation = net.getSubmodule('encoder.act').registerForwardHook((_module, _inputs, output) => {
  return new Tensor((output as Tensor).data.map(() => 0));
});
// The framework calls its own layers: the hooks are inside.
console.log('ablated:', model.call(x).data);
ablation.remove();
log.remove();
console.log('plain:', model.call(x).data, `${listHooks(net).length} hooks`);
