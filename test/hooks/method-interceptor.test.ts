// A method of a framework's object, intercepted and put back.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listenersOf, MethodInterceptor } from '../../src/adapter.ts';
import { type Hookable, Linear, registerModuleForwardHook, removeAllHooks } from '../../src/index.ts';

type Run = (x: number) => number;

function doubled(object: { run: Run }) {
  const method: MethodInterceptor<Run> = new MethodInterceptor<Run>(object, 'run', (x) => 2 * method.original(x));
  return method;
}

test('installed twice it intercepts once; uninstalled twice it is gone', () => {
  const object = { run: (x: number) => x };
  const method = doubled(object);
  method.install();
  const { run } = object;
  method.install();
  assert.is(object.run, run);
  assert.ok(method.isInstalled);
  assert.is(object.run(3), 6);
  method.uninstall();
  method.uninstall();
  assert.is(object.run(3), 3);
  assert.not(method.isInstalled);
});

test('an interceptor that others have kept passes calls on when it is out of use, and when it is installed anew', () => {
  const object = { run: (x: number) => x };
  const method = doubled(object);
  method.install();
  const kept = object.run;
  method.uninstall();
  assert.is(kept(3), 3);
  method.install();
  assert.is(kept(3), 3);
  assert.is(object.run(3), 6);
});

test('original: an own method is the one that was replaced, an inherited one the current one of the prototype', () => {
  const prototype = { run: (x: number) => x };
  const own = Object.assign(Object.create(prototype) as typeof prototype, { run: (x: number) => x + 1 });
  const inherited: typeof prototype = Object.create(prototype);
  for (const object of [own, inherited]) doubled(object).install();
  prototype.run = (x) => x + 100;
  assert.equal([own.run(1), inherited.run(1)], [4, 202]);
});

test('original, uninstalled: what the object has now, whatever was there when it was installed', () => {
  const object = { run: (x: number) => x };
  const method = doubled(object);
  method.install();
  method.uninstall();
  object.run = (x) => x + 1;
  assert.is(method.original(1), 2);
});

test('mayReplace: true for a module that global hooks reach, false after removeAllHooks', () => {
  const layer = new Linear(1, 1);
  const handle = registerModuleForwardHook(() => undefined);
  assert.ok(listenersOf(layer).mayReplace);
  handle.remove();
  assert.not(listenersOf(layer).mayReplace);
  layer.registerForwardHook(() => undefined);
  removeAllHooks(layer);
  layer.observe(() => undefined);
  assert.not(listenersOf(layer as Hookable).mayReplace);
});

test.run();
