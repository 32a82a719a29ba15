// Hooks on every Module of the process, and on nothing else.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { intercept, listenersOf } from '../../src/adapter.ts';
import {
  attach,
  Hookable,
  Module,
  type RemovableHandle,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  type Tensor,
  tensor,
} from '../../src/index.ts';

const double = (x: Tensor) => tensor([...x.data].map((value) => 2 * value));

class Double extends Module {
  onForward = () => {};
  override forward(x: Tensor): Tensor | Promise<Tensor> {
    this.onForward();
    return double(x);
  }
}
class Promised extends Double {
  override async forward(x: Tensor): Promise<Tensor> {
    return super.forward(x);
  }
}
class Asynchronous extends Promised {
  static override readonly async = true;
}

async function removing(handles: RemovableHandle[], run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } finally {
    for (const handle of handles) handle.remove();
  }
}

for (const [mode, make] of [
  ['sync', () => new Double()],
  ['promise', () => new Promised()],
  ['async', () => new Asynchronous()],
] as [string, () => Double][]) {
  test(`${mode}: global hooks run before own hooks, prepended ones included`, async () => {
    const net = make();
    const fired: string[] = [];
    const push = (name: string) => () => void fired.push(name);
    net.registerForwardPreHook(push('own pre'), { prepend: true });
    net.registerForwardHook(push('own'), { prepend: true });
    const handles = [registerModuleForwardPreHook(push('global pre')), registerModuleForwardHook(push('global'))];
    await removing(handles, async () => {
      await net(tensor([1]));
      assert.equal(fired, ['global pre', 'own pre', 'global', 'own']);
    });
    await net(tensor([1]));
    assert.equal(fired.slice(4), ['own pre', 'own']);
  });

  test(`${mode}: global hooks replace inputs and outputs of a module without own hooks`, async () => {
    const net = make();
    const handles = [registerModuleForwardPreHook(() => tensor([3, 4]))];
    await removing(handles, async () => {
      assert.equal((await net(tensor([1, 2]))).toArray(), [6, 8]);
      handles.push(registerModuleForwardHook(() => tensor([9, 9])));
      assert.equal((await net(tensor([1, 2]))).toArray(), [9, 9]);
    });
    assert.equal((await net(tensor([1, 2]))).toArray(), [2, 4]);
  });

  test(`${mode}: when forward throws, global alwaysCall hooks run before own ones`, async () => {
    const net = make();
    const fired: unknown[] = [];
    net.onForward = () => {
      throw new Error('mine');
    };
    net.registerForwardHook(() => void fired.push('own'), { alwaysCall: true });
    const handles = [
      registerModuleForwardHook((_module, _inputs, output) => void fired.push(output), { alwaysCall: true }),
      registerModuleForwardHook(() => void fired.push('not always')),
    ];
    await removing(handles, async () => {
      let caught: unknown;
      await Promise.resolve()
        .then(() => net(tensor([1])))
        .catch((error) => {
          caught = error;
        });
      assert.is((caught as Error).message, 'mine');
      assert.equal(fired, [undefined, 'own']);
    });
  });
}

test('a hook that is not a function, or an unknown option, throws a TypeError', () => {
  assert.throws(() => registerModuleForwardHook('x' as never), /the hook must be a function/);
  assert.throws(() => registerModuleForwardHook(() => {}, { prepend: true } as never), /unknown option "prepend"/);
  assert.throws(() => registerModuleForwardPreHook(() => {}, { prepend: true }), /unknown option "prepend"/);
});

class Place extends Hookable {
  override forward(x: number): number {
    return x;
  }
}

test('global hooks reach neither attached methods nor the Hookables of adapters, hooked or not', async () => {
  const model = { run: (x: number) => x, later: async (x: number) => x };
  const attached = attach(model, 'run');
  const asynchronous = attach(model, 'later', { async: true });
  const place = new Place();
  const fired: unknown[] = [];
  const push = (module: unknown) => void fired.push(module);
  const handles = [registerModuleForwardPreHook(push), registerModuleForwardHook(push, { alwaysCall: true })];
  const call = async () => {
    model.run(1);
    attached(1);
    await model.later(1);
    await asynchronous(1);
    place(1);
    intercept(place, (x: number) => x, [1]);
    assert.throws(
      () =>
        intercept(place, () => {
          throw new Error('mine');
        }, [1]),
      /^mine$/,
    );
  };
  await removing(handles, async () => {
    await call();
    const { mayReplace, hasPreHooks } = listenersOf(place);
    assert.not(mayReplace || hasPreHooks);
    let own = 0;
    for (const hookable of [attached, asynchronous, place]) hookable.observe(() => own++);
    await call();
    assert.is(own, 6);
    assert.equal(fired, []);
    new Double()(tensor([1]));
    assert.is(fired.length, 2);
  });
});

test.run();
