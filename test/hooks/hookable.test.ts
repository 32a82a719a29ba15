// Modules beyond the contract suite: the call itself, the path in an error, memory.
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { map, mergeMap, tap } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  ForwardError,
  Hookable,
  Identity,
  Linear,
  listHooks,
  Module,
  ReLU,
  type RemovableHandle,
  rand,
  registerModuleForwardHook,
  relu,
  removeAllHooks,
  Sequential,
  select,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { messageOf } from '../fixtures/errors.ts';
import { collected } from './collected.ts';
import { Later } from './later.ts';

class Network extends Module {
  fc1 = new Linear(10, 20);
  fc2 = new Linear(20, 30);
  fc3 = new Linear(30, 2);
  override forward(x: Tensor): Tensor {
    return relu(this.fc3(this.fc2(this.fc1(x))));
  }
}

test('a module is callable, is an instance of its class, and prints its repr', () => {
  const net = new Network();
  assert.equal(net(rand(1, 10)).shape, [1, 2]);
  assert.ok(net instanceof Network && net instanceof Module && net instanceof Hookable && net instanceof Function);
  assert.is(typeof net, 'function');
  assert.is(inspect(net), String(net));
  assert.equal(
    [1, 2].map(
      new (class Inc extends Module {
        override forward(x: number): number {
          return x + 1;
        }
      })(),
    ),
    [2, 3],
  );
});

test('a module may have the fields arguments and caller, which functions reserve', () => {
  class Parser extends Identity {
    declare arguments: string[];
    declare caller: string;
    constructor() {
      super();
      this.arguments = ['x'];
      this.caller = 'main';
    }
  }
  const parser = new Parser();
  assert.equal([parser.arguments, parser.caller], [['x'], 'main']);
  assert.is((new Identity() as unknown as Parser).caller, undefined);
});

test('calling forward() directly skips the hooks of the module but not those of its children', () => {
  const net = new Network();
  const fired: string[] = [];
  net.registerForwardHook(() => void fired.push('net'));
  net.fc1.registerForwardHook(() => void fired.push('fc1'));
  net.forward(rand(1, 10));
  assert.equal(fired, ['fc1']);
  net(rand(1, 10));
  assert.equal(fired, ['fc1', 'fc1', 'net']);
});

test('a forward assigned to an instance is called, with hooks around it', () => {
  const layer = new ReLU();
  layer.forward = () => tensor([7]);
  assert.equal(layer(tensor([1])).toArray(), [7]);
  let seen: unknown;
  layer.registerForwardHook((_m, _i, output) => {
    seen = output.toArray();
  });
  layer(tensor([1]));
  assert.equal(seen, [7]);
});

test('a forward that a pre-hook assigns counts from the next call', async () => {
  // PyTorch 2.13 gives 2, then 101: _call_impl looks forward up before its pre-hooks.
  class Plus extends Module {
    override forward(x: number): unknown {
      return x + 1;
    }
  }
  class AsyncPlus extends Plus {
    static override readonly async: boolean = true;
  }
  for (const module of [new Plus(), new AsyncPlus()]) {
    module.registerForwardPreHook(() => {
      module.forward = (x: number) => x + 100;
    });
    assert.is(await module(1), 2);
    assert.is(await module(1), 101);
  }
});

test('a forward that is not a function is an error that names the module, hooked or not', async () => {
  class Slow extends Module {
    static override readonly async = true;
  }
  for (const hooked of [false, true]) {
    const net = new Sequential(new ReLU());
    net[0]!.forward = 5 as never;
    if (hooked) net[0]!.registerForwardHook(() => {});
    assert.is(
      caught(() => net(zeros(1))).message,
      'the forward of ReLU is not a function\n  in 0, ReLU() of Sequential\n  got: the number 5\n  expected: a function',
    );
    const slow = new Slow();
    slow.forward = undefined as never;
    if (hooked) slow.registerForwardHook(() => {});
    const error = await Promise.resolve(slow(1)).catch((reason: Error) => reason);
    assert.match(
      (error as Error).message,
      /^the forward of Slow is not a function\n {2}in Slow\(\)\n {2}got: undefined\n/,
    );
  }
});

test('a hook can replace an output that is not a tensor with false or 0', () => {
  class Flag extends Module {
    override forward(): boolean | number {
      return true;
    }
  }
  const flag = new Flag();
  const handle = flag.registerForwardHook(() => false);
  assert.is(flag(), false);
  handle.remove();
  flag.registerForwardHook(() => 0);
  assert.is(flag(), 0);
});

test('a module called twice fires twice', () => {
  const layer = new Linear(3, 3);
  const net = new Sequential(layer, new ReLU(), layer);
  let fired = 0;
  layer.registerForwardHook(() => void fired++);
  net(zeros(1, 3));
  assert.is(fired, 2);
});

test('Sequential fuses Linear and ReLU only while neither has listeners, with the same bits', () => {
  const net = new Sequential(new Linear(5, 7), new ReLU(), new Linear(7, 3), new ReLU());
  const x = rand(4, 5);
  const plain = [...net(x).data];
  const fired: string[] = [];
  const listeners: [string, () => RemovableHandle][] = [
    ['linear', () => net[0]!.registerForwardHook(() => void fired.push('linear'))],
    ['relu', () => net[1]!.registerForwardHook(() => void fired.push('relu'))],
    ['relu pre', () => net[3]!.registerForwardPreHook(() => void fired.push('relu pre'))],
    ['global', () => registerModuleForwardHook((m) => void fired.push(`global ${m === net ? 'net' : String(m)[0]}`))],
  ];
  const expected = [['linear'], ['relu'], ['relu pre'], ['global L', 'global R', 'global L', 'global R', 'global net']];
  listeners.forEach(([name, listen], i) => {
    fired.length = 0;
    const handle = listen();
    assert.equal([...net(x).data], plain, name);
    assert.equal(fired, expected[i], name);
    handle.remove();
  });
  // A forward of a subclass or of an instance is called.
  class Marked extends ReLU {
    override forward(input: Tensor): Tensor {
      fired.push('own forward');
      return super.forward(input);
    }
  }
  fired.length = 0;
  new Sequential(new Linear(5, 7), new Marked())(x);
  const assigned = new Sequential(new Linear(5, 7), new ReLU());
  assigned[0]!.forward = () => {
    fired.push('assigned');
    return zeros(1);
  };
  assigned(x);
  assert.equal(fired, ['own forward', 'assigned']);
});

test('the error of a layer has its path: each parent adds the name of its child', () => {
  class Encoder extends Module {
    layers = [new Sequential(new Linear(3, 2), new ReLU())];
    override forward(x: Tensor): Tensor {
      return this.layers[0]!(x);
    }
  }
  class Outer extends Module {
    encoder = new Encoder();
    override forward(x: Tensor): Tensor {
      return this.encoder(x);
    }
  }
  const outer = new Outer();
  const expected = [
    'mat1 and mat2 shapes cannot be multiplied (4x5 and 3x2)',
    '  in encoder.layers.0.0, Linear(in_features=3, out_features=2, bias=True) of Outer',
    '  got: an input of shape [4, 5]',
    '  expected: shape [..., 3]',
  ].join('\n');
  // Without hooks, with a hook on a parent, and with one that prevents fusion in the Sequential.
  const hooks = [
    () => {},
    () => outer.encoder.registerForwardHook(() => {}),
    () => outer.encoder.layers[0]![1]!.registerForwardHook(() => {}),
  ];
  for (const hook of hooks) {
    hook();
    const error = caught(() => outer(zeros(4, 5)));
    assert.is(error.message, expected);
    assert.is(error.path, 'encoder.layers.0.0');
    assert.is(error.module, outer.encoder.layers[0]![0]);
    assert.ok(error.stack!.includes('encoder.layers.0.0'), 'the stack shows the path');
  }
});

test('a path names each parent once, however often the error passes it', () => {
  class Recursive extends Module {
    fc = new Linear(3, 2);
    override forward(x: Tensor, depth: number): unknown {
      return depth === 0 ? this.fc(x) : (this as Recursive)(x, depth - 1);
    }
  }
  class Outer extends Module {
    inner = new Recursive();
    // A private field is not in the tree, so it adds no name.
    #wrapper = new Wrapper(this.inner.fc);
    override forward(x: Tensor, depth: number): unknown {
      return depth < 0 ? this.#wrapper(x) : this.inner(x, depth);
    }
  }
  class Wrapper extends Module {
    #layer: Linear;
    constructor(layer: Linear) {
      super();
      this.#layer = layer;
    }
    override forward(x: Tensor): Tensor {
      return this.#layer(x);
    }
  }
  const outer = new Outer();
  for (const depth of [0, 1, 3, -1]) {
    for (const isHooked of [false, true]) {
      const handle = isHooked ? outer.inner.registerForwardHook(() => {}) : undefined;
      const error = caught(() => outer(zeros(4, 5), depth));
      assert.is(error.path, 'inner.fc', `${depth}`);
      assert.match(error.message, /\n {2}in inner\.fc, Linear\(.*\) of Outer\n/);
      handle?.remove();
    }
  }
  assert.is(caught(() => outer.inner(zeros(4, 5), 2)).path, 'fc');
});

test('the error for a wrong hook has a path; errors thrown by hooks pass unchanged', () => {
  const net = new Network();
  const handle = net.fc2.registerForwardHook(function clumsy() {
    return 7 as never;
  });
  const error = caught(() => net(rand(1, 10)));
  assert.is(error.path, 'fc2');
  assert.match(
    error.message,
    /^a forward hook replaced a tensor by something that is not a tensor\n {2}in fc2, Linear\(.*\) of Network\n {2}hook: clumsy\n {2}got: the number 7\n/,
  );
  handle.remove();
  const mine = new RangeError('mine');
  net.fc2.registerForwardHook(() => {
    throw mine;
  });
  try {
    net(rand(1, 10));
    assert.unreachable();
  } catch (error) {
    assert.is(error, mine);
    assert.is(mine.message, 'mine');
  }
});

test('the error of an asynchronous module has its path too', async () => {
  class Slow extends Module {
    static override readonly async = true;
    inner = new Linear(3, 2);
    override async forward(x: Tensor): Promise<Tensor> {
      await undefined;
      return this.inner(x);
    }
  }
  class Outer extends Module {
    static override readonly async = true;
    slow = new Slow();
    override async forward(x: Tensor): Promise<Tensor> {
      return this.slow(x);
    }
  }
  for (const hooked of [false, true]) {
    const outer = new Outer();
    if (hooked) outer.registerForwardHook(async () => {});
    try {
      await outer(zeros(1, 5));
      assert.unreachable();
    } catch (error) {
      assert.is((error as ForwardError).path, 'slow.inner');
    }
  }
});

test('the error of a layer survives a tree that cannot be walked', () => {
  class Loop extends Module {
    layer = new Linear(3, 2);
    self?: Module;
    override forward(x: Tensor): Tensor {
      return this.layer(x);
    }
  }
  const loop = new Loop();
  loop.self = loop;
  assert.match(caught(() => loop(zeros(1, 5))).message, /^mat1 and mat2/);
});

test('listHooks() lists the hooks of a tree by path, a shared module once, and no global hooks', () => {
  const net = new Network();
  (net as unknown as { again: Module }).again = net.fc1;
  const global = registerModuleForwardHook(() => {});
  net.registerForwardHook(function root() {});
  net.fc1.registerForwardPreHook(function pre() {});
  net.fc1.registerForwardHook(() => {});
  net(rand(1, 10));
  assert.equal(
    listHooks(net).map(({ path, kind, name, calls }) => [path, kind, name, calls]),
    [
      ['', 'forward', 'root', 1],
      ['fc1', 'forward-pre', 'pre', 1],
      ['fc1', 'forward', '(anonymous)', 1],
    ],
  );
  removeAllHooks(net.fc1);
  assert.equal(listHooks(net).length, 1);
  global.remove();
  assert.throws(() => listHooks({} as never), /^listHooks\(\): the root must be a module, got an Object$/);
  assert.throws(() => removeAllHooks(null as never), /^removeAllHooks\(\): the root must be a module, got null$/);
});

test('a global alwaysCall hook that throws is not run again; the ones after it run', () => {
  const layer = new ReLU();
  const fired: string[] = [];
  const handles = [
    registerModuleForwardHook(() => void fired.push('before'), { alwaysCall: true }),
    registerModuleForwardHook(
      () => {
        fired.push('throws');
        throw new Error('mine');
      },
      { alwaysCall: true },
    ),
    registerModuleForwardHook(() => void fired.push('not always')),
    registerModuleForwardHook(() => void fired.push('after'), { alwaysCall: true }),
    layer.registerForwardHook(() => void fired.push('own'), { alwaysCall: true }),
  ];
  try {
    assert.throws(() => layer(zeros(1)), /^mine$/);
    assert.equal(fired, ['before', 'throws', 'after', 'own']);
  } finally {
    for (const handle of handles) handle.remove();
  }
});

const later = <T>(value: T) => new Later(Promise.resolve(value));

test('thenables: a synchronous forward refuses one from a hook or pre-hook, and absorbs its rejection', async () => {
  const layer = new ReLU();
  const x = zeros(1);
  for (const make of [() => later(x), () => new Later(Promise.reject(new Error('must be absorbed')))]) {
    for (const [what, register] of [
      ['hook', () => layer.registerForwardHook(make as never)],
      ['hook', () => registerModuleForwardHook(make)],
      ['pre-hook', () => layer.registerForwardPreHook(make as never)],
    ] as const) {
      const handle = register();
      const error = caught(() => layer(x));
      assert.ok(error.message.startsWith(`a synchronous forward cannot wait for its ${what}\n`), error.message);
      assert.match(error.message, /\n {2}got: a promise\n/);
      handle.remove();
    }
  }
  // An unhandled rejection would end the process here.
  await setImmediate();
});

test('thenables: hooks await one from forward, and may return one', async () => {
  class Slow extends Module {
    override forward(x: Tensor): PromiseLike<Tensor> {
      return later(x);
    }
  }
  const slow = new Slow();
  const seen: unknown[] = [];
  slow.registerForwardHook((_module, _inputs, output) => {
    seen.push(output.toArray());
    return later(tensor([2])) as never;
  });
  slow.registerForwardHook((_module, _inputs, output) => void seen.push(output.toArray()));
  assert.equal((await slow(tensor([1]))).toArray(), [2]);
  assert.equal(seen, [[1], [2]]);
});

test('thenables: a rejection of an observer is reported; a transform refuses one', async () => {
  const layer = new ReLU();
  const reported: string[] = [];
  const observer = () => new Later(Promise.reject(new Error('mine')));
  layer.observe(observer, { reporter: (error) => reported.push(error.message) });
  layer(zeros(1));
  await setImmediate();
  assert.equal(reported, ['layertap: the observer observer of ReLU() failed: mine']);
  const failing = () => new Later(Promise.reject(new Error('must be absorbed'))) as never;
  const one = layer.transform(map(failing));
  assert.throws(() => layer(zeros(1)), /emitted a promise/);
  one.remove();
  layer.transform(mergeMap(() => [zeros(1), failing()]));
  assert.throws(() => layer(zeros(1)), /emitted 2 values/);
  // An unhandled rejection would end the process here.
  await setImmediate();
});

const REGISTER: Record<string, (net: Network, hook: () => void) => { unsubscribe(): void }> = {
  registerForwardHook: (net, hook) => net.fc1.registerForwardHook(hook),
  registerForwardPreHook: (net, hook) => net.fc1.registerForwardPreHook(hook),
  'observe(fn)': (net, hook) => net.fc1.observe(hook),
  'observe().subscribe(fn)': (net, hook) => net.fc1.observe().subscribe(hook),
  transform: (net, hook) => net.fc1.transform(tap(hook)),
  log: (net, hook) => net.fc1.log({ print: hook }),
  'on a Selection': (net, hook) => select(net, 'fc?').registerForwardHook(hook),
  'observe() on a Selection': (net, hook) => select(net, Linear).observe().subscribe(hook),
  'transform on a Selection': (net, hook) => select(net, 'fc1').transform(tap(hook)),
};

for (const [name, register] of Object.entries(REGISTER)) {
  test(`a handle (${name}) keeps neither the module nor the hook alive, and removing it later is harmless`, async () => {
    let handle: { unsubscribe(): void };
    const [module, hook] = (() => {
      const net = new Network();
      let fired = 0;
      const hook = () => {
        fired++;
      };
      handle = register(net, hook);
      net(zeros(1, 10));
      assert.ok(fired > 0);
      return [new WeakRef(net.fc1), new WeakRef(hook)];
    })();
    assert.ok(await collected(module), 'the module is kept');
    // An RxJS Subscription keeps its subscriber until it is unsubscribed.
    if (!name.startsWith('observe()')) assert.ok(await collected(hook), 'the hook is kept');
    handle!.unsubscribe();
    handle!.unsubscribe();
    assert.ok(await collected(hook), 'the hook is kept after its removal');
  });
}

test('an attached object is collected with its hooks', async () => {
  const reference = (() => {
    const model = { run: () => 1 };
    attach(model, 'run').registerForwardHook(() => {});
    return new WeakRef(model);
  })();
  assert.ok(await collected(reference));
});

function caught(run: () => unknown): ForwardError {
  try {
    run();
  } catch (error) {
    assert.instance(error, ForwardError);
    return error as ForwardError;
  }
  throw new Error('nothing was thrown');
}

test('a generator function is no hook and no observer: calling it runs nothing of its body', () => {
  const module = new Identity();
  function* generator() {
    yield 1;
  }
  const expected = 'must be a function that runs when it is called, not a generator, got the function generator';
  for (const [what, register] of [
    ['hook', () => module.registerForwardHook(generator as never)],
    ['hook', () => module.registerForwardPreHook(generator as never)],
    ['hook', () => registerModuleForwardHook(generator as never)],
    ['observer', () => module.observe(generator)],
  ] as const) {
    assert.match(messageOf(register), `the ${what} ${expected}`);
  }
  assert.equal(listHooks(module), []);
});

test.run();
