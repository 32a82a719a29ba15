import { BOOLEAN, check, checkOptions, isClass, mismatch } from '../../check/index.ts';

/**
 * Checks a hook and its options before anything is registered.
 * @throws TypeError for a hook that is not a function, an unknown option, or an option that is not a boolean
 */
export function checkHook(verb: string, hook: unknown, options: object, known: readonly string[]): void {
  if (typeof hook !== 'function' || isClass(hook)) throw mismatch(verb, 'the hook', 'a function', hook);
  checkOptions(verb, options, known);
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined) check(verb, `option "${key}"`, value, BOOLEAN);
  }
}
