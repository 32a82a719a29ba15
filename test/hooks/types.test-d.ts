// Checked by tsc, never run: what has to compile, and what must not.
import { map } from 'rxjs';
import { attach, Linear, Module, select, type Tensor, tensor } from '../../src/index.ts';

class Network extends Module {
  fc1 = new Linear(10, 20);
  override forward(x: Tensor, options?: { scale: number }): Tensor {
    return options === undefined ? x : this.fc1(x);
  }
}

const net = new Network();
const y: Tensor = net(tensor([1]), { scale: 2 });
y.item();

// @ts-expect-error forward takes a Tensor
net(3);
// @ts-expect-error the options are checked as forward's are
net(y, { scal: 2 });
// @ts-expect-error tensors are immutable
y.data[0] = 1;
// @ts-expect-error tensors are immutable
y.data.fill(1);
// @ts-expect-error shapes are read-only
y.shape[0] = 1;

net.registerForwardHook((module, inputs, output) => {
  const exact: Network = module;
  const input: Tensor = inputs[0];
  const options: { scale: number } | undefined = inputs[1];
  return options === undefined || exact === net ? output : input;
});
net.registerForwardPreHook((_module, [x]) => [x, { scale: 1 }]);
net.registerForwardPreHook((_module, [x]) => x);
net.registerForwardHook(async (_module, _inputs, output) => output);

const seen: Tensor[] = [];
net.registerForwardHook((_module, _inputs, output) => {
  seen.push(output);
});
// @ts-expect-error an arrow without braces returns the new length, a number
net.registerForwardHook((_module, _inputs, output) => seen.push(output));
// @ts-expect-error a hook is a function
net.registerForwardHook('hook');
// @ts-expect-error the options are known
net.registerForwardHook(() => {}, { prepended: true });

class Slow extends Module {
  static override readonly async = true;
  override async forward(x: Tensor): Promise<Tensor> {
    return x;
  }
}
new Slow().registerForwardHook((_module, _inputs, output) => {
  // The hook sees what the promise gave.
  output.item();
});

const model = { rate: 1, predict: (x: number): string => `${x}` };
attach(model, 'predict').registerForwardHook((_module, inputs, output) => output.repeat(inputs[0]));
// @ts-expect-error not a method
attach(model, 'rate');

select(net, Linear).observe(({ output }) => output.item());
select(net, (path, module): module is Linear => path !== '' && module instanceof Linear).transform(
  map((output) => tensor([output.item()])),
);
select<Linear>(net, '**.fc?').registerForwardHook((module, [x]) => (module.inFeatures > 1 ? x : undefined));
// @ts-expect-error nobody has said what these modules give
select(net, '**.fc?').observe(({ output }) => output.item());
// @ts-expect-error the output of a Linear is a tensor
select(net, Linear).transform(map(() => 1));
