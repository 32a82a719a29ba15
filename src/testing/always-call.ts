/** @file `alwaysCall` hooks: the cases in which something throws. */
import { check, collectWarnings, fails, named, same } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rule 7. */
export function addAlwaysCallCases<T>(suite: Suite<T>): void {
  const { target } = suite;

  suite.addUnlessOutputsOnly('7. alwaysCall hooks run when forward throws; their output is undefined', async (b) => {
    const seen: unknown[] = [];
    b.before(() => target.tensor([5, 6]));
    b.always((_module, inputs, output) => {
      seen.push(suite.valuesOf(inputs[0]), output === undefined ? 'no output' : suite.valuesOf(output));
    });
    b.after(() => void seen.push('not always'));
    b.onForward = fails('failing in forward');
    same((await suite.rejected(b)).message, 'failing in forward');
    same(await Promise.all(seen.splice(0)), [[5, 6], 'no output']);
    b.onForward = () => {};
    same(await b.run(), [10, 12]);
    same(await Promise.all(seen), [[5, 6], [10, 12], 'not always']);
  });

  suite.addUnlessOutputsOnly('7. an alwaysCall hook runs when a pre-hook throws, with the inputs so far', async (b) => {
    const seen: unknown[] = [];
    b.before(() => target.tensor([5, 6]));
    b.before(fails('failing in a pre-hook'));
    b.always((_module, inputs, output) => void seen.push(suite.valuesOf(inputs[0]), output));
    same((await suite.rejected(b)).message, 'failing in a pre-hook');
    same(await seen[0], [5, 6]);
    check(seen[1] === undefined && b.received.length === 0, 'forward ran');
  });

  suite.add('7. after a hook throws, later alwaysCall hooks get the latest output; none runs twice', async (b) => {
    const fired: string[] = [];
    const outputs: unknown[] = [];
    b.always(() => target.tensor([10, 20]));
    b.always(() => {
      fired.push('throws');
      throw new Error('failing in a hook');
    });
    b.after(() => void fired.push('skipped'));
    b.always((_module, _inputs, output) => {
      fired.push('runs');
      outputs.push(suite.valuesOf(output));
      return target.tensor([30, 40]);
    });
    b.always((_module, _inputs, output) => void outputs.push(suite.valuesOf(output)));
    same((await suite.rejected(b)).message, 'failing in a hook');
    same(fired, ['throws', 'runs']);
    same(await Promise.all(outputs), [
      [10, 20],
      [30, 40],
    ]);
  });

  suite.add('7. a further error, of an alwaysCall hook, is a warning; the other ones still run', async (b) => {
    const fired: string[] = [];
    b.after(fails('the first error'));
    const second = b.always(
      named('failsToo', () => {
        fired.push('second');
        second.remove();
        throw new Error('a second error');
      }),
    );
    b.always(() => void fired.push('next'));
    let message = '';
    const warnings = await collectWarnings(async () => {
      message = (await suite.rejected(b)).message;
    });
    same(message, 'the first error');
    same(fired, ['second', 'next']);
    const isOnly = warnings.length === 1 && /failsToo.*a second error/s.test(warnings[0]!);
    check(isOnly, `the warnings were: ${warnings.join()}`);
    await suite.rejected(b);
    same(fired.slice(2), ['next']);
  });
}
