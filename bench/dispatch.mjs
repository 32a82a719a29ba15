// What a call of a module costs beyond its forward: without hooks, with one, with ten; beside one `next` of a bare
// RxJS Subject with one subscriber. And a whole small network.
//
//   npm run bench
import { cpus } from 'node:os';
import { Subject } from 'rxjs';
import { kernelName, Linear, Module, ReLU, rand, Sequential, Tensor } from '../dist/index.js';
import { alternate, row } from './alternate.mjs';

console.log(
  `Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0].model}, ${kernelName()} kernels, RxJS 7.8.2\n`,
);

// Four classes whose forward is next to nothing, so that what is measured is the call.
class A extends Module {
  forward(x) {
    return x;
  }
}
class B extends Module {
  gain = 2;
  forward(x) {
    return x;
  }
}
class C extends Module {
  bias = 1;
  scale = 3;
  forward(x) {
    return x;
  }
}
class D extends Module {
  inner = null;
  forward(x) {
    return x;
  }
}

const x = new Tensor(new Float32Array(4), [4]);
let sink;
/** The hook that is timed: one that looks. */
const look = (_module, _inputs, output) => {
  sink = output;
};
const callOne = (module) => (times) => {
  for (let i = 0; i < times; i++) sink = module(x);
};
const forwardOne = (module) => (times) => {
  for (let i = 0; i < times; i++) sink = module.forward(x);
};

/** A model of four different classes calls its children by name, as models do. */
class Four extends Module {
  a = new A();
  b = new B();
  c = new C();
  d = new D();
  called(x) {
    return this.d(this.c(this.b(this.a(x))));
  }
  forwarded(x) {
    return this.d.forward(this.c.forward(this.b.forward(this.a.forward(x))));
  }
}
const four = new Four();

const hooked = (hooks) => {
  const module = new A();
  for (let i = 0; i < hooks; i++) module.registerForwardHook(look);
  return module;
};
const subject = new Subject();
subject.subscribe((value) => {
  sink = value;
});

const plain = new A();
const dispatch = alternate({
  forward: forwardOne(plain),
  call: callOne(plain),
  fourForward: (times) => {
    for (let i = 0; i < times; i++) sink = four.forwarded(x);
  },
  fourCall: (times) => {
    for (let i = 0; i < times; i++) sink = four.called(x);
  },
  one: callOne(hooked(1)),
  ten: callOne(hooked(10)),
  next: (times) => {
    for (let i = 0; i < times; i++) subject.next(x);
  },
});
const oneCost = dispatch.one - dispatch.call;
const tenCost = dispatch.ten - dispatch.call;
row('module.forward(x)', dispatch.forward);
row(
  'module(x), no hooks',
  dispatch.call,
  `+${(dispatch.call - dispatch.forward).toFixed(1)} ns over forward (target: at most 5)`,
);
const perCall = (dispatch.fourCall - dispatch.fourForward) / 4;
row('four classes, forward', dispatch.fourForward / 4, 'a module');
row('four classes, called', dispatch.fourCall / 4, `+${perCall.toFixed(1)} ns over forward (target: at most 5)`);
row('RxJS subject.next(x), one subscriber', dispatch.next);
const times = (ns) => `${(ns / dispatch.next).toFixed(2)}x a next`;
row('module(x), one hook', dispatch.one, `one hook costs ${oneCost.toFixed(1)} ns, ${times(oneCost)} (target: 0.35x)`);
row('module(x), ten hooks', dispatch.ten, `ten hooks cost ${tenCost.toFixed(1)} ns, ${times(tenCost)} (target: 2x)`);

console.log('\nA network of 10-30-30-2, ReLU between, batch 1:\n');
const net = new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 30), new ReLU(), new Linear(30, 2));
const tapped = new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 30), new ReLU(), new Linear(30, 2));
for (const layer of tapped) if (layer instanceof Linear) layer.registerForwardHook(look);
const input = rand(1, 10);
const whole = alternate({
  none: (times) => {
    for (let i = 0; i < times; i++) sink = net(input);
  },
  hooks: (times) => {
    for (let i = 0; i < times; i++) sink = tapped(input);
  },
});
row('net(x), no hooks', whole.none, '(target: at most 3 µs)');
row('net(x), a hook on each Linear', whole.hooks, `${(whole.hooks / whole.none).toFixed(2)}x`);

console.log(sink === undefined ? '' : '\nMedians of 61 turns each, in turns in one process.');
