// The cost of calling a module beyond its forward, without hooks, with one and with ten, beside one `next` of a bare RxJS
// Subject with one subscriber. Then a whole small network.
//
//   npm run build && node bench/dispatch.mjs
import { Subject } from 'rxjs';
import { medians } from './harness.mjs';
import { isMain, printConditions, printRow } from './print.mjs';

/** @param layertap any built copy of the library. @returns loops to time, by name */
export function dispatchLoops({ Linear, Module, ReLU, rand, Sequential, Tensor }) {
  // The forwards do almost nothing: the call is what is measured.
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
  const look = (_module, _inputs, output) => {
    sink = output;
  };
  const callOf = (module) => (count) => {
    for (let i = 0; i < count; i++) sink = module(x);
  };

  /** Calls children of four classes by name, as models do. */
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
  const network = () =>
    new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 30), new ReLU(), new Linear(30, 2));
  const [net, tapped] = [network(), network()];
  for (const layer of tapped) if (layer instanceof Linear) layer.registerForwardHook(look);
  const input = rand(1, 10);

  const plain = new A();
  return {
    calls: {
      forward: (count) => {
        for (let i = 0; i < count; i++) sink = plain.forward(x);
      },
      call: callOf(plain),
      fourForward: (count) => {
        for (let i = 0; i < count; i++) sink = four.forwarded(x);
      },
      fourCall: (count) => {
        for (let i = 0; i < count; i++) sink = four.called(x);
      },
      one: callOf(hooked(1)),
      ten: callOf(hooked(10)),
      next: (count) => {
        for (let i = 0; i < count; i++) subject.next(x);
      },
    },
    network: {
      none: (count) => {
        for (let i = 0; i < count; i++) sink = net(input);
      },
      hooks: (count) => {
        for (let i = 0; i < count; i++) sink = tapped(input);
      },
    },
    // Keeps the results alive.
    sink: () => sink,
  };
}

if (isMain(import.meta)) {
  const layertap = await import('../dist/index.js');
  const { calls, network } = dispatchLoops(layertap);
  printConditions(`${layertap.kernelName()} kernels`, 'RxJS 7.8.2');
  const ns = await medians(calls);
  const over = (cost) => `+${cost.toFixed(1)} ns over forward (target: at most 5)`;
  const nexts = (cost) => `${(cost / ns.next).toFixed(2)}x a next`;
  const [one, ten] = [ns.one - ns.call, ns.ten - ns.call];
  printRow('module.forward(x)', ns.forward);
  printRow('module(x), no hooks', ns.call, over(ns.call - ns.forward));
  printRow('four classes, forward', ns.fourForward / 4, 'a module');
  printRow('four classes, called', ns.fourCall / 4, over((ns.fourCall - ns.fourForward) / 4));
  printRow('RxJS subject.next(x), one subscriber', ns.next);
  printRow('module(x), one hook', ns.one, `one hook costs ${one.toFixed(1)} ns, ${nexts(one)} (target: 0.35x)`);
  printRow('module(x), ten hooks', ns.ten, `ten hooks cost ${ten.toFixed(1)} ns, ${nexts(ten)} (target: 2x)`);

  console.log('\nA network of 10-30-30-2, ReLU between, batch 1:\n');
  const whole = await medians(network);
  printRow('net(x), no hooks', whole.none, '(target: at most 3 µs)');
  printRow('net(x), a hook on each Linear', whole.hooks, `${(whole.hooks / whole.none).toFixed(2)}x`);
  console.log('\nMedians of 61 turns each, alternating in one process.');
}
