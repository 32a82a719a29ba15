import { BOOLEAN, check, checkOptions, FUNCTION, NO_GENERATOR } from '../../check/index.ts';

/**
 * Checks a hook and its options before anything is registered.
 * @throws TypeError for a hook that is not a function or is a generator, an unknown option, or an option that is not a boolean
 */
export function checkHook(verb: string, hook: unknown, options: object, known: readonly string[]): void {
  check(verb, 'the hook', hook, FUNCTION);
  check(verb, 'the hook', hook, NO_GENERATOR);
  checkOptions(verb, options, Object.fromEntries(known.map((name) => [name, BOOLEAN])));
}
