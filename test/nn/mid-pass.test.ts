// Changes that hooks and users' modules make during a pass count from the next layer on, as in a plain loop over the
// layers. Expected values are those of PyTorch 2.13's nn.Sequential with the same layers and hooks, unless a test says
// otherwise.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  full,
  Identity,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ReLU,
  registerModuleForwardHook,
  Sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';

/** A 1x1 layer: `weight · x + bias`. */
function layer(weight: number, bias = 0): Linear {
  const made = new Linear(1, 1);
  made.weight.assign([weight]);
  made.bias!.assign([bias]);
  return made;
}

/** A user's module that acts and returns its input. */
class Act extends Module {
  #act: () => void;
  constructor(act: () => void) {
    super();
    this.#act = act;
  }
  override forward(x: Tensor): Tensor {
    this.#act();
    return x;
  }
}

const call = (net: Module, x = 1): number => (net as Sequential)(full([1, 1], x)).item();

/** Runs `act` in the middle of `2x, act, 3x, ReLU, 5x`, in each way that a user's code can run there. */
function everywhere(act: (net: Sequential, later: Linear, last: Linear) => void, expected: number): void {
  const build = (middle: Module) => new Sequential(layer(2), middle, layer(3), new ReLU(), layer(5));
  const parts = (net: Sequential) => [net, net[2] as Linear, net[4] as Linear] as const;
  const ways: Record<string, (net: Sequential) => void> = {
    'a hook': (net) => void net[0]!.registerForwardHook(() => void act(...parts(net))),
    'a pre-hook': (net) => void net[1]!.registerForwardPreHook(() => void act(...parts(net))),
    'an observer': (net) => void net[1]!.observe(() => act(...parts(net))),
  };
  for (const [what, register] of Object.entries(ways)) {
    const net = build(new Identity());
    register(net);
    assert.is(call(net), expected, what);
  }
  const net = build(new Act(() => act(...parts(net))));
  assert.is(call(net), expected, 'a module');
  const inside = build(new Sequential(new Act(() => act(...parts(inside)))));
  assert.is(call(inside), expected, 'a module in a Sequential inside');
  const warm = build(new Identity());
  assert.is(call(warm), 30);
  ways['a hook']!(warm);
  assert.is(call(warm), expected, 'after a call without hooks');
}

test('assigning values to a later layer counts', () => {
  everywhere((_net, later) => later.weight.assign([7]), 2 * 7 * 5);
  everywhere((_net, later) => later.bias!.assign([1]), (2 * 3 + 1) * 5);
  everywhere((_net, _later, last) => last.weight.data.fill(11), 2 * 3 * 11);
  everywhere(
    (_net, _later, last) => {
      last.bias!.data[0] = 4;
    },
    2 * 3 * 5 + 4,
  );
  everywhere((_net, later) => void later.loadStateDict({ weight: tensor([[8]]), bias: tensor([1]) }), (2 * 8 + 1) * 5);
});

test('replacing a later parameter, module or forward counts', () => {
  everywhere(
    (_net, later) => {
      later.weight = new Parameter(tensor([[7]]));
    },
    2 * 7 * 5,
  );
  everywhere(
    (_net, later) => {
      later.bias = null;
    },
    2 * 3 * 5,
  );
  everywhere((net) => {
    net[2] = layer(-1);
  }, 0);
  everywhere(
    (net) => {
      net[3] = new Act(() => {});
      net[2] = layer(-1);
    },
    2 * -1 * 5,
  );
  everywhere((_net, later) => {
    (later as Linear & { forward: unknown }).forward = () => full([1, 1], 9);
  }, 9 * 5);
  everywhere((net) => net.dispose(), 30);
});

test('hooks and observers that are registered on a later layer fire in the same pass', () => {
  const tenfold = (_m: unknown, _i: unknown, output: Tensor) => full([1, 1], output.item() * 10);
  everywhere((_net, later) => void later.registerForwardHook(tenfold), 300);
  everywhere((net) => void net[3]!.registerForwardPreHook(() => full([1, 1], 1)), 5);
  let seen = 0;
  everywhere((net) => void net[3]!.observe(() => void seen++), 30);
  assert.is(seen, 6);
});

test('a global hook that is registered during a pass fires for modules that are entered later, also in a Sequential', () => {
  const names: string[] = [];
  let handle: ReturnType<typeof registerModuleForwardHook> | undefined;
  const net = new Sequential(
    layer(2),
    new Act(() => {
      handle ??= registerModuleForwardHook((module) => void names.push(String(module).split('(')[0]!));
    }),
    new Sequential(layer(3), new ReLU()),
    layer(5),
  );
  assert.is(call(net), 30);
  handle!.remove();
  // Not for the module that registered it nor the outer Sequential, whose calls had begun.
  assert.equal(names, ['Linear', 'ReLU', 'Sequential', 'Linear']);
});

test('a hook that is registered on a running module waits for its next call', () => {
  const seen: string[] = [];
  const hookAll = (net: Sequential) => {
    for (const module of net.modules()) {
      module.registerForwardHook(() => void seen.push(String(module).split('(')[0]!));
    }
  };
  let once = true;
  const net: Sequential = new Sequential(
    layer(2),
    new Act(() => {
      if (once) hookAll(net);
      once = false;
    }),
    layer(3),
  );
  call(net);
  assert.equal(seen, ['Linear'], 'the one layer that had not begun');
  seen.length = 0;
  call(net);
  assert.equal(seen, ['Linear', 'Act', 'Linear', 'Sequential']);
});

test('a forward on a prototype is called, assigned or attached', () => {
  const net = new Sequential(new Sequential(layer(2), new ReLU()), new Identity(), layer(3));
  assert.is(call(net), 6);
  for (const [type, calls] of [
    [Linear, 2],
    [ReLU, 1],
    [Identity, 1],
    [Sequential, 2],
  ] as const) {
    let seen = 0;
    const handle = attach(type.prototype as { forward(x: Tensor): Tensor }, 'forward').observe(() => void seen++);
    assert.is(call(net), 6);
    assert.is(seen, calls, `${type.name}, attached`);
    handle.remove();
    const { forward } = type.prototype;
    type.prototype.forward = () => full([1, 1], 7) as never;
    try {
      // The layers after it multiply the last 7.
      assert.is(call(net), { Linear: 7, ReLU: 21, Identity: 21, Sequential: 7 }[type.name]!, `${type.name}, by hand`);
    } finally {
      type.prototype.forward = forward;
    }
    assert.is(call(net), 6);
  }
});

test('changing the number of modules during a call is an error, as in Python', () => {
  const changes: Record<string, (net: Sequential) => void> = {
    append: (net) => void net.append(layer(1)),
    insert: (net) => void net.insert(0, layer(1)),
    pop: (net) => void net.pop(),
  };
  for (const [what, change] of Object.entries(changes)) {
    for (const at of [0, 1, 2]) {
      let active = true;
      const net: Sequential = new Sequential(layer(2), layer(3), layer(5));
      net[at]!.registerForwardHook(() => {
        if (active) change(net);
      });
      const before = net.size;
      assert.throws(
        () => call(net),
        (error: Error) =>
          error.message.startsWith('dictionary changed size during iteration\n  in Sequential') &&
          error.message.includes(`got: ${net.size} modules\n  expected: ${before}, as at the start`),
        `${what} behind ${at}`,
      );
      active = false;
      call(net);
    }
  }
});

test('adding and removing modules during a call is an error even if their number is the same again', () => {
  // PyTorch 2.13 throws for the first three; in the fourth it calls the old modules.
  const changes: Record<string, (net: Sequential | ModuleList) => void> = {
    'pop, append': (net) => void net.append(net.pop(0)),
    'pop the last, append': (net) => void net.append(net.pop()),
    'pop, insert': (net) => void net.insert(0, net.pop(1)),
    'append, pop': (net) => void net.append(layer(1)).pop(0),
  };
  const text = /^dictionary changed size during iteration\n(.*\n)? {2}got: 3 modules again, .*\n {2}expected: 3,/;
  for (const [what, change] of Object.entries(changes)) {
    const net: Sequential = new Sequential(layer(2), new Act(() => change(net)), layer(5));
    assert.throws(() => call(net), text, what);
    const list = new ModuleList([layer(1), layer(2), layer(3)]);
    assert.throws(
      () => {
        for (const _ of list) change(list);
      },
      text,
      what,
    );
    assert.is([...list].length, 3);
  }
  // As in Python, a key that takes the place of another is shown, and a key that comes twice is refused.
  const dict = new ModuleDict({ a: layer(1), b: layer(2), c: layer(3) });
  const names: string[] = [];
  for (const name of dict.keys()) {
    names.push(name);
    if (dict.delete('b')) dict.set('d', layer(4));
  }
  assert.equal(names, ['a', 'c', 'd']);
  assert.throws(() => {
    for (const [name, module] of dict) dict.delete(name) && dict.set(name, module);
  }, /^dictionary keys changed during iteration\n {2}got: an array of length 2, after the 3 of the start/);
});

test('planning searches a deeply nested Sequential once', () => {
  const innermost = new Act(() => {});
  const { forward } = innermost;
  let looks = 0;
  Object.defineProperty(innermost, 'forward', {
    get: () => {
      looks++;
      return forward;
    },
  });
  let net: Sequential = new Sequential(layer(2), innermost);
  for (let i = 0; i < 50; i++) net = new Sequential(layer(1), net);
  assert.is(call(net), 2);
  // The first listener of any module makes every plan stale.
  new Act(() => {}).registerForwardHook(() => {});
  looks = 0;
  assert.is(call(net), 2);
  assert.ok(looks < 10, `${looks} looks at the innermost one`);
});

test('a later index without a module is refused with the same error as before a call', () => {
  // The first text is PyTorch's, which refuses the assignment.
  const changes: [(net: Sequential) => void, RegExp][] = [
    [
      (net) => void Object.assign(net, { 2: 5 }),
      /^cannot assign 'number' as child module '2' \(torch\.nn\.Module or None/,
    ],
    [(net) => void Reflect.deleteProperty(net, 2), /^Sequential\[2\] is gone/],
  ];
  for (const [change, message] of changes) {
    const net: Sequential = new Sequential(layer(2), new Act(() => change(net)), layer(3));
    assert.throws(() => call(net), message);
  }
});

test('a container that is replaced while it runs finishes', () => {
  const seen: string[] = [];
  const say = (what: string) => new Act(() => void seen.push(what));
  const net: Sequential = new Sequential(
    new Sequential(
      new Act(() => {
        net[0] = new Sequential(say('new'));
      }),
      say('old'),
    ),
    say('behind'),
  );
  call(net);
  assert.equal(seen, ['old', 'behind']);
  call(net);
  assert.equal(seen, ['old', 'behind', 'new', 'behind']);
});

test('iterating a ModuleList or a ModuleDict shows replaced modules, and refuses added and removed ones', () => {
  const list = new ModuleList([layer(1), layer(2), layer(3)]);
  const other = layer(9);
  const seen: unknown[] = [];
  for (const module of list) {
    seen.push(module);
    list[2] = other;
  }
  assert.is(seen[2], other);
  const text = /^dictionary changed size during iteration\n {2}got: (\d) modules\n {2}expected: 3, as at the start/;
  assert.throws(() => {
    for (const _ of list) list.append(layer(4));
  }, text);
  const dict = new ModuleDict({ a: layer(1), b: layer(2), c: layer(3) });
  assert.throws(() => {
    for (const _ of dict) dict.set('d', layer(4));
  }, text);
  dict.delete('d');
  assert.throws(() => {
    for (const name of dict.keys()) dict.delete(name);
  }, text);
});

test('layers that share a weight or a bias compute the same fused and one by one', () => {
  const weight = new Parameter(tensor([[2]]));
  const bias = new Parameter(tensor([1]));
  const layers = Array.from({ length: 30 }, (_, i) => {
    const made = layer(0, i);
    if (i % 3 !== 0) made.weight = weight;
    if (i % 4 === 0) made.bias = bias;
    if (i % 5 === 4) made.bias = null;
    return made;
  });
  const net = new Sequential(...layers);
  // In float64, by the layers' own numbers.
  const expected = (x: number) =>
    layers.reduce((y, { weight, bias }) => y * weight.reshape(1).item() + (bias === null ? 0 : bias.item()), x);
  for (const x of [1, -2]) assert.is(call(net, x), expected(x));
  weight.assign([3]);
  bias.assign([-1]);
  assert.is(call(net), expected(1));
  net.dispose();
  assert.is(call(net), expected(1));
});

test('no plan keeps a replaced module alive', async () => {
  const net = new Sequential(layer(2), layer(3), layer(4), layer(5));
  const watched = [new WeakRef(net[2]!)];
  const handle = net[1]!.registerForwardHook(() => {});
  call(net);
  handle.remove();
  net[2] = layer(7);
  call(net);
  for (let i = 0; i < 3 && watched[0]!.deref() !== undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    globalThis.gc!();
  }
  assert.is(watched[0]!.deref(), undefined);
});

test('the cost of a pass is linear in its layers, even if every hook registers others', () => {
  /** The number of times that one pass reads the forward of a layer. */
  const lookUps = (size: number): number => {
    let count = 0;
    const layers = Array.from({ length: size }, () => {
      const made = layer(1);
      const { forward } = made;
      Object.defineProperty(made, 'forward', {
        get() {
          count++;
          return forward;
        },
      });
      return made;
    });
    const net = new Sequential(...layers);
    const idle = layer(1);
    layers.forEach((each, i) => {
      if (i % 2 === 0) each.registerForwardHook(() => idle.registerForwardHook(() => {}).remove());
    });
    call(net);
    count = 0;
    call(net);
    return count;
  };
  const [few, many] = [lookUps(20), lookUps(400)];
  assert.ok(many <= 20.5 * few, `${few} for 20 layers, ${many} for 400`);
});

test.run();
