/** @file layertap as a side: modules of a class, attached methods, and RxJS operators. */
import {
  catchError,
  filter,
  map,
  mergeMap,
  Observable,
  type OperatorFunction,
  of,
  retry,
  Subscription,
  scan,
  take,
} from 'rxjs';
import {
  attach,
  type ForwardEvent,
  Hookable,
  listHooks,
  Module,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  removeAllHooks,
  type Selection,
  type Selector,
  select,
  setReporter,
  withHooks,
} from '../../../src/index.ts';
import type { Hook, MakeSide, ModuleData, Operator, Removable, SelectorData } from './program.ts';
import { errorLine } from './run.ts';

type Body = (...inputs: unknown[]) => unknown;
type AnyHookable = Hookable & Body & { forward: Body };

class Numeric extends Module {
  readonly layers: readonly AnyHookable[];
  readonly body: Body;
  constructor(layers: readonly AnyHookable[], body: Body) {
    super();
    this.layers = layers;
    this.body = body;
  }
  override forward(...inputs: unknown[]): unknown {
    return this.body(...inputs);
  }
}

class AsyncNumeric extends Numeric {
  static override readonly async: boolean = true;
}

/** A module, the function that calls it, and the receiver of its calls. */
function make({ kind, made }: ModuleData, layers: readonly AnyHookable[], body: Body): [AnyHookable, Body, object] {
  if (made === 'class') {
    const module = new (kind === 'async' ? AsyncNumeric : Numeric)(layers, body) as AnyHookable;
    return [module, module, module];
  }
  const object = { run: body };
  const hookable = attach(object, 'run', { async: kind === 'async' }) as unknown as AnyHookable;
  return [hookable, made === 'property' ? (...inputs) => object.run(...inputs) : hookable, object];
}

function selector(data: SelectorData): Selector {
  switch (data.select) {
    case 'glob':
      return data.glob;
    case 'RegExp':
      return new RegExp(data.source, data.flags);
    case 'class':
      return { Hookable, Module, AsyncNumeric }[data.name];
    case 'predicate':
      return (path) => (path.length % 2 === 1) === data.odd;
  }
}

export const makeLayertap: MakeSide = (data, forward, log) => {
  const modules: AnyHookable[] = [];
  const callers: Body[] = [];
  const receivers: object[] = [];
  for (const [index, of] of [...data.entries()].reverse()) {
    const layers = of.calls.map((child) => modules[child]!);
    const body: Body = (...inputs) => forward(index, inputs, (child, value) => callers[child]!(value));
    [modules[index], callers[index], receivers[index]] = make(of, layers, body);
  }
  const indexOf = (module: Hookable) => modules.indexOf(module as AnyHookable);
  const removers: (() => void)[] = [];

  // Other tests check the texts of reports and warnings. Here only their kind, subject and order count.
  setReporter((error) => {
    const failed = /^layertap: the observer (hook\d+) of .* failed: /s.exec(error.message);
    if (failed !== null) log(`report: ${failed[1]} failed`);
    else if (/was removed after 3 errors in a row$/.test(error.message)) log('report: observer removed');
    else if (/completed and was removed/.test(error.message)) log('report: transform completed');
    else log(`report: ${errorLine(error)}${error.cause === undefined ? '' : ' of an error'}`);
  });
  const { warn } = console;
  console.warn = (text: string) => {
    const silenced = /^layertap: the alwaysCall hook (hook\d+) of /.exec(text);
    log(silenced === null ? text : `warning: ${silenced[1]} silenced`);
  };

  function register({ data, name, fire, operate, later }: Hook): Removable | Subscription {
    // Methods instead of arrows, to check that `this` is undefined.
    const fired = (self: unknown, module: Hookable, inputs: readonly unknown[], output: unknown, more: string) => {
      if (self !== undefined) log(`${name} has a this`);
      return fire(indexOf(module), inputs, output, more);
    };
    const callInfo = (call: number, module: Hookable, receiver: unknown) =>
      `, call ${call}${receiver === receivers[indexOf(module)] ? '' : ' on another receiver'}`;
    const hook = {
      [name](this: unknown, module: Hookable, inputs: readonly unknown[], output: unknown, call: number, to: unknown) {
        return fired(this, module, inputs, output, callInfo(call, module, to));
      },
    }[name]!;
    const preHook = {
      [name](this: unknown, module: Hookable, inputs: readonly unknown[], call: number, to: unknown) {
        return fired(this, module, inputs, undefined, callInfo(call, module, to));
      },
    }[name]!;
    if (data.kind === 'global forward') return registerModuleForwardHook(hook, { alwaysCall: data.alwaysCall });
    if (data.kind === 'global forward-pre') return registerModuleForwardPreHook(preHook);

    const module = modules[data.module]!;
    const on = (data.selector === undefined ? module : select(module, selector(data.selector))) as Selection;
    const onEvent = {
      [name](this: unknown, { module, inputs, output, call, path, receiver }: ForwardEvent) {
        return fired(this, module, inputs, output, `${callInfo(call, module, receiver)} of '${path}'`);
      },
    }[name]!;
    switch (data.kind) {
      case 'forward':
        return on.registerForwardHook(hook, { prepend: data.prepend, alwaysCall: data.alwaysCall });
      case 'forward-pre':
        return on.registerForwardPreHook(preHook, { prepend: data.prepend });
      case 'observer':
        return on.observe(onEvent);
      case 'subscriber': {
        const events = on.observe();
        return (data.takes === 0 ? events : events.pipe(take(data.takes))).subscribe((event) => void onEvent(event));
      }
      case 'transform': {
        const operators = data.operators.map((operator) => rx(operator, operate, later));
        return on.transform(...operators);
      }
    }
  }

  return {
    call: (index, value) => callers[index]!(value),
    register(hook) {
      const handle = register(hook);
      const remove = () => (handle instanceof Subscription ? handle.unsubscribe() : handle.remove());
      removers.push(remove);
      // Subscriptions of RxJS 7 do not support `using`.
      return handle instanceof Subscription ? { remove, [Symbol.dispose]: remove } : handle;
    },
    withHooks,
    removeAll: (index) => removeAllHooks(modules[index]!),
    list: (root) =>
      listHooks(modules[root]!).map(({ module, kind, name, calls }) => ({
        module: indexOf(module),
        kind,
        name,
        calls,
      })),
    close() {
      for (const remove of removers) remove();
      setReporter();
      console.warn = warn;
    },
  };
};

/** Turns an operator into an RxJS operator. As in RxJS, counters start again with each subscription. */
function rx(operator: Operator, call: Hook['operate'], later: Hook['later']): OperatorFunction<unknown, unknown> {
  switch (operator.operator) {
    case 'map':
      return map((x) => Number(x) + operator.number);
    case 'filter':
      return filter((x) => Number(x) % operator.number !== 0);
    case 'scan':
      return scan((sum: number, x: unknown) => sum + Number(x), 0);
    case 'take':
      return take(operator.number);
    case 'throw at':
      return map((x: unknown, index: number) => {
        if (index + 1 === operator.number) throw new Error('user: operator');
        return x;
      });
    case 'two':
      return mergeMap((x) => of(x, Number(x) + 1));
    case 'retry':
      return retry();
    case 'catchError':
      return catchError(() => of(99));
    case 'call':
      return map((x) => {
        call(operator);
        return x;
      });
    case 'later':
      return (source) =>
        new Observable((subscriber) =>
          source.subscribe({
            next: (x) => later(() => subscriber.next(x)),
            error: (error) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        );
    case 'null':
      return map(() => null);
    case 'promise':
      return map((x) => Promise.resolve(x));
    case 'emits on subscription': {
      let subscriptions = 0;
      return (source) =>
        new Observable((subscriber) => {
          subscriptions++;
          if (subscriptions === operator.number) subscriber.next(0);
          return source.subscribe(subscriber);
        });
    }
  }
}
