/** @file The number and the receiver of a call, and the `this` of hooks and observers. */
import type { RemovableHandle } from '../hooks/index.ts';
import { check, fails, later, same } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rule 3. */
export function addCallCases<T>(suite: Suite<T>): void {
  suite.add('3. hooks and observers are called with this undefined', async (b) => {
    const seen: unknown[] = [];
    function look(this: unknown): void {
      seen.push(this);
    }
    for (const register of b.registers) register(look, { prepend: true });
    b.observe(look);
    b.always(look);
    await b.run();
    same(seen.length, b.registers.length + 2);
    for (const self of seen) check(self === undefined, 'a hook has a this');
  });

  suite.add('3. calls are numbered from 0; all hooks and events of a call get its number', async (b) => {
    const numbers: string[] = [];
    const log = (name: string, call: number) => void numbers.push(`${name} ${call}`);
    const register = (): RemovableHandle[] => [
      ...(b.hasPreHooks ? [b.before((_module, _inputs, call) => log('pre', call))] : []),
      b.after((_module, _inputs, _output, call) => log('hook', call)),
      b.observe(({ call }) => log('event', call)),
    ];
    const expected = (call: number) =>
      ['pre', 'hook', 'event'].slice(-1 - b.registers.length).map((name) => `${name} ${call}`);
    // Calls without registrations are not counted.
    await b.run();
    const handles = register();
    await b.run();
    await b.run();
    for (const handle of handles) handle.remove();
    await b.run();
    // A later registration gets the number of the call, not a count since it was registered.
    register();
    await b.run();
    same(numbers, [...expected(0), ...expected(1), ...expected(2)]);
  });

  suite.add('3. a call that throws uses up a number, which events skip', async (b) => {
    const hooks: unknown[] = [];
    const events: unknown[] = [];
    b.after((_module, _inputs, _output, call) => {
      hooks.push(call);
      if (call === 1) throw new Error('failing in call 1');
    });
    b.observe(({ call }) => events.push(call));
    await b.run();
    same((await suite.rejected(b)).message, 'failing in call 1');
    await b.run();
    same(hooks, [0, 1, 2]);
    same(events, [0, 2]);
  });

  suite.addUnlessOutputsOnly('3. an alwaysCall hook gets the number of the call that threw', async (b) => {
    const hooks: unknown[] = [];
    b.always((_module, _inputs, _output, call) => void hooks.push(call));
    b.onForward = fails('failing in forward');
    await suite.rejected(b);
    b.onForward = () => {};
    await b.run();
    same(hooks, [0, 1]);
  });

  suite.add('3. a nested call gets the next number', async (b) => {
    const numbers: string[] = [];
    let inner: unknown;
    b.after((_module, inputs, _output, call) => {
      numbers.push(`hook ${call}`);
      if (call === 0) inner = b.call(inputs[0]);
    });
    b.observe(({ call }) => numbers.push(`event ${call}`));
    await b.run();
    await inner;
    same([...numbers].sort(), ['event 0', 'event 1', 'hook 0', 'hook 1']);
    if (suite.target.mode === 'sync') same(numbers, ['hook 0', 'hook 1', 'event 1', 'event 0']);
  });

  if (suite.target.mode !== 'sync') {
    suite.add('3. overlapping calls are numbered as they start, whichever ends first', async (b) => {
      const inputs = [suite.target.tensor([1]), suite.target.tensor([2]), suite.target.tensor([3])];
      const hooks: unknown[] = [];
      const events: unknown[] = [];
      b.after(async (_module, [input], _output, call) => {
        hooks[inputs.indexOf(input as T)] = call;
        for (let turns = 3 * (2 - (call as number)); turns > 0; turns--) await later();
      });
      b.observe(({ inputs: [input], call }) => {
        events[inputs.indexOf(input as T)] = call;
      });
      await Promise.all(inputs.map((input) => b.call(input)));
      same(hooks, [0, 1, 2]);
      same(events, [0, 1, 2]);
    });
  }

  suite.add('3. hooks and events get the object that the call ran on as receiver', async (b) => {
    const seen: unknown[] = [];
    if (b.hasPreHooks) b.before((_module, _inputs, _call, receiver) => void seen.push(receiver));
    b.after((_module, _inputs, _output, _call, receiver) => void seen.push(receiver));
    b.observe(({ receiver }) => seen.push(receiver));
    await b.run();
    same(seen.length, b.registers.length + 1);
    for (const receiver of seen) check(receiver === b.receiver, 'a hook or an event has another receiver');
  });

  suite.add('3. an event has the reader of its output', async (b) => {
    const seen: unknown[] = [];
    b.observe(({ reader, output }) => void seen.push(reader?.is(output), [...(reader?.shape(output) ?? [])]));
    await b.run();
    same(seen, [true, [2]]);
  });
}
