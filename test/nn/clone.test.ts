import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  clone,
  Linear,
  listHooks,
  Module,
  ModuleDict,
  ModuleList,
  ReLU,
  rand,
  Sequential,
  type Tensor,
} from '../../src/index.ts';

class Net extends Module {
  override name: string = 'net';
  sizes: { hidden: number[] } = { hidden: [4] };
  a: Linear = new Linear(3, 4);
  layers: ModuleList = new ModuleList([new Linear(4, 4), new ReLU()]);
  heads: ModuleDict = new ModuleDict({ left: new Linear(4, 2), right: new Linear(4, 2, { bias: false }) });
  body: Sequential = new Sequential(new Linear(4, 4), this.layers.at(1));
  pair: Linear[] = [this.a];
  override forward(x: Tensor): Tensor {
    let y = this.a(x);
    for (const layer of this.layers) y = (layer as Linear)(y);
    return (this.heads.get('left') as Linear)(this.body(y) as Tensor);
  }
}

test('a clone computes the same without the hooks of its model, and shares nothing that changes', () => {
  const net = new Net();
  net.training = false;
  const x = rand(2, 3);
  const before = net(x).data;
  net.a.registerForwardHook((_module, _inputs, output) => output.mul(0));
  net.observe(() => {});
  const copy = clone(net);
  assert.instance(copy, Net);
  assert.equal(copy(x).data, before);
  assert.equal(listHooks(copy), []);
  assert.is(listHooks(net).length, 2);
  assert.is(String(copy), String(net));
  assert.equal([...copy.stateDict().keys()], [...net.stateDict().keys()]);
  assert.equal([copy.name, copy.training, copy.sizes], ['net', false, { hidden: [4] }]);
  // Shared modules are shared in the copy, and with the copy alone.
  assert.is(copy.pair[0], copy.a);
  assert.is(copy.body[1], copy.layers.at(1));
  assert.is.not(copy.a, net.a);
  for (const parameter of net.parameters()) parameter.data.fill(0);
  copy.sizes.hidden.push(5);
  assert.equal(copy(x).data, before);
  assert.equal(net.sizes, { hidden: [4] });
  // Containers of the copy take modules as others do.
  copy.layers.append(new ReLU());
  copy.heads.set('third', new Linear(4, 1));
  assert.equal([copy.layers.size, net.layers.size, copy.heads.size, net.heads.size], [3, 2, 3, 2]);
});

test('parameters that modules share are shared in the copy; hooks on the copy leave the model alone', () => {
  const net = new Sequential(new Linear(2, 2), new Linear(2, 2));
  (net[1] as Linear).weight = (net[0] as Linear).weight;
  const copy = clone(net);
  assert.is((copy[1] as Linear).weight, (copy[0] as Linear).weight);
  assert.is.not((copy[0] as Linear).weight, (net[0] as Linear).weight);
  copy[0]!.registerForwardHook(() => undefined);
  assert.equal(listHooks(net), []);
});

test('what cannot be cloned is an error', () => {
  const attached = attach({ run: () => 1 }, 'run');
  assert.throws(() => clone(attached as never), /^clone\(\): the first argument must be a Module, got/);
  const net = Object.assign(new Sequential(new ReLU()), { other: attached });
  assert.throws(() => clone(net), /^clone\(\): the modules of Sequential must be Modules, got AttachedMethod$/);
});

test.run();
