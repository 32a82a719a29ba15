import { setImmediate } from 'node:timers/promises';
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Linear,
  listHooks,
  Module,
  ReLU,
  registerModuleForwardHook,
  Sequential,
  select,
  withHooks,
  zeros,
} from '../../src/index.ts';
import { Later } from './later.ts';

class Same extends Module {
  override forward(x: number): number {
    return x;
  }
}

test('withHooks() keeps its hooks only while the function runs', () => {
  const module = new Same();
  const before = module.registerForwardHook((_m, _i, x) => x + 1);
  const result = withHooks(
    () => module.registerForwardHook((_m, _i, x) => x * 10),
    () => module(1),
  );
  assert.is(result, 20);
  assert.is(module(1), 2);
  assert.equal(
    listHooks(module).map(({ id }) => id),
    [before.id],
  );
});

test('withHooks() removes every kind of registration, also on selections and global', () => {
  const net = new Sequential(new Linear(2, 2), new ReLU());
  let fired = 0;
  const count = () => {
    fired++;
  };
  withHooks(
    () => {
      select(net, Linear).registerForwardHook(count);
      net.observe(count);
      net.observe().subscribe(count);
      net.transform(map((x) => x));
      net[1]!.registerForwardPreHook(count);
      registerModuleForwardHook(count);
    },
    () => net(zeros(1, 2)),
  );
  assert.is(fired, 7);
  net(zeros(1, 2));
  assert.is(fired, 7);
  assert.equal(listHooks(net), []);
});

test('withHooks() treats a thenable as a promise', async () => {
  const module = new Same();
  const hook = () => module.registerForwardHook((_m, _i, x) => x * 10);
  const running = withHooks(hook, () => new Later(Promise.resolve(5)));
  assert.is(module(1), 10);
  assert.is(await running, 5);
  assert.is(module(1), 1);
  const rejected = new Later(Promise.reject(new Error('must be absorbed')));
  assert.throws(() => withHooks(() => rejected, hook), /register must register synchronously, but it gave a promise/);
  // An unhandled rejection would end the process here.
  await setImmediate();
});

test('withHooks() removes its hooks after a throw, while running or while registering', () => {
  const module = new Same();
  const register = () => module.observe(() => {});
  assert.throws(
    () =>
      withHooks(register, () => {
        throw new Error('in the run');
      }),
    /^in the run$/,
  );
  assert.equal(listHooks(module), []);
  const failsHalfway = () => {
    register();
    module.registerForwardHook('x' as never);
  };
  assert.throws(() => withHooks(failsHalfway, () => 1), /must be a function/);
  assert.equal(listHooks(module), []);
});

test('withHooks() awaits a promise, and removes its hooks after a rejection', async () => {
  const module = new Same();
  const register = () => module.registerForwardHook((_m, _i, x) => x * 2);
  const slow = async (fail: boolean) => {
    await undefined;
    const x = module(1);
    if (fail) throw new Error(`rejected with ${x}`);
    return x;
  };
  assert.is(await withHooks(register, () => slow(false)), 2);
  assert.equal(listHooks(module), []);
  const failing = withHooks(register, () => slow(true));
  assert.is(listHooks(module).length, 1);
  assert.is(await failing.catch((error: Error) => error.message), 'rejected with 2');
  assert.equal(listHooks(module), []);
});

test('withHooks() keeps hooks that are registered during the run, inside or outside', async () => {
  const module = new Same();
  const running = withHooks(
    () => module.observe(() => {}),
    async () => {
      module.observe(function inside() {});
      await undefined;
    },
  );
  module.observe(function outside() {});
  await running;
  assert.equal(
    listHooks(module).map(({ name }) => name),
    ['inside', 'outside'],
  );
});

test('nested withHooks() calls each remove their own hooks', () => {
  const module = new Same();
  withHooks(
    () => {
      module.observe(function outer() {});
      withHooks(
        () => module.observe(function inner() {}),
        () => assert.is(listHooks(module).length, 2),
      );
      assert.is(listHooks(module).length, 1);
    },
    () => assert.is(listHooks(module).length, 1),
  );
  assert.equal(listHooks(module), []);
});

test('withHooks() refuses arguments that are not functions, and asynchronous registering', () => {
  const module = new Same();
  assert.throws(
    () => withHooks([] as never, () => 1),
    /^withHooks\(\): register must be a function, got an array of length 0$/,
  );
  assert.throws(() => withHooks(() => {}, 1 as never), /^withHooks\(\): run must be a function, got the number 1$/);
  const waiting = async () => {
    module.observe(() => {});
    throw new Error('must be absorbed');
  };
  assert.throws(() => withHooks(waiting, () => 1), /register must register synchronously, but it gave a promise$/);
  assert.equal(listHooks(module), []);
});

test.run();
