// Types that must compile, and uses that must not. Checked by tsc, never run.
import { map } from 'rxjs';
import { type Listeners, listenersOf } from '../../src/adapter.ts';
import {
  attach,
  type ChunkEvent,
  chunks,
  type ForwardHook,
  type ForwardPreHook,
  type Hookable,
  Identity,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  ReLU,
  Sequential,
  select,
  type Tensor,
  type TensorReader,
  tensor,
} from '../../src/index.ts';

/** Compiles only if both types are identical. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

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
// @ts-expect-error the options have the type of forward's
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

net.registerForwardHook((_module, _inputs, output, call, receiver) => {
  same<typeof call, number>(true);
  same<typeof receiver, unknown>(true);
  return output;
});
net.registerForwardPreHook((_module, [x], call, receiver) => (call > 0 && receiver === net ? x : undefined));
net.observe(({ call, receiver, reader }) => {
  same<typeof call, number>(true);
  same<typeof receiver, unknown>(true);
  same<typeof reader, TensorReader | undefined>(true);
});

const listeners: Listeners = listenersOf(net);
listeners.after(listeners.begin(), [], y);
// @ts-expect-error only listenersOf() makes listeners
const made: Listeners = { mayReplace: true, hasPreHooks: true, begin: () => 0, after: () => 0 };
made.begin();

const seen: Tensor[] = [];
net.registerForwardHook((_module, _inputs, output) => {
  seen.push(output);
});
// @ts-expect-error an arrow without braces returns the new length, a number
net.registerForwardHook((_module, _inputs, output) => seen.push(output));
// @ts-expect-error a hook is a function
net.registerForwardHook('hook');
// @ts-expect-error unknown option
net.registerForwardHook(() => {}, { prepended: true });

class Slow extends Module {
  static override readonly async = true;
  override async forward(x: Tensor): Promise<Tensor> {
    return x;
  }
}
new Slow().registerForwardHook((_module, _inputs, output) => {
  // The hook gets the resolved value.
  output.item();
});

const model = { rate: 1, predict: (x: number): string => `${x}` };
attach(model, 'predict').registerForwardHook((_module, inputs, output) => output.repeat(inputs[0]));
// @ts-expect-error not a method
attach(model, 'rate');
// @ts-expect-error no such key
attach(model, 'predct');
attach({ rate: 1, scale: (x: number): string => `${x}` }, 'scale').observe(({ inputs, output }) =>
  output.repeat(inputs[0]),
);
attach(net, 'forward').registerForwardHook((_module, [x], output) => (output.item() > 0 ? output : x));
attach(Network.prototype, 'forward').registerForwardHook((_module, _inputs, output) => output);

/** A class that hooks itself, and a subclass of it. */
class Service {
  static rate(text: string): number {
    return text.length;
  }
  constructor() {
    attach(this, 'run').log();
  }
  run(x: number): number {
    return x;
  }
}
attach(new Service(), 'run').observe(({ output }) => output.toFixed());
attach(Service, 'rate').registerForwardHook((_module, [text], output) => output + text.length);
// @ts-expect-error no such method
attach(new Service(), 'rum');

/** A generic helper. */
const watch = <M extends { predict(x: number): number }>(open: M): void => {
  attach(open, 'predict').observe(({ output }) => output.toFixed());
};
watch({ predict: (x: number) => x });

/** An optional method, a symbol, a number. */
const key = Symbol('key');
const plugin: { run?(x: number): string; [key](x: number): number; 3: (x: string) => string } = {
  [key]: (x) => x,
  3: (x) => x,
};
attach(plugin, 'run').registerForwardHook((_module, [x], output) => output.repeat(x));
attach(plugin, key).registerForwardHook((_module, [x], output) => output + x);
attach(plugin, 3).observe(({ output }) => output.length);

select(net, Linear).observe(({ output }) => output.item());
// The observer of chunks knows the module, its inputs and its output.
net.fc1.observe(
  chunks(({ module, inputs: [x], output, stream }) => {
    same<typeof module, Linear>(true);
    same<typeof stream, ChunkEvent['stream']>(true);
    return [x.item(), output.item()];
  }),
  { reporter: () => {} },
);
select(net, Linear).observe(chunks(({ module }) => module.outFeatures));
select(net, Linear)
  .observe(chunks())
  .subscribe(({ module, chunk }) => [module.outFeatures, chunk]);
// @ts-expect-error Chunks are an import, not an option.
net.observe(() => {}, { chunks: true });
select(net, (path, module): module is Linear => path !== '' && module instanceof Linear).transform(
  map((output) => tensor([output.item()])),
);
select<Linear>(net, '**.fc?').registerForwardHook((module, [x]) => (module.inFeatures > 1 ? x : undefined));
// @ts-expect-error the outputs of a glob are unknown
select(net, '**.fc?').observe(({ output }) => output.item());
// @ts-expect-error the output of a Linear is a tensor
select(net, Linear).transform(map(() => 1));

// A ForwardHook without type arguments fits every module.
const anyHook: ForwardHook = (module, inputs, output) => {
  same<typeof module, Hookable>(true);
  same<typeof output, unknown>(true);
  seen.push(inputs[0]);
};
const anyPreHook: ForwardPreHook = (_module, inputs) => inputs;
const identityHook: ForwardHook = (_module, _inputs, output) => output;
for (const module of [net, new Slow(), net.fc1, new Identity(), new Sequential(net.fc1)]) {
  (module as Hookable).registerForwardHook(anyHook);
}
net.registerForwardHook(anyHook);
net.fc1.registerForwardHook(anyHook);
net.fc1.registerForwardHook(identityHook);
net.fc1.registerForwardPreHook(anyPreHook);
new Slow().registerForwardHook(anyHook);
new Identity().registerForwardHook(anyHook);
attach(model, 'predict').registerForwardHook(anyHook);
const linearHook: ForwardHook<Linear> = (module, [x], output) => (module.inFeatures > 0 ? output : x);
net.fc1.registerForwardHook(linearHook);
// @ts-expect-error a hook for Linear does not fit every module
net.registerForwardHook(linearHook);

// Containers infer the types of their modules.
const linears = new ModuleList([new Linear(1, 2), new Linear(2, 3)]);
same<typeof linears, ModuleList<Linear>>(true);
linears[0]!.weight.assign([1, 2]);
linears.at(-1).weight.assign([1]);
for (const layer of linears) same<typeof layer, Linear>(true);
linears[0] = new Linear(1, 2);
// @ts-expect-error not a module
linears[0] = 5;
// @ts-expect-error not the class that the list was made of
linears.append(new ReLU());
const mixed = new ModuleList([new Linear(1, 2), new ReLU()]);
same<typeof mixed, ModuleList<Linear | ReLU>>(true);
const through: Tensor = mixed[1]!(tensor([1]));
through.item();
const open = new ModuleList();
same<typeof open, ModuleList>(true);
open.append(new Linear(1, 2)).append(new ReLU());
new ModuleList(linears).extend(linears);
new ModuleList(new Sequential(new ReLU()));
const asHookable: Hookable = linears;
const asList: ModuleList = linears;
[asHookable, asList].map(String);

const heads = new ModuleDict({ left: new Linear(1, 2), right: new Linear(1, 3) });
same<typeof heads, ModuleDict<Linear>>(true);
heads.get('left').weight.assign([1, 2]);
for (const pair of heads) same<typeof pair, [string, Linear]>(true);
const byPairs = new ModuleDict([['a', new ReLU()]]);
same<typeof byPairs, ModuleDict<ReLU>>(true);
const byMap = new ModuleDict(new Map([['a', new Linear(1, 1)]]));
same<typeof byMap, ModuleDict<Linear>>(true);
same<typeof byMap, typeof heads>(true);
const either = new ModuleDict({ a: new Linear(1, 1), b: new ReLU() });
same<typeof either, ModuleDict<Linear | ReLU>>(true);
const emptyDict = new ModuleDict();
same<typeof emptyDict, ModuleDict>(true);
emptyDict.set('x', new ReLU()).get('x')(1);
new ModuleDict(heads);

const passed: Tensor = new Identity()(tensor([1]));
passed.item();
const text: string = new Identity()('x');
text.trim();
const layerOrNothing: Identity | Linear = new Identity(10, { any: 'thing' });
layerOrNothing.registerForwardPreHook(anyPreHook);

class Stack extends Module {
  layers = new ModuleList([new Linear(2, 2), new Linear(2, 2)]);
  heads = new ModuleDict({ left: new Linear(2, 1) });
  norm = new Identity();
  override forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = layer(y);
    return this.norm(this.heads.get('left')(y));
  }
}
const stacked: Tensor = new Stack()(tensor([1]));
stacked.item();
// @ts-expect-error the name of a function is read-only, until a field is declared
new Stack().name = 'x';
const visit = (_module: Hookable): void => {};
// @ts-expect-error apply is that of Function: it takes the inputs of forward as an array
new Stack().apply(visit);
const applied: Tensor = new Stack().apply(undefined, [tensor([1])]);
applied.item();
