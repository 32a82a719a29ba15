import type { Act, Fire, Give, Program, Side } from './program.ts';
import { UserError } from './program.ts';

/** Limits recursion: a hook may call its own module. */
const MOST_ACTS = 60;

/** Runs a program on one side. @returns a line for each event, in order */
export function run<M, P, T>(program: Program, makeSide: (log: (line: string) => void) => Side<M, P, T>): string[] {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const side = makeSide(log);
  const inputs = program.inputs.map((values) => side.tensor(values));
  const parameters = program.parameters.map((values) => side.parameter(values));
  const modules: M[] = [];
  const handles = program.hooks.map((): (() => void)[] => []);
  let acts = 0;

  const change = (give: Give, value: T): T | undefined => {
    if (give === 'throw') throw new UserError('user');
    if (give === 'nothing') return undefined;
    return side.map(value, give === 'plus' ? (x) => x + 1 : (x) => x * 2);
  };
  /** A module by its number, or the name of a class. */
  const target = <K extends string>(on: number | K): M | K => (typeof on === 'number' ? modules[on]! : on);

  function act(data: Act): unknown {
    switch (data.act) {
      case 'register': {
        const hook = program.hooks[data.hook]!;
        const on = typeof hook.on === 'string' ? undefined : 'module' in hook.on ? hook.on.module : hook.on.attach;
        const module = typeof on === 'number' ? modules[on] : undefined;
        handles[data.hook]!.push(side.register(hook, module, fire(data.hook)));
        return;
      }
      case 'remove':
        return handles[data.hook]!.pop()?.();
      case 'assign':
        return side.assign(parameters[data.parameter]!, data.values);
      case 'fill':
        return side.fill(parameters[data.parameter]!, data.value);
      case 'write source':
        return side.writeSource(parameters[data.parameter]!, data.value);
      case 'set':
        return side.set(modules[data.module]!, data.what, parameters[data.parameter] ?? null);
      case 'set tensor':
        return side.setTensor(modules[data.module]!, data.what, parameters[data.parameter]!);
      case 'swap':
      case 'insert':
      case 'append':
      case 'pop': {
        const container = modules[data.container]!;
        const size = side.size(container);
        if (data.act === 'append') return side.insert(container, size, modules[data.module]!);
        if (data.act === 'insert') return side.insert(container, data.index % (size + 1), modules[data.module]!);
        if (size === 0) return;
        if (data.act === 'swap') side.swap(container, data.index % size, modules[data.module]!);
        else side.pop(container, data.index % size);
        return;
      }
      case 'patch':
        return side.patch(target(data.on), (_module, input, before) =>
          data.how === 'plus' ? side.map(input, (x) => x + 1) : side.map(before(input), (x) => x * 2),
        );
      case 'unpatch':
        return side.unpatch(target(data.on));
      case 'dispose':
        return side.dispose(modules[data.module]!);
      case 'call':
      case 'forward': {
        const module = modules[data.module]!;
        const output = side[data.act](module, inputs[data.input]!);
        return log(`${data.act} ${data.module} gave ${side.show(output)}`);
      }
    }
  }

  function perform(list: readonly Act[]): void {
    for (const data of list) {
      if (acts++ >= MOST_ACTS) return;
      log(JSON.stringify(data));
      try {
        act(data);
      } catch (error) {
        log(`threw ${side.nameOf(error)}`);
      }
    }
  }

  function fire(hook: number): Fire<M, T> {
    const { acts, gives, kind } = program.hooks[hook]!;
    return (module, input, output, call, receiver) => {
      // The call numbers of an attached method continue across programs.
      const at = module === undefined ? `attached to ${modules.indexOf(receiver!)}` : modules.indexOf(module);
      const number = module === undefined ? '' : `, call ${call}`;
      const shown = output === undefined ? '' : `, ${side.show(output)}`;
      const seen =
        kind === 'transform' ? shown : kind === 'reader' ? shown + number : side.show(input) + shown + number;
      log(`${kind} ${hook} of ${at}: ${seen}`);
      perform(acts);
      const value = kind === 'pre-hook' ? input : output;
      // An alwaysCall hook gets no output if forward threw.
      if (gives === 'throw') throw new UserError('user');
      return value === undefined ? undefined : change(gives, value);
    };
  }

  try {
    for (const data of program.modules) {
      const children = 'children' in data ? data.children.map((child) => modules[child]!) : [];
      modules.push(
        side.make(data, children, parameters, (own, input) => {
          let value = input;
          if (data.kind !== 'Own') return value;
          for (let i = 0; i < data.children.length; i++) {
            perform(data.acts[i]!);
            value = side.call(side.child(own, i), value);
          }
          perform(data.acts[data.children.length]!);
          return change(data.gives, value) ?? value;
        }),
      );
    }
    const root = modules.length - 1;
    perform(program.steps);
    acts = 0;
    perform([{ act: 'call', module: root, input: 0 }]);
    try {
      for (const [key, values] of side.state(modules[root]!)) log(`${key} = ${values}`);
    } catch (error) {
      log(`state threw ${side.nameOf(error)}`);
    }
  } finally {
    side.close();
  }
  return lines;
}
