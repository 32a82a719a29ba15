// Registering and removing take constant time per hook. In linear time 20,000 hooks would take ten seconds; the limit is
// ten times what they take. CPU time, because other processes may run.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registerBackwardHook } from '../../src/adapter.ts';
import {
  attach,
  type Hookable,
  Identity,
  listHooks,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  removeAllHooks,
  Sequential,
  select,
  withHooks,
} from '../../src/index.ts';

const COUNT = 20_000;
const LIMIT_MS = 2000;

function within(what: string, run: () => void): void {
  const start = process.cpuUsage();
  run();
  const took = process.cpuUsage(start).user / 1000;
  assert.ok(took < LIMIT_MS, `${what} took ${took.toFixed(0)} ms`);
}

const many = <T>(make: () => T) => Array.from({ length: COUNT }, make);
let fired = 0;
const hook = () => {
  fired++;
};

const attached = attach({ run: (x: number) => x }, 'run');
const kinds: [string, Hookable, (hookable: Hookable) => { remove(): void }][] = [
  ['forward hooks', new Identity(), (module) => module.registerForwardHook(hook)],
  ['prepended hooks', new Identity(), (module) => module.registerForwardHook(hook, { prepend: true })],
  ['pre-hooks', new Identity(), (module) => module.registerForwardPreHook(hook)],
  ['observers', new Identity(), (module) => module.observe(hook)],
  ['backward hooks', new Identity(), (module) => registerBackwardHook(module, 'backward', hook)],
  ['global hooks', new Identity(), () => registerModuleForwardHook(hook)],
  ['global pre-hooks', new Identity(), () => registerModuleForwardPreHook(hook)],
  ['hooks on an attached method', attached as unknown as Hookable, (method) => method.registerForwardHook(hook)],
];

for (const [name, hookable, register] of kinds) {
  test(`${COUNT} ${name}`, () => {
    const registered = many(() => register(hookable));
    within('removing in order', () => {
      for (const handle of registered) handle.remove();
    });
    let again: { remove(): void }[] = [];
    within('registering', () => {
      again = many(() => register(hookable));
    });
    fired = 0;
    (hookable as unknown as (x: number) => number)(1);
    assert.is(fired, name === 'backward hooks' ? 0 : COUNT);
    within('removing in reverse', () => {
      for (const handle of again.reverse()) handle.remove();
    });
    again = many(() => register(hookable));
    within('removeAllHooks', () => removeAllHooks(hookable));
    for (const handle of again) handle.remove();
    assert.equal(listHooks(hookable), []);
  });
}

test(`a call in which ${COUNT} hooks remove themselves`, () => {
  const module = new Identity();
  fired = 0;
  many(() => {
    const handle = module.registerForwardHook(() => {
      fired++;
      handle.remove();
    });
  });
  within('the call', () => module(1));
  assert.is(fired, COUNT);
  assert.equal(listHooks(module), []);
});

test(`a selection of ${COUNT} modules`, () => {
  const net = new Sequential(...many(() => new Identity()));
  const selection = select(net, '*');
  within('registering and removing', () => selection.registerForwardHook(hook).remove());
  within('observing', () => selection.observe(hook).remove());
  within('subscribing', () => selection.observe().subscribe(hook).unsubscribe());
  within('withHooks', () =>
    withHooks(
      () => selection.registerForwardHook(hook),
      () => undefined,
    ),
  );
  selection.registerForwardHook(hook);
  within('removeAllHooks', () => removeAllHooks(net));
  assert.equal(listHooks(net), []);
});

test.run();
