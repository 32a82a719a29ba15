/** @file `alwaysCall` hooks. */
import { check, collectWarnings, named, same } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rule 7. */
export function addErrorCases<T>(suite: Suite<T>): void {
  const { target } = suite;

  suite.addUnlessOutputsOnly(
    '7. an alwaysCall hook runs when forward throws, with output undefined; the call still throws',
    async (b) => {
      const seen: unknown[] = [];
      b.before(() => target.tensor([5, 6]));
      b.after(
        (_module: unknown, inputs: readonly unknown[], output: unknown) => {
          seen.push(suite.valuesOf(inputs[0]), output === undefined ? 'no output' : suite.valuesOf(output));
        },
        { alwaysCall: true },
      );
      b.after(() => {
        seen.push('not always');
      });
      b.onForward = () => {
        throw new Error('failing in forward');
      };
      same((await suite.rejected(b)).message, 'failing in forward');
      same(await Promise.all(seen.splice(0)), [[5, 6], 'no output']);
      b.onForward = () => {};
      same(await b.run(), [10, 12]);
      same(await Promise.all(seen), [[5, 6], [10, 12], 'not always']);
    },
  );

  suite.addUnlessOutputsOnly('7. an alwaysCall hook runs when a pre-hook throws, with the inputs so far', async (b) => {
    const seen: unknown[] = [];
    b.before(() => target.tensor([5, 6]));
    b.before(() => {
      throw new Error('failing in a pre-hook');
    });
    b.after(
      (_module: unknown, inputs: readonly unknown[], output: unknown) => {
        seen.push(suite.valuesOf(inputs[0]), output);
      },
      { alwaysCall: true },
    );
    same((await suite.rejected(b)).message, 'failing in a pre-hook');
    same(await seen[0], [5, 6]);
    check(seen[1] === undefined && b.received.length === 0, 'forward ran');
  });

  suite.add('7. after a hook throws, later alwaysCall hooks get the latest output; none runs twice', async (b) => {
    const fired: string[] = [];
    const outputs: unknown[] = [];
    b.after(() => target.tensor([10, 20]), { alwaysCall: true });
    b.after(
      () => {
        fired.push('throws');
        throw new Error('failing in a hook');
      },
      { alwaysCall: true },
    );
    b.after(() => {
      fired.push('skipped');
    });
    b.after(
      (_module: unknown, _inputs: unknown, output: unknown) => {
        fired.push('runs');
        outputs.push(suite.valuesOf(output));
        return target.tensor([30, 40]);
      },
      { alwaysCall: true },
    );
    b.after(
      (_module: unknown, _inputs: unknown, output: unknown) => {
        outputs.push(suite.valuesOf(output));
      },
      { alwaysCall: true },
    );
    same((await suite.rejected(b)).message, 'failing in a hook');
    same(fired, ['throws', 'runs']);
    same(await Promise.all(outputs), [
      [10, 20],
      [30, 40],
    ]);
  });

  suite.add(
    '7. a second error, thrown by an alwaysCall hook, is only a warning; the other alwaysCall hooks still run',
    async (b) => {
      const fired: string[] = [];
      b.after(() => {
        throw new Error('the first error');
      });
      const second = b.after(
        named('failsToo', () => {
          fired.push('second');
          second.remove();
          throw new Error('a second error');
        }),
        { alwaysCall: true },
      );
      b.after(
        () => {
          fired.push('next');
        },
        { alwaysCall: true },
      );
      let message = '';
      const warnings = await collectWarnings(async () => {
        message = (await suite.rejected(b)).message;
      });
      same(message, 'the first error');
      same(fired, ['second', 'next']);
      check(
        warnings.length === 1 && /failsToo.*a second error/s.test(warnings[0]!),
        `the warnings were: ${warnings.join()}`,
      );
      await suite.rejected(b);
      same(fired.slice(2), ['next']);
    },
  );
}
