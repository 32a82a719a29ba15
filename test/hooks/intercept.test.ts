// The adapter's side: the options of a Hookable, and calls that the framework makes.
import { map } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  backwardHooks,
  type HookableOptions,
  inputsOnDemand,
  intercept,
  listenersOf,
  registerBackwardHook,
} from '../../src/adapter.ts';
import { Hookable, listHooks, removeAllHooks, select, withHooks } from '../../src/index.ts';

class Place extends Hookable {
  constructor(options: HookableOptions) {
    super(options);
  }
  forward(...inputs: number[]): number {
    return inputs[0]! * 2;
  }
}

const double = (x: number) => x * 2;

test('intercept() runs the hooks around the work of the framework', () => {
  const place = new Place({});
  assert.is(intercept(place, double, [3]), 6);
  place.registerForwardPreHook((_module, [x]) => x! + 1);
  place.registerForwardHook((_module, inputs, output) => {
    assert.equal(inputs, [4]);
    return output + 0.5;
  });
  assert.is(intercept(place, double, [3]), 8.5);
});

test('mapInputs: forward and forward hooks get the mapped inputs', async () => {
  const mapInputs = ([x]: readonly unknown[]) => [(x as number) + 10];
  const place = new Place({});
  assert.is(intercept(place, double, [3], { mapInputs }), 26);
  place.registerForwardPreHook((_module, [x]) => x! + 1);
  place.registerForwardHook((_module, inputs) => assert.equal(inputs, [14]));
  assert.is(intercept(place, double, [3], { mapInputs }), 28);
  const waiting = new Place({ async: true });
  waiting.registerForwardPreHook((async () => 5) as never);
  assert.is(await (intercept(waiting, double, [3], { mapInputs }) as Promise<number>), 30);
});

test('listenersOf(): a call that starts without hooks gets none and no number', () => {
  const place = new Place({});
  const listeners = listenersOf(place);
  const plain = listeners.begin();
  const calls: number[] = [];
  place.registerForwardHook((_module, _inputs, output, call) => {
    calls.push(call);
    return output + 1;
  });
  const hooked = listeners.begin();
  assert.is(listeners.after(plain, [3], 6), 6);
  assert.is(listeners.after(hooked, [3], 6), 7);
  assert.equal(calls, [0]);
});

test('listenersOf() knows whether anything may replace an output, and whether there are pre-hooks', () => {
  const place = new Place({});
  const listeners = listenersOf(place);
  place.observe(() => undefined);
  assert.not(listeners.mayReplace || listeners.hasPreHooks);
  for (const [register, hasPreHooks] of [
    [() => place.registerForwardHook(() => undefined), false],
    [() => place.registerForwardPreHook(() => undefined), true],
    [() => place.transform(map((value) => value)), false],
    [() => registerBackwardHook(place, 'backward', () => undefined), false],
  ] as const) {
    const handle = register();
    assert.ok(listeners.mayReplace, String(register));
    assert.is(listeners.hasPreHooks, hasPreHooks, String(register));
    handle.remove();
    assert.not(listeners.mayReplace || listeners.hasPreHooks, String(register));
  }
  removeAllHooks(place);
  assert.not(listeners.mayReplace);
});

test('begin() and after() run the same hooks as intercept() does after forward', () => {
  for (const how of ['intercept', 'begin and after']) {
    const place = new Place({});
    const listeners = listenersOf(place);
    const call = (x: number) => {
      if (how === 'intercept') return intercept(place, double, [x]);
      const number = listeners.begin();
      return listeners.after(number, [x], double(x));
    };
    assert.is(call(3), 6, `${how}, nothing registered`);
    const seen: unknown[] = [];
    place.observe(({ inputs, output, call }) => seen.push(['first', inputs, output, call]));
    place.observe(({ inputs, output, call }) => seen.push(['second', inputs, output, call]));
    place.registerForwardHook((_module, inputs, output) => (inputs[0] === 4 ? undefined : output * 10));
    assert.is(call(3), 60);
    assert.is(call(4), 8);
    assert.equal(seen.splice(0), [
      ['first', [3], 60, 0],
      ['second', [3], 60, 0],
      ['first', [4], 8, 1],
      ['second', [4], 8, 1],
    ]);
    assert.equal(
      listHooks(place).map(({ calls }) => calls),
      [2, 2, 2],
    );
    place.registerForwardHook(() => {
      throw new Error('thrown by the hook');
    });
    place.registerForwardHook((_module, _inputs, output) => void seen.push(output), { alwaysCall: true });
    place.registerForwardHook((_module, _inputs, output) => void seen.push(output));
    assert.throws(() => call(5), /thrown by the hook/);
    assert.equal(seen, [100], 'only the alwaysCall hook, with the latest output');
    removeAllHooks(place);
  }
});

test('a call that starts without hooks runs none, even if one is registered before it ends', () => {
  const place = new Place({});
  const listeners = listenersOf(place);
  const plain = listeners.begin();
  const calls: number[] = [];
  place.registerForwardHook((_module, _inputs, _output, call) => void calls.push(call));
  assert.is(listeners.after(plain, [3], 6), 6);
  assert.is(intercept(place, double, [3], { call: plain }), 6);
  assert.equal(calls, []);
  const first = listeners.begin();
  const second = listeners.begin();
  listeners.after(second, [3], 6);
  // intercept() can continue a call that begin() has numbered.
  intercept(place, double, [3], { call: first });
  intercept(place, double, [3]);
  assert.equal(calls, [1, 0, 2]);
});

test('listeners belong to one Hookable and cannot be forged', () => {
  const [place, other] = [new Place({}), new Place({})];
  const fired: unknown[] = [];
  other.registerForwardHook((module) => void fired.push(module));
  const listeners = listenersOf(place);
  listeners.after(listenersOf(other).begin(), [5], 5);
  assert.equal(fired, []);
  for (const wrong of [undefined, {}, () => 1]) {
    const expected = /^layertap: the module must be a Hookable of this copy of layertap, got (?!.*Proxy)/;
    assert.throws(() => listenersOf(wrong as never), expected);
    assert.throws(() => intercept(wrong as never, () => {}, []), expected);
  }
  const { begin } = listeners;
  assert.throws(() => begin.call({ mayReplace: true, hasPreHooks: true } as never), TypeError);
});

test('callbacks of adapters are called with this undefined', () => {
  const seen: unknown[] = [];
  const place = new Place({});
  place.registerForwardHook(() => undefined);
  registerBackwardHook(place, 'backward', function (this: unknown) {
    seen.push(this);
  });
  const mapInputs = function (this: unknown, inputs: readonly unknown[]) {
    seen.push(this);
    return inputs;
  };
  intercept(place, double, [3], { mapInputs });
  backwardHooks(place, 'backward')[0]!.run();
  assert.equal(seen, [undefined, undefined]);
});

test('if uninstalling fails, the other hooks of a selection, of withHooks() and of a tree are still removed', () => {
  const failing = () =>
    new Place({
      uninstall: () => {
        throw new Error('it cannot be put back');
      },
    });
  for (const how of ['selection', 'withHooks', 'removeAllHooks']) {
    const net = Object.assign(new Place({}), { a: new Place({}), b: failing(), c: failing(), d: new Place({}) });
    const register = () => select(net, '*').registerForwardHook(() => undefined);
    const remove: Record<string, () => void> = {
      selection: () => register().remove(),
      withHooks: () =>
        withHooks(
          () => register(),
          () => undefined,
        ),
      removeAllHooks: () => {
        register();
        removeAllHooks(net);
      },
    };
    assert.throws(remove[how]!, 'it cannot be put back');
    assert.equal(listHooks(net), [], how);
  }
});

test('intercept() of an asynchronous Hookable awaits its pre-hooks', async () => {
  const place = new Place({ async: true });
  place.registerForwardPreHook((async () => 5) as never);
  assert.is(await (intercept(place, double, [3]) as Promise<number>), 10);
});

test('call: calling the Hookable runs this function', () => {
  const seen: unknown[] = [];
  const place = new Place({ call: (...inputs) => seen.push(inputs) });
  place(1, 2);
  assert.equal(seen, [[1, 2]]);
});

test('unsupported: registering throws a TypeError with its text, and changes nothing', () => {
  let installed = 0;
  const place = new Place({
    unsupported: { 'forward-pre': 'no pre-hooks here', backward: 'no gradients here' },
    install: () => installed++,
  });
  assert.throws(
    () => place.registerForwardPreHook(() => undefined),
    (error: Error) => error instanceof TypeError && error.message === 'no pre-hooks here',
  );
  assert.throws(() => registerBackwardHook(place, 'backward', () => undefined), 'no gradients here');
  assert.equal(listHooks(place), []);
  assert.is(installed, 0);
});

test('install runs before every registration, uninstall after the last removal', () => {
  const ran: string[] = [];
  const place = new Place({ install: () => ran.push('install'), uninstall: () => ran.push('uninstall') });
  const handles = [place.registerForwardHook(() => undefined), place.observe(() => undefined)];
  assert.equal(ran, ['install', 'install']);
  for (const handle of handles) handle.remove();
  assert.equal(ran, ['install', 'install', 'uninstall']);
});

test('install: registering throws its errors', () => {
  const place = new Place({
    install: () => {
      throw new Error('nothing to hook');
    },
  });
  assert.throws(() => place.registerForwardHook(() => undefined), 'nothing to hook');
  assert.equal(listHooks(place), []);
});

test('completeInputs adds inputs that a pre-hook omits; validateInputs refuses wrong ones', () => {
  const place = new Place({
    completeInputs: (before, given) => [...given, ...before.slice(given.length)],
    validateInputs: ([x]) => (x === 0 ? 'anything but zero' : undefined),
  });
  const handle = place.registerForwardPreHook(() => 7);
  place.registerForwardHook((_module, inputs) => assert.equal(inputs, [7, 2]));
  assert.is(intercept(place, double, [1, 2]), 14);
  handle.remove();
  place.registerForwardPreHook(function nullify() {
    return 0;
  });
  assert.throws(
    () => intercept(place, double, [1, 2]),
    /hook: nullify\n {2}got: the number 0\n {2}expected: anything but zero/,
  );
});

test('validateOutput refuses wrong outputs, with an error that names the hook', () => {
  const place = new Place({ validateOutput: (output, given) => (output === given ? undefined : `not ${given}`) });
  place.registerForwardHook(function grow(_module, _inputs, output) {
    return output + 1;
  });
  assert.throws(() => intercept(place, double, [1]), /hook: grow\n {2}got: the number 3\n {2}expected: not 3/);
});

test('backwardHooks() returns the hooks of one kind in order; they are listed, counted and removed like others', () => {
  const place = new Place({});
  const first = registerBackwardHook(place, 'backward', () => 'first');
  registerBackwardHook(place, 'backward', () => 'prepended', { prepend: true });
  registerBackwardHook(place, 'backward-pre', function before() {
    return 'before';
  });
  assert.equal(
    backwardHooks(place, 'backward').map((hook) => hook.run()),
    ['prepended', 'first'],
  );
  assert.equal(
    listHooks(place).map(({ kind, name, calls }) => [kind, name, calls]),
    [
      ['backward', '(anonymous)', 1],
      ['backward', '(anonymous)', 1],
      ['backward-pre', 'before', 0],
    ],
  );
  first.remove();
  assert.is(backwardHooks(place, 'backward').length, 1);
  removeAllHooks(place);
  assert.equal(listHooks(place), []);
  assert.throws(
    () => registerBackwardHook(place, 'backward', () => undefined, { alwaysCall: true } as never),
    /registerFullBackwardHook\(\) of Place\(\): unknown option "alwaysCall"/,
  );
});

test('inputsOnDemand() reads an input once, when a hook accesses it', () => {
  const read: number[] = [];
  const place = new Place({});
  const handle = place.registerForwardHook((_module, inputs) => {
    assert.ok(Array.isArray(inputs));
    assert.is(inputs.length, 3);
    assert.is(inputs[1], 20);
    assert.is(inputs[1], 20);
  });
  const inputs = inputsOnDemand(3, (index) => {
    read.push(index);
    return 20 * index;
  });
  listenersOf(place).after(listenersOf(place).begin(), inputs, 6);
  assert.equal(read, [1]);
  handle.remove();
  assert.equal([...inputs], [0, 20, 40]);
  assert.equal(read, [1, 0, 2]);
});

test('intercept() with the number of a call that has thrown runs the alwaysCall hooks alone', () => {
  const place = new Place({});
  const seen: unknown[] = [];
  place.registerForwardHook(() => void seen.push('usual'));
  place.registerForwardHook((_module, _inputs, output, call) => void seen.push([output, call]), { alwaysCall: true });
  intercept(place, double, [1]);
  const call = listenersOf(place).begin();
  const failing = () => {
    throw new Error('of the framework');
  };
  seen.length = 0;
  assert.throws(() => intercept(place, failing, [1], { call }), 'of the framework');
  assert.equal(seen, [[undefined, 1]]);
});

test('inputsOnDemand(): a pre-hook can assign an input, which is then not read', () => {
  const inputs = inputsOnDemand(2, () => {
    throw new Error('read');
  }) as unknown[];
  inputs[0] = 7;
  assert.is(inputs[0], 7);
  assert.throws(() => inputs[1], 'read');
});

test('around: each forward hook, alwaysCall hooks too, and the observers run inside it', async () => {
  const place = new Place({ async: true });
  const log: unknown[] = [];
  const around = (hook: () => unknown) => {
    log.push('enter');
    const result = hook();
    log.push('leave');
    return result;
  };
  const first = place.registerForwardHook(() => {
    log.push('first');
    return 5;
  });
  const observer = place.observe(({ output }) => void log.push(output));
  assert.is(await intercept(place, async () => 3, [1], { around }), 5);
  assert.equal(log.splice(0), ['enter', 'first', 'leave', 'enter', 5, 'leave']);
  first.remove();
  observer.remove();
  place.registerForwardHook(() => void log.push('always'), { alwaysCall: true });
  const failing = async () => {
    throw new Error('forward');
  };
  try {
    await intercept(place, failing, [1], { around });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'forward');
  }
  assert.equal(log, ['enter', 'always', 'leave']);
});

test('completeInputs and validateInputs get the inputs that the pre-hook got; an output returned as it is, is not checked', () => {
  const seen: unknown[] = [];
  const place = new Place({
    completeInputs: (before, given) => {
      seen.push(['complete', ...before]);
      return given;
    },
    validateInputs: (_inputs, before) => void seen.push(['validate', ...before]),
    validateOutput: () => 'another one',
  });
  place.registerForwardPreHook(() => 7);
  place.registerForwardPreHook(() => 8);
  place.registerForwardHook((_module, _inputs, output) => output);
  assert.is(intercept(place, double, [1]), 16);
  assert.equal(seen, [
    ['complete', 1],
    ['validate', 1],
    ['complete', 7],
    ['validate', 7],
  ]);
});

test.run();
