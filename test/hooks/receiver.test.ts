// The receiver of a call, and the kinds of methods that attach() accepts.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attach, Linear, Module, registerModuleForwardHook, type TensorReader, tensor } from '../../src/index.ts';

class Cell {
  gain: number;
  constructor(gain: number) {
    this.gain = gain;
  }
  step(x: number): number {
    return x * this.gain;
  }
  async later(x: number): Promise<number> {
    return this.step(x);
  }
}

test('a method attached on a prototype: hooks, pre-hooks and events get the instance that it ran on', () => {
  const hookable = attach(Cell.prototype, 'step');
  const seen: unknown[] = [];
  const handles = [
    hookable.registerForwardPreHook((module, inputs, call, receiver) => {
      seen.push(['pre', module === hookable, inputs[0], call, receiver]);
    }),
    hookable.registerForwardHook((module, _inputs, output, call, receiver) => {
      seen.push(['hook', module === hookable, output, call, receiver]);
    }),
    hookable.observe(({ module, output, call, receiver }) => {
      seen.push(['event', module === hookable, output, call, receiver]);
    }),
  ];
  const [a, b] = [new Cell(2), new Cell(3)];
  a.step(1);
  b.step(1);
  assert.equal(
    seen,
    [a, b].flatMap((cell, call) => [
      ['pre', true, 1, call, cell],
      ['hook', true, cell.gain, call, cell],
      ['event', true, cell.gain, call, cell],
    ]),
  );
  for (const [i, cell] of [a, a, a, b, b, b].entries()) assert.is((seen[i] as unknown[])[4], cell);
  for (const handle of handles) handle.remove();
});

test('the receiver of a call of the Hookable is the attached object; a detached method has none', async () => {
  const cell = new Cell(2);
  const receivers: unknown[] = [];
  const step = attach(cell, 'step');
  step.registerForwardHook((_module, _inputs, _output, _call, receiver) => void receivers.push(receiver));
  assert.is(step(4), 8);
  const model = { run: (x: number) => x };
  attach(model, 'run').registerForwardHook((_m, _i, _o, _call, receiver) => void receivers.push(receiver));
  const { run } = model;
  run(1);
  const later = attach(new Cell(3), 'later', { async: true });
  later.registerForwardPreHook(async (_module, _inputs, _call, receiver) => void receivers.push(receiver));
  assert.is(await later(1), 3);
  assert.is(receivers[0], cell);
  assert.is(receivers[1], undefined);
  assert.is((receivers[2] as Cell).gain, 3);
});

test('the receiver of a call of a module is the module, also for global hooks', () => {
  class Same extends Module {
    override forward(x: number): number {
      return x;
    }
  }
  const net = new Same();
  const receivers: unknown[] = [];
  net.registerForwardPreHook((_module, _inputs, _call, receiver) => void receivers.push(receiver));
  net.observe(({ receiver }) => receivers.push(receiver));
  const handle = registerModuleForwardHook((_m, _i, _o, _call, receiver) => void receivers.push(receiver));
  net(1);
  handle.remove();
  assert.is(receivers.length, 3);
  assert.ok(receivers.every((receiver) => receiver === net));
});

test('hooks on an instance and on its prototype both fire, in either order of registration', () => {
  for (const order of [
    ['instance', 'prototype'],
    ['prototype', 'instance'],
  ]) {
    class Layer extends Cell {
      override step(x: number): number {
        return super.step(x);
      }
    }
    const layer = new Layer(2);
    const fired: string[] = [];
    const register: Record<string, () => { remove(): void }> = {
      instance: () => attach(layer, 'step').registerForwardHook(() => void fired.push('instance')),
      prototype: () => attach(Layer.prototype, 'step').registerForwardHook(() => void fired.push('prototype')),
    };
    const handles = order.map((name) => register[name]!());
    assert.is(layer.step(3), 6);
    assert.equal(fired.splice(0), ['prototype', 'instance'], order.join());
    Layer.prototype.step = () => 100;
    assert.is(layer.step(3), 100);
    assert.equal(fired.splice(0), ['instance'], 'the interceptor on the prototype was overwritten');
    for (const handle of handles) handle.remove();
    assert.is(layer.step(3), 100);
    assert.equal(fired, []);
  }
});

test('attaching to a function itself is an error that shows how to hook it', () => {
  const predict = (x: number) => x;
  const bad = (object: unknown, method: unknown) => () => attach(object as Cell, method as 'step');
  for (const method of ['call', 'apply', 'bind', 'toString', undefined, 'predict']) {
    assert.throws(
      bad(predict, method),
      (error: Error) =>
        error instanceof TypeError &&
        error.message.startsWith('attach(): the function predict itself cannot be hooked, and ') &&
        error.message.endsWith(
          "expected: an object that holds the function, and calls through it: const api = { predict }; attach(api, 'predict'); api.predict(…)",
        ),
      String(method),
    );
  }
  assert.throws(
    bad(() => 1, 'call'),
    /const api = \{ fn \}; attach\(api, 'fn'\)/,
  );
  assert.throws(
    bad(Cell, 'call'),
    /the class Cell itself cannot be hooked.*\n.*a method of the class, or of its prototype/,
  );
  assert.throws(
    bad(new Linear(1, 1), 'call'),
    /a Linear itself cannot be hooked.*\n.*hooks of its own: register on it/,
  );
  assert.equal(Reflect.ownKeys(predict).includes('call'), false);
  // The code that the message suggests.
  const api = { predict };
  let fired = 0;
  attach(api, 'predict').observe(() => fired++);
  assert.is(api.predict(3), 3);
  assert.is(fired, 1);
});

test('attach() accepts methods of functions: static ones, those of a callable, an own call', () => {
  class Model extends Cell {
    static load(name: string): string {
      return name;
    }
  }
  class Derived extends Model {}
  const callable = Object.assign((x: number) => x, { run: (x: number) => x + 1, call: (x: number) => x + 2 });
  const linear = new Linear(1, 1);
  let fired = 0;
  const handles = [
    attach(Derived, 'load').observe(() => fired++),
    attach(callable, 'run').observe(() => fired++),
    attach(callable, 'call').observe(() => fired++),
    attach(linear, 'forward').observe(() => fired++),
  ];
  assert.is(Derived.load('a'), 'a');
  Model.load('not this one');
  assert.is(callable.run(1), 2);
  assert.is(callable.call(1), 3);
  linear(tensor([1]));
  assert.is(fired, 4);
  for (const handle of handles) handle.remove();
  assert.not(Object.hasOwn(Derived, 'load'));
});

test('a new reader for each attach() is an error that names the cause', () => {
  const reader = (): TensorReader => ({
    is: Array.isArray as never,
    shape: (t) => [(t as unknown[]).length],
    values: (t) => Float32Array.from(t as number[]),
    keep: (t) => t,
  });
  const cell = new Cell(1);
  const once = reader();
  const hookable = attach(cell, 'step', { reader: once });
  assert.is(attach(cell, 'step', { reader: once }), hookable);
  assert.throws(
    () => attach(cell, 'step', { reader: reader() }),
    /^attach\(\): Cell\.step is attached already, with another object as its reader\n {2}expected: the same one; make the reader once, and give it to every attach\(\)$/,
  );
  const bare = new Cell(1);
  attach(bare, 'step');
  assert.throws(
    () => attach(bare, 'step', { reader: once }),
    /is attached already, with option reader undefined; got an Object$/,
  );
});

test.run();
