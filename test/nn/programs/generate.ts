/** @file Random programs over real layers, by fast-check: hooks that change, during a pass, what runs next. */
import fc from 'fast-check';
import type { Act, Class, Give, HookData, ModuleData, Program, Target, Values } from './program.ts';

/** Raw numbers, which shrink well. The rest of the program gives them a meaning. */
const number = fc.noBias(fc.nat(9999));
const numbers = (length: number) => fc.array(number, { minLength: length, maxLength: length });

interface Raw {
  parameters: number[][];
  modules: { numbers: number[]; children: number[]; acts: number[][] }[];
  hooks: { numbers: number[]; acts: number[][] }[];
  steps: number[][];
  input: number[];
  flavour: number;
}

const rawAct = numbers(6);
const raw: fc.Arbitrary<Raw> = fc.record({
  parameters: fc.array(numbers(2), { minLength: 4, maxLength: 16 }),
  modules: fc.array(
    fc.record({
      numbers: numbers(5),
      children: fc.array(number, { maxLength: 6 }),
      acts: fc.array(rawAct, { maxLength: 3 }),
    }),
    { minLength: 2, maxLength: 16 },
  ),
  hooks: fc.array(fc.record({ numbers: numbers(6), acts: fc.array(rawAct, { maxLength: 3 }) }), { maxLength: 6 }),
  steps: fc.array(rawAct, { maxLength: 8 }),
  input: numbers(3),
  flavour: number,
});

const CLASSES: readonly Class[] = ['Linear', 'ReLU', 'Identity', 'Sequential'];
const WEIGHTS = [
  [2, 2],
  [2, 2],
  [2, 2],
  [2, 2],
  [3, 2],
  [2, 3],
];

/** Acts that change hooks, directly or by a call. */
const CHANGES_HOOKS: readonly Act['act'][] = ['register', 'remove', 'call', 'forward'];

/** Small whole numbers, most of them not 0. */
function valuesOf(shape: readonly number[], seed: number): number[] {
  const count = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, i) => ((seed * (i + 3) + (seed >> 3) * i * i) % 4) - 1);
}

/**
 * @param common leaves out what PyTorch does not have (observers, attached methods, plain tensors as weights) and where
 * the guide says that it differs: the exception phase, when hooks come or go in it
 */
export const programs = (common = false): fc.Arbitrary<Program> => raw.map((data) => resolve(data, common));

function resolve(raw: Raw, common: boolean): Program {
  const pick = <V>(list: readonly V[], number: number): V => list[number % list.length]!;
  // Some programs share one weight between layers with different biases.
  const isShared = raw.flavour % 6 === 5;
  // At least two weights and two biases.
  const isBias = (i: number, kind: number) => (i < 4 ? i >= 2 : isShared || kind % 2 === 1);
  const parameters: Values[] = raw.parameters.map(([kind, seed], i) => {
    const rare = kind! % 11 === 10;
    const shape = isBias(i, kind!) ? [rare ? 3 : 2] : rare ? pick(WEIGHTS, seed!) : [2, 2];
    return { shape, values: valuesOf(shape, seed!) };
  });
  const weights = parameters.flatMap(({ shape }, i) => (shape.length === 2 ? [i] : []));
  const biases = parameters.flatMap(({ shape }, i) => (shape.length === 1 ? [i] : []));
  const kinds: ModuleData['kind'][] = raw.modules.map(({ numbers: [kind] }, i) => {
    if (i === 0) return 'Linear';
    if (i === raw.modules.length - 1) return kind! % 5 === 4 && !isShared ? 'Own' : 'Sequential';
    if (isShared && kind! % 2 === 0) return 'Linear';
    return pick(['Linear', 'Linear', 'Linear', 'ReLU', 'Identity', 'Sequential', 'Sequential', 'Own'], kind!);
  });
  const linears = kinds.flatMap((kind, i) => (kind === 'Linear' ? [i] : []));
  const containers = kinds.flatMap((kind, i) => (kind === 'Sequential' ? [i] : []));
  const holders = kinds.flatMap((kind, i) => (kind === 'Sequential' || kind === 'Own' ? [i] : []));
  // Patched or attached, not both: attach has its own tests for that.
  const attaches = !common && raw.flavour % 4 === 3;
  const grows = raw.flavour % 2 === 0;

  const act = (numbers: number[], inPass: boolean): Act[] => {
    const [kind, a, b, c, d, e] = numbers as [number, number, number, number, number, number];
    const hooks = raw.hooks.length;
    const hook = a % Math.max(hooks, 1);
    const isFixed = common && inPass && hooks > 0 && hookData(hook).alwaysCall;
    const on = b % 3 === 2 ? pick(CLASSES, c) : c % kinds.length;
    const parameter = pick(parameters, a);
    switch (kind % 16) {
      case 0:
      case 1:
      case 2:
      case 3:
        return hooks === 0 || isFixed ? [] : [{ act: 'register', hook }];
      case 4:
        return hooks === 0 || isFixed ? [] : [{ act: 'remove', hook }];
      case 5:
      case 6:
        return [{ act: 'assign', parameter: a % parameters.length, values: valuesOf(parameter.shape, b) }];
      case 7:
        if (c % 2 === 0) return [{ act: 'fill', parameter: a % parameters.length, value: (b % 3) - 1 }];
        return [{ act: 'write source', parameter: a % parameters.length, value: (b % 3) - 1 }];
      case 8: {
        const module = pick(linears, c);
        if (a % 2 === 0) return [{ act: 'set', module, what: 'weight', parameter: pick(weights, b) }];
        return [{ act: 'set', module, what: 'bias', parameter: b % 4 === 0 ? -1 : pick(biases, b) }];
      }
      case 9: {
        if (common || d % 4 !== 0) return [];
        const what = a % 2 === 0 ? 'weight' : 'bias';
        return [
          {
            act: 'set tensor',
            module: pick(linears, c),
            what,
            parameter: pick(what === 'weight' ? weights : biases, b),
          },
        ];
      }
      case 10:
      case 11: {
        const container = pick(holders, a);
        return container === undefined || container === 0
          ? []
          : [{ act: 'swap', container, index: b, module: c % container }];
      }
      case 12: {
        const container = pick(containers, a);
        if (container === undefined) return [];
        if (grows || (!common && e % 2 === 0)) {
          return d % 2 === 0
            ? [{ act: 'append', container, module: c % container }]
            : [{ act: 'insert', container, index: b, module: c % container }];
        }
        return [{ act: 'pop', container, index: b }];
      }
      case 13:
        if (attaches) return [];
        return d % 3 === 0 ? [{ act: 'unpatch', on }] : [{ act: 'patch', on, how: e % 2 === 0 ? 'plus' : 'wrap' }];
      case 14:
        return [{ act: 'dispose', module: a % kinds.length }];
      default:
        return [{ act: b % 5 === 0 ? 'forward' : 'call', module: a % kinds.length, input: 0 }];
    }
  };

  const give = (number: number): Give => pick(['nothing', 'nothing', 'nothing', 'plus', 'times', 'throw'], number);

  const hookData = (i: number): Omit<HookData, 'acts'> => {
    const [kind, on, at, options, gives] = raw.hooks[i]!.numbers as [number, number, number, number, number];
    let target: Target = { module: at % kinds.length };
    if (attaches && on % 3 === 1) target = { attach: at % 2 === 0 ? pick(CLASSES, options) : at % kinds.length };
    else if (on % 5 === 4) target = 'global';
    const names = common
      ? (['hook', 'hook', 'pre-hook', 'transform'] as const)
      : (['hook', 'hook', 'pre-hook', 'transform', 'observer', 'reader', 'reader'] as const);
    let name: HookData['kind'] = pick(names, kind);
    // For attached methods, hooks and pre-hooks are enough. Globally there are no others.
    if ((target === 'global' || 'attach' in target) && name !== 'pre-hook') name = 'hook';
    const takesOptions = name === 'hook' || name === 'pre-hook';
    return {
      kind: name,
      on: target,
      prepend: takesOptions && target !== 'global' && options % 4 === 3,
      alwaysCall: name === 'hook' && options % 3 === 2,
      gives: name === 'observer' || name === 'reader' ? 'nothing' : give(gives),
    };
  };

  const modules = raw.modules.map(({ numbers: [, a, b, c], children, acts }, i): ModuleData => {
    const kind = kinds[i]!;
    switch (kind) {
      case 'Linear':
        return {
          kind,
          weight: isShared ? weights[0]! : pick(weights, a!),
          bias: isShared ? pick(biases, i) : b! % 5 === 0 ? -1 : pick(biases, b!),
          inherits: c! % 9 === 8,
        };
      case 'Sequential':
      case 'Own': {
        const isAll = isShared && i === raw.modules.length - 1;
        const inside = isAll ? [...kinds.slice(1).keys()] : children.map((child) => child % i);
        if (kind === 'Sequential') return { kind, children: inside, inherits: c! % 7 === 6 };
        const own = Array.from({ length: inside.length + 1 }, (_, at) =>
          at < acts.length ? act(acts[at]!, true) : [],
        );
        return { kind, children: inside, acts: own, gives: give(a!) };
      }
      default:
        return { kind };
    }
  });

  const [rows, shape, seed] = raw.input as [number, number, number];
  const last = shape % 13 === 12 ? 3 : 2;
  const inputShape = shape % 7 === 6 ? [last] : shape % 11 === 10 ? [1, rows % 2, last] : [(rows % 4) + 1, last];
  return {
    parameters,
    inputs: [{ shape: inputShape, values: valuesOf(inputShape, seed) }],
    modules,
    hooks: raw.hooks.map(({ acts }, i) => {
      const data = hookData(i);
      const all = acts.flatMap((numbers) => act(numbers, true));
      const isFixed = common && data.alwaysCall;
      return { ...data, acts: isFixed ? all.filter(({ act }) => !CHANGES_HOOKS.includes(act)) : all };
    }),
    steps: raw.steps.flatMap((data) => act(data, false)),
  };
}
