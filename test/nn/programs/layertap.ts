/** @file The side of layertap. The library is an argument, so that another build can run. */
import { map as rxMap } from 'rxjs';
import * as assert from 'uvu/assert';
import type * as Layertap from '../../../src/index.ts';
import { type Class, type Side, UserError, type Values } from './program.ts';

type Library = typeof Layertap;
type Tensor = Layertap.Tensor;
/** Any module; how it was made decides its members. */
// biome-ignore lint/suspicious/noExplicitAny: four classes of the library, and those that inherit from them
type AnyModule = any;
interface Weights {
  parameter: Layertap.Parameter;
  /** The array behind the parameter's initial value. */
  source: Float32Array;
}

/** Names of errors, by their first lines. */
const NAMES: [RegExp, string][] = [
  [/^mat1 and mat2 shapes cannot be multiplied|^linear\(\): the bias does not fit/, 'shapes'],
  [/^cannot assign '.*' as parameter/, 'no parameter'],
  [/changed (its|the number of)|modules? .* changed|changed during|mutated during|changed size/, 'size changed'],
];

export const makeLayertap =
  (library: Library) =>
  (log: (line: string) => void): Side<AnyModule, Weights, Tensor> => {
    const { attach, Identity, Linear, Module, Parameter, ReLU, Sequential, setReporter, Tensor } = library;

    const map = (value: Tensor, change: (x: number) => number) =>
      new Tensor(Float32Array.from(value.data, change), [...value.shape]);

    class InheritedLinear extends Linear {
      override forward(input: Tensor): Tensor {
        return map(super.forward(input), (x) => x + 1);
      }
    }

    class InheritedSequential extends Sequential {
      override forward(input: Tensor): Tensor {
        return map(super.forward(input), (x) => x + 1);
      }
    }

    class Own extends Module {
      layers: AnyModule[];
      readonly #forward: (own: AnyModule, input: Tensor) => Tensor;
      constructor(layers: AnyModule[], forward: (own: AnyModule, input: Tensor) => Tensor) {
        super();
        this.layers = layers;
        this.#forward = forward;
      }
      override forward(input: Tensor): Tensor {
        return this.#forward(this, input);
      }
    }

    const classes: Record<Class, AnyModule> = { Linear, ReLU, Identity, Sequential };
    const forwards = Object.fromEntries(
      Object.entries(classes).map(([name, { prototype }]) => [
        name,
        Object.getOwnPropertyDescriptor(prototype, 'forward')!,
      ]),
    );
    const removers: (() => void)[] = [];

    setReporter((error) => log(`report: ${error.message}`));
    const { warn } = console;
    console.warn = (text: string) => log(text.includes('the alwaysCall hook') ? 'warning' : text);

    const show = ({ shape, data }: Tensor) =>
      `${shape.join('x')}: ${Array.from(data, (x) => (x === 0 ? 0 : x)).join(' ')}`;
    const holder = (on: AnyModule) => (typeof on === 'string' ? classes[on as Class].prototype : on);
    const tensor = ({ shape, values }: Values) => new Tensor(Float32Array.from(values), [...shape]);

    return {
      tensor,
      show,
      map,
      parameter(values) {
        const source = Float32Array.from(values.values);
        return { parameter: new Parameter({ data: source, shape: [...values.shape] }), source };
      },
      make(data, children, parameters, forward) {
        switch (data.kind) {
          case 'Linear': {
            const linear: AnyModule = new (data.inherits ? InheritedLinear : Linear)(2, 2);
            linear.weight = parameters[data.weight]!.parameter;
            linear.bias = parameters[data.bias]?.parameter ?? null;
            return linear;
          }
          case 'Sequential':
            return new (data.inherits ? InheritedSequential : Sequential)(...children);
          case 'Own':
            return new Own(children, forward);
          default:
            return new classes[data.kind]();
        }
      },
      child: (container, index) => container.layers[index],
      size: (container) => (container instanceof Sequential ? container.size : container.layers.length),
      call: (module, input) => module(input),
      forward: (module, input) => module.forward(input),
      register({ kind, on, prepend, alwaysCall }, module, fire) {
        const isAttached = typeof on !== 'string' && 'attach' in on;
        // biome-ignore lint/suspicious/noExplicitAny: of any module
        const hook = (at: any, inputs: any, output: any, call: number, receiver: AnyModule) =>
          fire(isAttached ? undefined : at, inputs[0], output, call, receiver);
        // biome-ignore lint/suspicious/noExplicitAny: a pre-hook gets no output
        const preHook = (at: any, inputs: any, call: number, receiver: AnyModule) => {
          const value = fire(isAttached ? undefined : at, inputs[0], undefined, call, receiver);
          return value === undefined ? undefined : [value];
        };
        let handle: { remove(): void };
        if (on === 'global') {
          handle =
            kind === 'pre-hook'
              ? library.registerModuleForwardPreHook(preHook)
              : library.registerModuleForwardHook(hook, { alwaysCall });
        } else {
          const hookable = 'attach' in on ? attach(module ?? holder(on.attach), 'forward' as never) : module;
          if (kind === 'pre-hook') handle = hookable.registerForwardPreHook(preHook, { prepend });
          else if (kind === 'hook') handle = hookable.registerForwardHook(hook, { prepend, alwaysCall });
          else if (kind === 'observer') {
            handle = hookable.observe((event: AnyModule) => {
              hook(event.module, event.inputs, event.output, event.call, event.receiver);
            });
          } else if (kind === 'reader') {
            const read = ({ module: at, output, call, receiver, reader }: Layertap.ReadingEvent) => {
              const copy = new Tensor(Float32Array.from(reader!.values(output) as Float32Array), reader!.shape(output));
              assert.equal(reader!.summarize!(output), library.summarize(copy.data as Float32Array));
              hook(at, [undefined], copy, call, receiver);
            };
            handle = hookable.observe(read, { reads: 'values' });
          } else {
            const transform = (output: Tensor) => fire(hookable, output, output) ?? output;
            handle = hookable.transform(rxMap(transform));
          }
        }
        const remove = () => handle.remove();
        removers.push(remove);
        return remove;
      },
      assign: ({ parameter }, values) => parameter.assign(values),
      fill: ({ parameter }, value) => void (parameter.data as Float32Array).fill(value),
      writeSource: ({ source }, value) => void source.fill(value),
      set(module, what, weights) {
        module[what] = weights === null ? null : weights.parameter;
      },
      setTensor(module, what, { parameter }) {
        module[what] = new Tensor(Float32Array.from(parameter.data), [...parameter.shape]);
      },
      swap(container, index, module) {
        (container instanceof Sequential ? container : container.layers)[index] = module;
      },
      insert: (container, index, module) => void container.insert(index, module),
      pop: (container, index) => void container.pop(index),
      patch(on, forward) {
        const before = holder(on).forward;
        holder(on).forward = function (this: AnyModule, input: Tensor) {
          const module = typeof on === 'string' ? this : on;
          return forward(module, input, (value) => before.call(module, value));
        };
      },
      unpatch(on) {
        if (typeof on === 'string') Object.defineProperty(holder(on), 'forward', forwards[on]!);
        else delete on.forward;
      },
      dispose: (module) => module.dispose(),
      state: (root) => [...root.stateDict()].map(([key, value]: [string, Tensor]) => [key, show(value)]),
      nameOf(error) {
        if (error instanceof UserError) return error.message;
        const text = error instanceof Error ? error.message.split('\n')[0]! : String(error);
        return NAMES.find(([pattern]) => pattern.test(text))?.[1] ?? text;
      },
      close() {
        for (const remove of removers) remove();
        for (const name of Object.keys(classes)) this.unpatch(name as Class);
        setReporter();
        console.warn = warn;
      },
    };
  };
