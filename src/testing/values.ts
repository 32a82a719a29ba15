/** @file The arguments and return values of hooks. */
import { listHooks } from '../hooks/index.ts';
import { check, isPromise, named, same, throwsTypeError } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rules 1, 3, 4, 5 and 10. */
export function addValueCases<T>(suite: Suite<T>): void {
  const { target } = suite;

  suite.add('1. without hooks, a call runs forward once', async (b) => {
    same(await b.run(), [2, 4]);
    check(b.received.length === 1 && b.received[0]![0] === b.input, 'forward did not get the input, once');
  });

  suite.add('3. a hook gets the module, the inputs as an array, and the output', async (b) => {
    const seen: unknown[][] = [];
    // Read inside the hook: a framework may free the tensor after the call.
    const outputs: unknown[] = [];
    b.after((...values) => {
      seen.push(values);
      outputs.push(suite.valuesOf(values[2]));
    });
    same(await b.run(), [2, 4]);
    const [module, inputs] = seen[0]!;
    check(seen.length === 1 && seen[0]!.length === 5, 'the hook was not called once with five values');
    check(module === b.hookable, 'the hook got another module');
    check(Array.isArray(inputs) && inputs[0] === b.input, 'the hook did not get an array of the inputs');
    same(await outputs[0], [2, 4]);
  });

  suite.add('3. undefined and null change nothing; a tensor replaces the output for the next hook', async (b) => {
    const seen: unknown[] = [];
    b.after(() => undefined);
    b.after(() => null);
    b.after(() => target.tensor([10, 20]));
    b.after((_module, _inputs, output) => void seen.push(suite.valuesOf(output)));
    b.after(() => target.tensor([30, 40]));
    same(await b.run(), [30, 40]);
    same(await seen[0], [10, 20]);
  });

  suite.add('3. replacing a tensor with anything else is an error that names the hook', async (b) => {
    const outputs: unknown[] = [];
    for (const wrong of [false, 0, '', 1, {}]) {
      const handle = b.after(named('replaceByNonsense', () => wrong));
      const error = await suite.rejected(b);
      check(error.message.includes('replaceByNonsense'), `the error does not name the hook: ${error.message}`);
      handle.remove();
    }
    b.after((_module, _inputs, output) => outputs.push(output));
    await suite.rejected(b);
    check(outputs.length === 1, 'the hook did not run');
  });

  if (suite.target.outputsOnly === true) {
    suite.add('4. registering an unsupported pre-hook throws a TypeError and changes nothing', async (b) => {
      throwsTypeError(() => b.before(() => undefined), '');
      same(listHooks(b.hookable), []);
      same(await b.run(), [2, 4]);
    });
  }

  suite.addUnlessOutputsOnly('4. a pre-hook returns an array of all inputs or the only one; they chain', async (b) => {
    b.before((_module, inputs) => {
      check(Array.isArray(inputs) && inputs[0] === b.input, 'the pre-hook did not get an array of the inputs');
      return target.tensor([5, 6]);
    });
    b.before(() => undefined);
    b.before(() => null);
    const seen: unknown[] = [];
    const values: unknown[] = [];
    const look = (_module: unknown, inputs: readonly unknown[]) => {
      same(inputs.length, 1);
      seen.push(inputs[0]);
      values.push(suite.valuesOf(inputs[0]));
    };
    b.before(look);
    b.before(() => [target.tensor([7, 8])]);
    b.after(look);
    same(await b.run(), [14, 16]);
    same(await Promise.all(values), [
      [5, 6],
      [7, 8],
    ]);
    same(b.received[0]!.length, 1);
    check(b.received[0]![0] === seen[1], 'the forward hook did not get the inputs of forward');
  });

  if (target.extraInputs) {
    suite.addUnlessOutputsOnly('4. a single value drops the other inputs; an array replaces all of them', async (b) => {
      const handle = b.before(() => target.tensor([5, 6]));
      await b.call(b.input, 'more');
      same(b.received[0]!.length, 1);
      handle.remove();
      b.before(() => [target.tensor([5, 6]), 'changed']);
      await b.call(b.input, 'more');
      same(b.received[1]!.slice(1), ['changed']);
    });

    suite.add('5. an options object is the last input, and every hook gets it', async (b) => {
      const options = { scale: 3 };
      const seen: unknown[] = [];
      for (const register of b.registers) register((_module, inputs) => void seen.push(inputs[1]));
      await b.call(b.input, options);
      same(seen.length, b.registers.length);
      for (const value of seen) check(value === options, 'a hook did not get the options');
      check(b.received[0]![1] === options, 'forward did not get the options');
    });
  }

  suite.add('10. a hook can call its own module', async (b) => {
    const fired: string[] = [];
    let nested: unknown;
    b.after((_module, inputs) => {
      fired.push('hook');
      if (fired.length > 1) return;
      const result = b.call(inputs[0]);
      nested = isPromise(result) ? result.then((output) => suite.valuesOf(output)) : suite.valuesOf(result);
    });
    same(await b.run(), [2, 4]);
    same(await nested, [2, 4]);
    same(fired, ['hook', 'hook']);
    same(b.received.length, 2);
  });
}
