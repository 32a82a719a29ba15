/** @file How to run a call of a core module again, for the files of `guard`. */
import { className } from '../check/index.ts';
import type { ReplayedCall, ReplayRecipe } from '../hooks/index.ts';
import { kernelName } from '../kernels/index.ts';

const calls = new WeakMap<object, (module: never) => string | undefined>();

/** Says how modules of a class are made, as JavaScript. That of subclasses is not known. */
export function setConstructorCall<M extends object>(
  Class: abstract new (...given: never[]) => M,
  call: (module: M) => string | undefined,
): void {
  calls.set(Class, call);
}

/** JavaScript that makes a module like this one; undefined for a class of the user's. */
export const constructorCall = (module: object): string | undefined => calls.get(module.constructor)?.(module as never);

interface HasState {
  stateDict(): ReadonlyMap<string, unknown>;
}

/**
 * A script with the module's class and its state dict.
 * @returns a sentence for a class of the user's without the file that makes it
 */
export function replayRecipe(module: object, { source }: ReplayedCall): ReplayRecipe | string {
  const made = constructorCall(module);
  if (made === undefined && source === undefined) {
    return `${className(module)} is a class of yours\n  expected: the option "source", a file whose default export is the model, its class or a function that makes it`;
  }
  // What `new Sequential(new Linear(…))` needs.
  const classes = new Set([...(made ?? '').matchAll(/new (\w+)\(/g)].map(([, name]) => name!));
  const names = [...classes, 'Tensor', 'tensorReader'].sort().join(', ');
  return {
    imports: { layertap: `{ ${names} }`, ...(made === undefined && { [source!]: '* as source' }) },
    script: [
      `const module = ${made ?? 'await replay.moduleOf(source)'};`,
      'module.loadStateDict(replay.weights);',
      'const inputs = replay.inputs(({ data, shape }) => new Tensor(data, shape));',
      'await replay.check(await module(...inputs), tensorReader);',
    ],
    weights: [...(module as HasState).stateDict()],
    environment: `the ${kernelName()} kernels of layertap`,
  };
}
