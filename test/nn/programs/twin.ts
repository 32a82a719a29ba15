/**
 * @file The contract of hooks and of the layers once more, slow and obvious: one layer at a time, every fact looked up
 * when it is needed, nothing remembered. The values are small whole numbers, so that float32 in any order and float64
 * give the same ones; where they grow beyond that, a line says so.
 */
import { type Class, type Fire, type HookData, type ModuleData, type Side, UserError, type Values } from './program.ts';

type Forward = (module: TwinModule, input: Values) => Values;

interface Hook {
  data: HookData;
  fire: Fire<TwinModule, Values>;
}

interface Table {
  preHooks: readonly Hook[];
  hooks: readonly Hook[];
  observers: readonly Hook[];
  /** The number of calls that had listeners. */
  calls: number;
}

/** `plain`: a Tensor instead of a Parameter. */
type Weights = Values & { plain?: true };

interface TwinModule {
  readonly data: ModuleData;
  readonly table: Table;
  readonly children: TwinModule[];
  /** Bumped when children are added or removed. */
  changes: number;
  weight: Weights;
  bias: Weights | null;
  /** An own property `forward`. */
  own: Forward | undefined;
  /** The forward of a user's class. */
  readonly inherent: Forward | undefined;
}

/** Three products with weights up to 2 of values up to this one, and a bias, add up below 2^24. */
const LARGEST = 2 ** 21;

class TwinError extends Error {}

const emptyTable = (): Table => ({ preHooks: [], hooks: [], observers: [], calls: 0 });
const isActive = ({ preHooks, hooks, observers }: Table) => preHooks.length + hooks.length + observers.length > 0;

function add(table: Table, hook: Hook): () => void {
  const { kind, prepend } = hook.data;
  const list = kind === 'pre-hook' ? 'preHooks' : kind === 'observer' || kind === 'reader' ? 'observers' : 'hooks';
  table[list] = prepend ? [hook, ...table[list]] : [...table[list], hook];
  return () => {
    table[list] = table[list].filter((other) => other !== hook);
  };
}

export function makeTwin(log: (line: string) => void): Side<TwinModule, Weights, Values> {
  const globals = emptyTable();
  const none = emptyTable();
  let isExact = true;

  const made = (shape: number[], values: number[]): Values => {
    if (isExact && values.some((value) => Math.abs(value) > LARGEST)) {
      isExact = false;
      log('inexact');
    }
    return { shape, values };
  };

  const builtIn: Record<Class, Forward> = {
    Linear({ weight, bias }, input) {
      if (weight.plain || bias?.plain) throw new TwinError('no parameter');
      const [outFeatures, inFeatures] = weight.shape as [number, number];
      if (input.shape.at(-1) !== inFeatures) throw new TwinError('shapes');
      if (bias !== null && bias.shape[0] !== outFeatures) throw new TwinError('shapes');
      const values: number[] = [];
      for (let row = 0; row < input.values.length / inFeatures; row++) {
        for (let column = 0; column < outFeatures; column++) {
          let sum = bias === null ? 0 : bias.values[column]!;
          for (let k = 0; k < inFeatures; k++) {
            sum += input.values[row * inFeatures + k]! * weight.values[column * inFeatures + k]!;
          }
          values.push(sum);
        }
      }
      return made([...input.shape.slice(0, -1), outFeatures], values);
    },
    ReLU: (_module, { shape, values }) =>
      made(
        shape,
        values.map((x) => (x > 0 ? x : 0)),
      ),
    Identity: (_module, input) => input,
    Sequential(module, input) {
      const { children, changes } = module;
      let value = input;
      for (let i = 0; ; i++) {
        if (module.changes !== changes) throw new TwinError('size changed');
        if (i === children.length) return value;
        value = call(children[i]!, value);
      }
    },
  };
  const classes = { ...builtIn };

  /** The value of the property `object.forward`. */
  const lookUp = (on: TwinModule | Class): Forward =>
    typeof on === 'string' ? classes[on] : (on.own ?? inherited(on));
  const inherited = ({ inherent, data }: TwinModule): Forward => inherent ?? classes[data.kind as Class];

  function call(module: TwinModule, input: Values): Values {
    const forward = lookUp(module);
    if (!isActive(module.table) && !isActive(globals)) return forward(module, input);
    return hooked(module.table, globals, module, undefined, forward, input);
  }

  /** `attachedTo` is the receiver of an attached method, whose hooks get no module. */
  function hooked(
    table: Table,
    globals: Table,
    module: TwinModule,
    attachedTo: TwinModule | undefined,
    forward: Forward,
    input: Values,
  ): Values {
    const call = table.calls++;
    const fire = (hook: Hook, output?: Values) =>
      hook.fire(attachedTo === undefined ? module : undefined, input, output, call, attachedTo);
    let output: Values | undefined;
    let waiting: readonly Hook[] | undefined;
    try {
      for (const hook of [...globals.preHooks, ...table.preHooks]) input = fire(hook) ?? input;
      output = forward(module, input);
      waiting = [...globals.hooks, ...table.hooks];
      while (waiting.length > 0) {
        const [hook] = waiting;
        waiting = waiting.slice(1);
        output = fire(hook!, output) ?? output;
      }
      for (const hook of [...table.observers]) fire(hook, output);
      return output;
    } catch (error) {
      for (const hook of waiting ?? [...globals.hooks, ...table.hooks]) {
        if (!hook.data.alwaysCall) continue;
        try {
          output = fire(hook, output) ?? output;
        } catch {
          log('warning');
        }
      }
      throw error;
    }
  }

  /** Attached methods, by the object that has the method. */
  const attached = new Map<TwinModule | Class, { table: Table; installed: Forward | undefined }>();

  function put(on: TwinModule | Class, forward: Forward | undefined): void {
    if (typeof on === 'string') classes[on] = forward ?? builtIn[on];
    else on.own = forward;
  }

  function attach(on: TwinModule | Class, hook: Hook): () => void {
    const place = attached.get(on) ?? { table: emptyTable(), installed: undefined };
    attached.set(on, place);
    if (place.installed === undefined) {
      const found = typeof on === 'string' ? classes[on] : on.own;
      const interceptor: Forward = (module, input) => {
        // An inherited method is the current one of the prototype.
        const original = found ?? inherited(module);
        return place.installed === interceptor
          ? hooked(place.table, none, module, module, original, input)
          : original(module, input);
      };
      place.installed = interceptor;
      put(on, interceptor);
    }
    const remove = add(place.table, hook);
    return () => {
      remove();
      if (isActive(place.table) || place.installed === undefined) return;
      place.installed = undefined;
      put(on, undefined);
    };
  }

  const tensor = ({ shape, values }: Values) => made(shape, [...values]);

  return {
    tensor,
    show: ({ shape, values }) => `${shape.join('x')}: ${values.map((x) => (x === 0 ? 0 : x)).join(' ')}`,
    map: ({ shape, values }, change) => made(shape, values.map(change)),
    parameter: tensor,
    make(data, children, parameters, forward) {
      const { kind } = data;
      const inherits = 'inherits' in data && data.inherits;
      const inherent: Forward | undefined =
        kind === 'Own'
          ? forward
          : inherits
            ? (module, input) => this.map(classes[kind](module, input), (x) => x + 1)
            : undefined;
      const weights = data.kind === 'Linear' ? data : { weight: 0, bias: 0 };
      return {
        data,
        table: emptyTable(),
        children: [...children],
        changes: 0,
        weight: parameters[weights.weight]!,
        bias: parameters[weights.bias] ?? null,
        own: undefined,
        inherent,
      };
    },
    child: ({ children }, index) => children[index]!,
    size: ({ children }) => children.length,
    call,
    forward: (module, input) => lookUp(module)(module, input),
    register(data, on, fire) {
      const hook = { data, fire };
      if (data.on === 'global') return add(globals, hook);
      if ('module' in data.on) return add(on!.table, hook);
      return attach(on ?? (data.on.attach as Class), hook);
    },
    assign(parameter, values) {
      parameter.values = values;
    },
    fill(parameter, value) {
      parameter.values = parameter.values.map(() => value);
    },
    writeSource() {},
    set(module, what, parameter) {
      module[what] = parameter!;
    },
    setTensor(module, what, parameter) {
      module[what] = { ...parameter, plain: true };
    },
    swap({ children }, index, module) {
      children[index] = module;
    },
    insert(container, index, module) {
      container.children.splice(index, 0, module);
      container.changes++;
    },
    pop(container, index) {
      container.children.splice(index, 1);
      container.changes++;
    },
    patch(on, forward) {
      const before = lookUp(on);
      put(on, (module, input) => forward(module, input, (value) => before(module, value)));
    },
    unpatch: (on) => put(on, undefined),
    dispose() {},
    state(root) {
      const entries: [string, string][] = [];
      const walk = (module: TwinModule, path: string) => {
        const { kind } = module.data;
        if (kind === 'Linear') {
          const { weight, bias } = module;
          if (weight.plain || bias?.plain) throw new TwinError('no parameter');
          entries.push([`${path}weight`, this.show(weight)]);
          if (bias !== null) entries.push([`${path}bias`, this.show(bias)]);
        }
        const within = kind === 'Own' ? 'layers.' : '';
        module.children.forEach((child, i) => void walk(child, `${path}${within}${i}.`));
      };
      walk(root, '');
      return entries;
    },
    nameOf: (error) => {
      if (error instanceof TwinError || error instanceof UserError) return error.message;
      throw error;
    },
    close() {},
  };
}
