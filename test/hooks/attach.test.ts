import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MethodInterceptor, replaceProperty } from '../../src/adapter.ts';
import { type AttachedMethod, attach, type Hookable, listHooks, select } from '../../src/index.ts';

class Model {
  gain = 2;
  predict(x: number): number {
    return x * this.gain;
  }
}

test('attach() intercepts every call of the method on this object only, and keeps its this', () => {
  const [model, other] = [new Model(), new Model()];
  model.gain = 3;
  const seen: unknown[] = [];
  const handle = attach(model, 'predict').registerForwardHook((module, inputs, output) => {
    seen.push(String(module), [...inputs], output);
    return output + 1;
  });
  assert.is(model.predict(5), 16);
  assert.is(other.predict(5), 10);
  assert.equal(seen, ['Model.predict', [5], 15]);
  handle.remove();
  assert.is(model.predict(5), 15);
});

test('attach() changes nothing before the first hook, and the last one restores the property', () => {
  const accessor = { enumerable: true, configurable: true, get: () => (x: number) => x + 1 };
  const found: [string, () => object, PropertyDescriptor | undefined][] = [
    ['on the prototype', () => new Model(), undefined],
    ['own', () => ({ predict: Model.prototype.predict, gain: 1 }), undefined],
    [
      'read-only',
      () => Object.defineProperty({ gain: 1 }, 'predict', { value: Model.prototype.predict, configurable: true }),
      undefined,
    ],
    ['an accessor', () => Object.defineProperty({}, 'predict', accessor), undefined],
  ];
  for (const [name, make] of found) {
    const object = make() as Model;
    const before = Object.getOwnPropertyDescriptor(object, 'predict');
    const keys = Reflect.ownKeys(object);
    const hookable = attach(object, 'predict');
    assert.equal(Object.getOwnPropertyDescriptor(object, 'predict'), before, name);
    const [one, two] = [hookable.registerForwardHook(() => {}), hookable.registerForwardPreHook(() => {})];
    assert.is.not(object.predict, before?.value ?? Model.prototype.predict, name);
    assert.is(Object.getOwnPropertyDescriptor(object, 'predict')!.enumerable, false, name);
    one.remove();
    two.remove();
    assert.equal(Object.getOwnPropertyDescriptor(object, 'predict'), before, name);
    assert.equal(Reflect.ownKeys(object), keys, name);
  }
});

test('attaching twice returns the same Hookable, and other options are an error', () => {
  const model = new Model();
  const hookable = attach(model, 'predict', { name: 'mine' });
  assert.is(attach(model, 'predict'), hookable);
  assert.is(attach(model, 'predict', { name: 'mine' }), hookable);
  assert.throws(
    () => attach(model, 'predict', { name: 'other' }),
    /mine is attached already, with option name the string "mine"; got the string "other"/,
  );
  assert.is(String(hookable), 'mine');
});

test('a hook on a method of the console may log with it, and so may an observer that throws', async () => {
  const lines: string[] = [];
  const { log, error } = console;
  console.log = (...line: unknown[]): void => {
    lines.push(line.join(' '));
  };
  console.error = console.log;
  const model = new Model();
  const handles = [
    attach(console, 'log').registerForwardPreHook((_, inputs) => {
      console.log('before', ...inputs);
    }),
    attach(console, 'log').registerForwardHook((_, inputs) => console.log('after', ...inputs)),
    attach(console, 'log').observe(({ inputs }) => console.log('seen', ...inputs)),
    attach(console, 'error').observe(() => {
      throw new Error('of console.error');
    }),
    attach(console, 'error').registerForwardPreHook(() => {
      throw new Error('a hook on console.error');
    }),
    attach(model, 'predict').observe(() => {
      throw new Error('of predict');
    }),
  ];
  try {
    console.log('hello');
    assert.equal(lines.splice(0), ['before hello', 'hello', 'after hello', 'seen hello']);
    // The reporter is console.error, whose hook throws: the model goes on.
    assert.is(model.predict(2), 4);
  } finally {
    for (const handle of handles) handle.remove();
    Object.assign(console, { log, error });
  }
});

test('calling the Hookable of an attached method works without hooks and runs them with', () => {
  const model = new Model();
  const hookable = attach(model, 'predict');
  assert.is(hookable(5), 10);
  let fired = 0;
  hookable.registerForwardHook(() => {
    fired++;
  });
  assert.is(hookable(5), 10);
  assert.is(hookable.forward(5), 10);
  assert.is(fired, 1);
});

test('a hook can replace an output that is not a tensor with false or 0', () => {
  const model: { flag(): unknown } = { flag: () => 'yes' };
  const handle = attach(model, 'flag').registerForwardHook(() => false);
  assert.is(model.flag(), false);
  handle.remove();
  attach(model, 'flag').registerForwardHook(() => 0);
  assert.is(model.flag(), 0);
});

test('a wrapper put around the interceptor stays when the hooks are removed, and nothing fires twice', () => {
  const model = new Model();
  let fired = 0;
  const count = () => {
    fired++;
  };
  const first = attach(model, 'predict').registerForwardHook(count);
  const inner = model.predict;
  model.predict = function (this: Model, x: number) {
    return inner.call(this, x) + 100;
  };
  assert.is(model.predict(1), 102);
  assert.is(fired, 1);
  first.remove();
  assert.is(model.predict(1), 102);
  assert.is(fired, 1);
  const second = attach(model, 'predict').registerForwardHook(count);
  assert.is(model.predict(1), 102);
  assert.is(fired, 2);
  second.remove();
  assert.is(model.predict(1), 102);
});

test('a method that replaces the interceptor is hooked by the next registration, and stays when the hooks are removed', () => {
  const model = new Model();
  const fired: string[] = [];
  const hookable = attach(model, 'predict');
  const first = hookable.registerForwardHook(() => void fired.push('first'));
  model.predict = (x: number) => x * 1000;
  const replacement = Object.getOwnPropertyDescriptor(model, 'predict');
  assert.is(model.predict(1), 1000);
  assert.equal(fired, []);
  const second = attach(model, 'predict').registerForwardHook(() => void fired.push('second'));
  assert.is(model.predict(1), 1000);
  assert.equal(fired, ['first', 'second']);
  assert.is(hookable(1), 1000);
  assert.is(hookable.forward(1), 1000);
  first.remove();
  second.remove();
  assert.equal(Object.getOwnPropertyDescriptor(model, 'predict'), replacement);
  assert.is(model.predict(1), 1000);
});

test('a registration after wrapping hooks the wrapper, and nothing fires twice', () => {
  const model = new Model();
  const fired: unknown[] = [];
  const verbs: [(hookable: AttachedMethod<(x: number) => number>) => { remove(): void }, unknown[]][] = [
    [(hookable) => hookable.registerForwardHook((_m, _i, output) => void fired.push(output)), [102, 102]],
    [(hookable) => hookable.registerForwardPreHook((_m, [x]) => void fired.push(x)), [1, 102]],
    [(hookable) => hookable.observe(({ output }) => fired.push(output)), [102, 102]],
    [(hookable) => hookable.transform((source) => source), [102]],
  ];
  for (const [register, expected] of verbs) {
    const hookable = attach(model, 'predict');
    const first = hookable.registerForwardHook((_m, _i, output) => void fired.push(output));
    const inner = model.predict;
    const wrapper = function (this: Model, x: number) {
      return inner.call(this, x) + 100;
    };
    model.predict = wrapper;
    const second = register(hookable);
    assert.is(model.predict(1), 102);
    assert.equal(fired.splice(0), expected);
    // The hooks are now on the wrapper, so a reference to the inner interceptor runs none.
    assert.is(inner.call(model, 1), 2);
    assert.equal(fired, []);
    first.remove();
    second.remove();
    assert.is(model.predict, wrapper);
    delete (model as Partial<Model>).predict;
  }
});

/** The warnings during `run`. */
function warnings(run: () => void): string[] {
  const { warn } = console;
  const list: string[] = [];
  console.warn = (text: string) => list.push(text);
  try {
    run();
  } finally {
    console.warn = warn;
  }
  return list;
}

for (const [how, close] of [
  ['frozen', Object.freeze],
  ['sealed', Object.seal],
] as [string, (object: object) => void][]) {
  test(`removing the hooks of an object that was ${how} meanwhile leaves the interceptor, with a warning`, () => {
    for (const model of [new Model(), Object.assign(new Model(), { predict: (x: number) => x * 2 })]) {
      let fired = 0;
      const hookable = attach(model, 'predict');
      const register = () => hookable.registerForwardHook(() => void fired++);
      const handle = register();
      const interceptor = model.predict;
      close(model);
      assert.is(model.predict(1), 2);
      assert.is(fired, 1);
      const expected =
        /^layertap: Model\.predict cannot be put back: its object has been frozen or sealed\. .* passes every call on$/;
      const list = warnings(() => handle.remove());
      assert.is(list.length, 1);
      assert.match(list[0]!, expected);
      assert.equal(listHooks(hookable), []);
      assert.is(model.predict(1), 2);
      assert.is(fired, 1);
      // The interceptor can be used again, and the warning comes once.
      const again = register();
      assert.is(model.predict(1), 2);
      assert.is(fired, 2);
      assert.equal(
        warnings(() => again.remove()),
        [],
      );
      assert.is(model.predict, interceptor);
      assert.is(model.predict(1), 2);
      assert.is(fired, 2);
    }
  });
}

test('registering fails if the object was frozen after attach()', () => {
  const model = new Model();
  const hookable = attach(model, 'predict', { name: 'mine' });
  Object.freeze(model);
  for (const register of [
    () => hookable.registerForwardHook(() => {}),
    () => hookable.registerForwardPreHook(() => {}),
    () => hookable.observe(() => {}),
    () => hookable.log(),
    () => hookable.transform((source) => source),
  ]) {
    assert.throws(
      register,
      /^mine cannot be hooked any more: Model\.predict cannot be intercepted: the object takes no new properties$/,
    );
  }
  assert.equal(listHooks(hookable), []);
  const own = { run: () => 1 };
  const other = attach(own, 'run');
  Object.freeze(own);
  assert.throws(
    () => other.registerForwardHook(() => {}),
    /Object\.run cannot be intercepted: the property is not configurable$/,
  );
  const refusing = new Proxy(new Model(), { defineProperty: () => false });
  assert.throws(
    () => attach(refusing, 'predict').registerForwardHook(() => {}),
    /^Model\.predict cannot be intercepted: the object refuses the property$/,
  );
});

test('attach() refuses a class; a hooked function still works as a constructor', () => {
  class Tokenizer {}
  const library = { Tokenizer, derived: class extends Model {} };
  for (const [name, described] of [
    ['Tokenizer', 'the class Tokenizer'],
    ['derived', 'the class derived'],
  ] as const) {
    assert.throws(
      () => attach(library as unknown as { Tokenizer(): void; derived(): void }, name),
      new RegExp(
        `^attach\\(\\): Object\\.${name} must be a method, got ${described}: attach to its instances or its prototype$`,
      ),
    );
  }
  function Old(this: { x: number }, x: number) {
    this.x = x;
  }
  const old = { Old: Old as unknown as { (x: number): void; new (x: number): { x: number } } };
  const handle = attach(old, 'Old').registerForwardHook(() => {
    throw new Error('new must run no hooks');
  });
  const instance = new old.Old(7);
  assert.is(instance.x, 7);
  assert.ok(instance instanceof Old && instance instanceof old.Old);
  class Newer extends old.Old {}
  assert.ok(new Newer(1) instanceof Newer && new Newer(1) instanceof Old);
  handle.remove();
});

test('a method attached on a prototype keeps the this of each call', () => {
  class Layer extends Model {}
  const handle = attach(Layer.prototype, 'predict').registerForwardHook((_m, _i, output) => output + 1);
  const layer = new Layer();
  layer.gain = 7;
  assert.is(layer.predict(1), 8);
  handle.remove();
  assert.is(layer.predict(1), 7);
  assert.not.ok(Object.hasOwn(Layer.prototype, 'predict'));
});

test('calling the Hookable calls the method that its object has now, and each hook fires once', () => {
  const model = new Model();
  const hookable = attach(model, 'predict');
  let fired = 0;
  hookable.registerForwardHook(() => {
    fired++;
  });
  const inner = model.predict;
  model.predict = (x) => x * 1000;
  assert.is(hookable(1), 1000);
  assert.is(hookable.forward(1), 1000);
  assert.is(fired, 1);
  model.predict = (x) => inner.call(model, x) + 100;
  assert.is(hookable(1), model.predict(1));
  assert.is(fired, 3);
  assert.is(hookable.forward(1), 102);
  assert.is(fired, 3);
});

test('a method behind a getter is read at each call, on the object that it is attached to', () => {
  class Switch {
    #methods = [(x: number) => x + 1, (x: number) => x + 100];
    which = 0;
    get run(): (x: number) => number {
      return this.#methods[this.which]!;
    }
    set run(method: (x: number) => number) {
      this.#methods[this.which] = method;
    }
  }
  const own = new Switch();
  Object.defineProperty(own, 'run', Object.getOwnPropertyDescriptor(Switch.prototype, 'run')!);
  for (const object of [new Switch(), own]) {
    const before = Object.getOwnPropertyDescriptor(object, 'run');
    const seen: unknown[] = [];
    const hookable = attach(object, 'run');
    const handle = hookable.registerForwardHook((_module, _inputs, output) => void seen.push(output));
    assert.is(object.run(1), 2);
    object.which = 1;
    assert.is(object.run(1), 101);
    assert.is(hookable(1), 101);
    // Assigning runs the setter, as without hooks.
    object.run = (x) => x + 1000;
    assert.is(object.run(1), 1001);
    object.which = 0;
    assert.is(object.run(1), 2);
    handle.remove();
    assert.equal(seen, [2, 101, 101, 1001, 2]);
    assert.equal(Object.getOwnPropertyDescriptor(object, 'run'), before);
    object.which = 1;
    assert.is(object.run(1), 1001);
  }
  assert.throws(
    () => attach(Switch.prototype, 'run'),
    /^attach\(\): Switch\.run is a getter, .*: attach to the instances$/,
  );
});

test('the properties and the prototype of a method are visible while it is hooked', () => {
  const cache = new Map([[1, 2]]);
  const model = { predict: Object.assign(async (x: number) => cache.get(x), { cache }) };
  const handle = attach(model, 'predict').registerForwardHook(() => {});
  assert.is(model.predict.cache, cache);
  assert.is(model.predict.constructor.name, 'AsyncFunction');
  handle.remove();
  assert.is(model.predict.cache, cache);
});

test('the interceptor has the name and the length of the method', () => {
  const model = new Model();
  attach(model, 'predict').registerForwardHook(() => {});
  assert.is(model.predict.name, 'predict');
  assert.is(model.predict.length, 1);
});

test('a method that calls itself runs the hooks at each call, also when it is called through its Hookable', () => {
  const model = { run: (n: number): number => (n === 0 ? 0 : model.run(n - 1) + 1) };
  const hookable = attach(model, 'run');
  const outputs: number[] = [];
  hookable.registerForwardHook((_method, _inputs, output) => void outputs.push(output));
  assert.is(model.run(2), 2);
  assert.is(hookable(2), 2);
  assert.equal(outputs, [0, 1, 2, 0, 1, 2]);
});

test('a number and its text are one key', () => {
  const functions = [(x: number) => x];
  assert.is(attach(functions, 0), attach(functions, '0' as never));
});

test('properties that a method is assigned while it is hooked are its own afterwards', () => {
  const model = {
    run: Object.assign((x: number) => x, { count: 0, last: 0 }),
  };
  const { run } = model;
  const handle = attach(model, 'run').registerForwardHook(() => {});
  model.run.count = 5;
  model.run.last = 7;
  handle.remove();
  assert.is(model.run, run);
  assert.equal({ ...run }, { count: 5, last: 7 });
  assert.equal([run.name, run.length], ['', 1]);
});

test('attach() to a Proxy works if calls reach the method, and is refused if they cannot', () => {
  const target = { run: (x: number) => x + 1 };
  const seen: number[] = [];
  const observe = (object: typeof target) => attach(object, 'run').observe(({ output }) => seen.push(output));
  const plain = new Proxy(target, {});
  const handle = observe(plain);
  assert.equal([plain.run(1), target.run(2)], [2, 3]);
  handle.remove();
  const binding = new Proxy(target, { get: (of, key) => Reflect.get(of, key).bind(of) });
  const bound = observe(binding);
  assert.is(binding.run(3), 4);
  bound.remove();
  assert.equal(seen, [2, 3, 4]);
  const inventing = new Proxy(target, { get: () => (x: number) => x });
  assert.throws(
    () => observe(inventing),
    /\.run cannot be intercepted: the object gives another function when it is read/,
  );
  assert.is(Object.getOwnPropertyDescriptor(target, 'run')!.enumerable, true);
  assert.equal(listHooks(attach(inventing, 'run')), []);
});

test('attach() offers the methods of the object and its classes, not those of every object, and runs no getter', () => {
  class Base {
    static load() {}
    generate() {}
    get pipe(): () => void {
      throw new Error('not to be read');
    }
  }
  class Derived extends Base {
    tokens = 3;
    run() {}
  }
  const messageOf = (object: object, method: string) => {
    try {
      attach(object as { x(): void }, method as 'x');
    } catch (error) {
      return (error as Error).message.split('\n').slice(1).join();
    }
    return assert.unreachable();
  };
  assert.is(messageOf(new Derived(), 'genrate'), '  nearest: generate, run');
  assert.is(messageOf(Derived.prototype, 'runs'), '  nearest: run, generate');
  assert.is(messageOf(Derived, 'laod'), '  nearest: load');
  assert.is(messageOf({}, 'toStrin'), '');
  assert.is(messageOf(Object.create(null), 'x'), '');
  const hostile = new Proxy({}, { getPrototypeOf: () => null, ownKeys: () => assert.unreachable() as never });
  assert.is(messageOf(hostile, 'x'), '');
});

test('attach() refuses wrong arguments and methods that it cannot intercept, and changes nothing', () => {
  const model = new Model();
  const bad = (object: unknown, method: unknown, options?: unknown) => () =>
    attach(object as Model, method as 'predict', options as never);
  assert.throws(bad(null, 'predict'), /^attach\(\): the first argument must be an object, got null$/);
  assert.throws(bad(7, 'predict'), /got the number 7$/);
  assert.throws(
    bad(model, undefined),
    /^attach\(\): the method must be a key of the object, got undefined\n {2}nearest: predict/,
  );
  assert.throws(
    bad(model, 'predct'),
    /^attach\(\): Model\.predct must be a method, got undefined\n {2}nearest: predict/,
  );
  assert.throws(bad(model, 'gain'), /Model\.gain must be a method, got the number 2$/);
  assert.throws(
    bad(Object.freeze(new Model()), 'predict'),
    /cannot be intercepted: the object takes no new properties$/,
  );
  const fixed = Object.defineProperty(new Model(), 'predict', { value: () => 1 });
  assert.throws(bad(fixed, 'predict'), /cannot be intercepted: the property is not configurable$/);
  assert.throws(
    bad(model, 'predict', { nam: 'x' }),
    /unknown option "nam"; the options are name, children, reader, async, /,
  );
  assert.throws(bad(model, 'predict', { name: 7 }), /option "name" must be a string, got the number 7$/);
  assert.throws(bad(model, 'predict', { async: 1 }), /option "async" must be true or false/);
  assert.throws(bad(model, 'predict', { reader: {} }), /option "reader" must have a method is\(\), got an Object$/);
  assert.equal(Reflect.ownKeys(model), ['gain']);
});

test('registering fails if the method was deleted after attach(), and nothing is registered', () => {
  const model: { run?: () => number } = { run: () => 1 };
  const hookable = attach(model as { run: () => number }, 'run');
  delete model.run;
  assert.throws(
    () => hookable.registerForwardHook(() => {}),
    /^Object\.run cannot be hooked any more: Object\.run must be a method, got undefined$/,
  );
  assert.equal(listHooks(hookable), []);
});

test('attach() with children makes a tree of attached methods', () => {
  const model = {
    run: (x: number) => model.second.run(model.first.run(x)),
    first: { run: (x: number) => x + 1 },
    second: { run: (x: number) => 2 * x },
  };
  const first = attach(model.first, 'run');
  const second = attach(model.second, 'run', { name: 'Second' });
  const children = () =>
    [
      ['first', first],
      ['cells.0', second],
    ] as [string, Hookable][];
  const root = attach(model, 'run', { children });
  assert.equal(
    [...root.namedModules()].map(([path]) => path),
    ['', 'first', 'cells.0'],
  );
  assert.is(root.getSubmodule('cells.0'), second);
  const seen: unknown[] = [];
  select(root, '**').observe(({ path, output }) => seen.push([path, output]));
  assert.is(model.run(3), 8);
  assert.equal(seen, [
    ['first', 4],
    ['cells.0', 8],
  ]);
  assert.throws(
    () => attach({ run: () => 1 }, 'run', { children: [] as never }),
    /option "children" must be a function, got an array/,
  );
});

test('attach() with unsupported: the kinds that it names cannot be registered; other values are an error', () => {
  const hookable = attach({ run: () => 1 }, 'run', { unsupported: { forward: 'outputs are fixed here' } });
  assert.throws(() => hookable.registerForwardHook(() => undefined), /^outputs are fixed here$/);
  hookable.registerForwardPreHook(() => undefined).remove();
  for (const wrong of ['no', null, { pre: 'no' }, { forward: true }]) {
    assert.throws(
      () => attach({ run: () => 1 }, 'run', { unsupported: wrong as never }),
      /^attach\(\): option "unsupported" must be an object with a sentence for some of forward-pre, forward, .*, got /,
    );
  }
});

test('interceptors over each other: the last one to go leaves the object as it was found, in every order', () => {
  const key = Symbol('method');
  const owners = {
    inherited: (): object => Object.create({ [key]: (x: number) => x }),
    own: (): object => ({ [key]: (x: number) => x }),
    getter: (): object =>
      Object.defineProperty({}, key, { get: () => (x: number) => x, configurable: true, enumerable: true }),
  };
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  for (const [name, create] of Object.entries(owners)) {
    for (const order of orders) {
      for (const attachedAt of [0, 1, 2]) {
        const object = create() as Record<symbol, (x: number) => number>;
        const before = JSON.stringify(describeProperty(object, key));
        const removals = [0, 1, 2].map((i) => {
          if (i === attachedAt) {
            const handle = attach(object, key).registerForwardHook(
              (_module, _inputs, output) => 2 * (output as number),
            );
            return () => handle.remove();
          }
          const method: MethodInterceptor = new MethodInterceptor(
            object,
            key,
            (x) => 2 * method.original.call(object, x),
          );
          method.install();
          return () => method.uninstall();
        });
        order.forEach((i, removed) => {
          assert.is(object[key]!(1), 2 ** (3 - removed), `${name} ${order} ${attachedAt}`);
          removals[i]!();
        });
        assert.is(object[key]!(1), 1);
        assert.is(JSON.stringify(describeProperty(object, key)), before, `${name}, removed in the order ${order}`);
      }
    }
  }
});

test('an interceptor that went around another one leaves nothing behind either', () => {
  const object = Object.create({ run: (x: number) => x }) as { run(x: number): number };
  const over = new MethodInterceptor(object, 'run', (x: number): number => 10 * over.original.call(object, x));
  const twice = new MethodInterceptor(object, 'run', (x: number): number => 3 + twice.original.call(object, x));
  const place = attach(object, 'run');
  const add = () => place.registerForwardHook((_module, _inputs, output) => output + 1);
  const handles = [add()];
  twice.install();
  over.install();
  handles.push(add());
  twice.install();
  assert.is(object.run(1), 15, 'each intercepts once, the last to be installed outermost');
  over.uninstall();
  assert.is(object.run(1), 6);
  for (const handle of handles) handle.remove();
  twice.uninstall();
  assert.equal(Reflect.ownKeys(object), []);
  assert.is(object.run(1), 1);
});

test('replaceProperty() with a value that is put in place a second time: what waited the first time is forgotten', () => {
  const [found, value, above] = [() => 1, () => 2, () => 3];
  const object = { run: found };
  const undo = replaceProperty(object, 'run', value);
  replaceProperty(object, 'run', above);
  undo();
  object.run = found;
  replaceProperty(object, 'run', value);
  replaceProperty(object, 'run', above)();
  assert.is(object.run, value);
});

function describeProperty(object: object, key: PropertyKey): unknown {
  const { get, set, value, ...flags } = Object.getOwnPropertyDescriptor(object, key) ?? {};
  return [typeof get, typeof set, typeof value, flags];
}

test.run();
