/** @file Hooks and calls that return promises. */
import { check, fails, isPromise, later, named, same } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rule 8. */
export function addPromiseCases<T>(suite: Suite<T>): void {
  const { target } = suite;
  const { mode } = target;

  if (mode === 'sync') {
    suite.add('8. a promise from a hook is an error that names the hook; a rejection is absorbed', async (b) => {
      for (const register of b.registers) {
        const handle = register(named('asynchronous', () => Promise.reject(new Error('must be absorbed'))));
        const error = await suite.rejected(b);
        check(error.message.includes('asynchronous'), `the error does not name the hook: ${error.message}`);
        handle.remove();
      }
      same(await b.run(), [2, 4]);
    });
  } else {
    suite.add('8. async hooks are awaited in order and can replace the output', async (b) => {
      const fired: string[] = [];
      b.after(async () => {
        await later();
        fired.push('slow');
        return target.tensor([10, 20]);
      });
      b.after(async (_module, _inputs, output) => {
        fired.push('fast');
        same(await suite.valuesOf(output), [10, 20]);
      });
      same(await b.run(), [10, 20]);
      same(fired, ['slow', 'fast']);
    });

    suite.add('8. when a hook rejects, alwaysCall hooks run and the call rejects', async (b) => {
      const fired: string[] = [];
      b.after(async () => {
        await later();
        throw new Error('rejected later');
      });
      b.always(async () => {
        await later();
        fired.push('always');
      });
      same((await suite.rejected(b)).message, 'rejected later');
      same(fired, ['always']);
    });

    suite.add('8. overlapping calls do not mix', async (b) => {
      const seen: unknown[] = [];
      b.after(async (_module, inputs, output) => {
        await later();
        seen.push([inputs[0], output]);
      });
      const [one, two] = [target.tensor([1]), target.tensor([2])];
      const outputs = await Promise.all([b.call(one), b.call(two)]);
      same(await Promise.all(outputs.map((output) => suite.valuesOf(output))), [[2], [4]]);
      same(seen.length, 2);
    });
  }

  if (mode === 'promise') {
    suite.addUnlessOutputsOnly('8. an async pre-hook of a module not declared async is an error', async (b) => {
      b.before(named('waitingPreHook', async () => {}));
      const error = await suite.rejected(b);
      check(error.message.includes('waitingPreHook'), `the error does not name the hook: ${error.message}`);
    });
  }

  if (mode === 'async') {
    suite.addUnlessOutputsOnly('8. async pre-hooks are awaited in order; every failure is a rejection', async (b) => {
      b.before(async () => {
        await later();
        return target.tensor([5, 6]);
      });
      same(await b.run(), [10, 12]);
      b.before(fails('thrown synchronously'));
      const result = b.call(b.input) as Promise<unknown>;
      check(isPromise(result), 'the call threw instead of rejecting');
      same(await result.catch((error: Error) => error.message), 'thrown synchronously');
    });

    suite.addUnlessOutputsOnly('8. when forward throws synchronously, the call rejects, hooked or not', async (b) => {
      b.onForward = fails('thrown synchronously');
      for (const hooked of [false, true]) {
        if (hooked) b.after(() => undefined);
        const result = b.call(b.input) as Promise<unknown>;
        check(isPromise(result), 'the call threw instead of rejecting');
        same(await result.catch((error: Error) => error.message), 'thrown synchronously');
      }
    });
  }
}
