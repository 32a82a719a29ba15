/** @file Registering and removing, the order of hooks, and the tree of modules. */
import { listHooks, type RemovableHandle, removeAllHooks } from '../hooks/index.ts';
import { check, named, same, throwsTypeError } from './checks.ts';
import type { Suite } from './suite.ts';

/** Rules 2, 6 and 9, and the tree. */
export function addRegistrationCases<T>(suite: Suite<T>): void {
  suite.add('2. registering a value that is not a function, or a wrong option, throws a TypeError', async (b) => {
    for (const hook of [undefined, null, 'hook', 7, {}, class Hook {}]) {
      for (const register of b.registers) throwsTypeError(() => register(hook as never), 'the hook must be a function');
    }
    const hook = () => undefined;
    throwsTypeError(() => b.after(hook, { prependd: true }), 'unknown option "prependd"');
    if (b.hasPreHooks) throwsTypeError(() => b.before(hook, { alwaysCall: true }), 'unknown option "alwaysCall"');
    throwsTypeError(() => b.after(hook, { prepend: 1 }), '"prepend" must be true or false');
    throwsTypeError(() => b.after(hook, null as never), 'the options must be an object');
    same(listHooks(b.hookable), []);
    same(await b.run(), [2, 4]);
  });

  suite.add('6. prepended hooks run first, latest first; then the others, in order of registration', async (b) => {
    const fired: number[] = [];
    const push = (id: number) => () => void fired.push(id);
    for (const [id, prepend] of [false, true, false, false, true].entries()) b.after(push(id), { prepend });
    const pre = b.hasPreHooks ? [14, 10, 11, 12, 13] : [];
    for (const id of [...pre].sort()) b.before(push(id), { prepend: id === 10 || id === 14 });
    await b.run();
    await b.run();
    const once = [...pre, 4, 1, 0, 2, 3];
    same(fired, [...once, ...once]);
  });

  suite.add('6. a hook removed while hooks run still fires; one that is added waits for the next call', async (b) => {
    const fired: string[] = [];
    for (const register of b.registers) {
      fired.length = 0;
      const late = { handle: undefined as RemovableHandle | undefined };
      const first = register(() => {
        fired.push('first');
        second.remove();
        late.handle ??= register(() => void fired.push('late'));
      });
      const second = register(() => void fired.push('second'));
      await b.run();
      same(fired, ['first', 'second']);
      await b.run();
      same(fired, ['first', 'second', 'first', 'late']);
      first.remove();
      late.handle!.remove();
    }
  });

  suite.add('6. a hook can remove itself while it runs', async (b) => {
    const fired: string[] = [];
    const handles = b.registers.flatMap((register, phase) =>
      [0, 1].map((i) =>
        register(() => {
          fired.push(`${phase}${i}`);
          handles[2 * phase + i]!.remove();
        }),
      ),
    );
    same(await b.run(), [2, 4]);
    same(await b.run(), [2, 4]);
    same(fired, ['00', '01', '10', '11'].slice(0, handles.length));
    same(listHooks(b.hookable), []);
  });

  suite.add('6. forward hooks are copied after forward: one that forward removes does not fire', async (b) => {
    const fired: string[] = [];
    const removed = b.after(() => void fired.push('removed by forward'));
    b.after(() => void fired.push('stays'));
    b.onForward = () => removed.remove();
    await b.run();
    same(fired, ['stays']);
  });

  suite.addUnlessOutputsOnly('6. forward hooks are copied after forward: one that a pre-hook adds fires', async (b) => {
    const fired: string[] = [];
    const pre = b.before(() => {
      pre.remove();
      b.after(() => void fired.push('added by a pre-hook'));
    });
    await b.run();
    same(fired, ['added by a pre-hook']);
  });

  suite.add('9. a handle removes only its own registration; removing it twice is harmless', async (b) => {
    const fired: number[] = [];
    const hook = () => void fired.push(fired.length);
    const first = b.after(hook);
    const second = b.after(hook);
    check(second.id > first.id, 'the ids do not grow');
    await b.run();
    same(fired.length, 2);
    first.remove();
    first.remove();
    await b.run();
    same(fired.length, 3);
    second.unsubscribe();
    await b.run();
    same(fired.length, 3);
    const third = b.registers[0]!(hook);
    if (Symbol.dispose !== undefined) third[Symbol.dispose]();
    else third.remove();
    await b.run();
    same(fired.length, 3);
  });

  suite.add('9. listHooks lists each registration and how often it ran; removeAllHooks removes them all', async (b) => {
    const kinds = ['forward-pre', 'forward'].slice(-b.registers.length);
    for (const [i, register] of b.registers.entries()) {
      const hook = named(kinds[i]!, () => {});
      register(hook, { prepend: true });
    }
    b.observe(named('observer', () => {}));
    await b.run();
    await b.run();
    const listed = listHooks(b.hookable).map(({ path, kind, name, calls }) => ({ path, kind, name, calls }));
    const expected = [...kinds, 'observer'].map((kind) => ({ path: '', kind, name: kind, calls: 2 }));
    same(listed, expected);
    removeAllHooks(b.hookable);
    same(listHooks(b.hookable), []);
    same(await b.run(), [2, 4]);
  });

  suite.add('the tree: namedModules() starts with the module; getSubmodule() finds each by its path', async (b) => {
    const named = [...b.hookable.namedModules()];
    check(named[0]![0] === '' && named[0]![1] === b.hookable, 'namedModules() does not start with the module itself');
    for (const [path, module] of named) {
      check(b.hookable.getSubmodule(path) === module, `getSubmodule(${JSON.stringify(path)}) returns another module`);
    }
    for (const [i, module] of [...b.hookable.modules()].entries()) {
      check(module === named[i]![1], 'modules() does not match namedModules()');
    }
    const children = new Set([...b.hookable.namedChildren()].map(([, child]) => child));
    same([...b.hookable.children()].length, children.size);
    for (const child of b.hookable.children()) check(children.has(child), 'children() does not match namedChildren()');
  });
}
