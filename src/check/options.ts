/** @file Checks of options and arguments. All messages read `where: what must be X, got Y`. */
import { describe } from './describe.ts';
import { isClass, tagOf } from './type-tests.ts';

/** Which values an option or argument takes. */
export interface Rule {
  /** Completes "must be …". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** The class of the error. Default: TypeError. */
  readonly Failure?: (new (message: string) => Error) | undefined;
}

export const rule = (expected: string, accepts: Rule['accepts'], Failure?: Rule['Failure']): Rule => ({
  expected,
  accepts,
  Failure,
});

// Bundlers drop objects that are not used, and keep calls.

export const BOOLEAN: Rule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const NUMBER: Rule = { expected: 'a number', accepts: (value) => typeof value === 'number' };
/** A class cannot be called. */
export const FUNCTION: Rule = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function' && !isClass(value),
};
/** Calling a generator function runs nothing of its body. */
export const NO_GENERATOR: Rule = {
  expected: 'a function that runs when it is called, not a generator',
  accepts: (value) => !/Generator/.test(tagOf(value)),
};
export const STRING: Rule = { expected: 'a string', accepts: (value) => typeof value === 'string' };
export const NONEMPTY_STRING: Rule = {
  expected: 'a string that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const POSITIVE_INTEGER: Rule = {
  expected: 'a whole number of at least 1',
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  Failure: RangeError,
};
/** For options with checks of their own. */
export const ANYTHING: Rule = { expected: 'anything', accepts: () => true };

export const oneOf = (values: readonly string[]): Rule =>
  rule(`one of ${values.map((value) => `'${value}'`).join(', ')}`, (value) => values.includes(value as string));

/** The error of a check. */
export const mismatch = (
  where: string,
  what: string,
  expected: string,
  got: unknown,
  Failure: NonNullable<Rule['Failure']> = TypeError,
): Error => new Failure(`${where}: ${what} must be ${expected}, got ${describe(got)}`);

/** @throws the rule's error where the value is not what the rule accepts */
export function check(where: string, what: string, value: unknown, { expected, accepts, Failure }: Rule): void {
  if (!accepts(value)) throw mismatch(where, what, expected, value, Failure);
}

/**
 * Checks an object of options. An option that is undefined counts as absent.
 * @param known the rule of each option, or the names of options that are checked elsewhere
 * @throws TypeError for options that are not an object and for unknown names; the rule's error for a value
 */
export function checkOptions(
  where: string,
  options: unknown,
  known: readonly string[] | Readonly<Record<string, Rule>>,
): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw mismatch(where, 'the options', 'an object', options);
  }
  const rules = Array.isArray(known) ? undefined : (known as Readonly<Record<string, Rule>>);
  const names = rules === undefined ? (known as readonly string[]) : Object.keys(rules);
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      const allowed = names.length === 0 ? 'it takes no options' : `the options are ${names.join(', ')}`;
      throw new TypeError(`${where}: unknown option "${name}"; ${allowed}`);
    }
    if (rules !== undefined && value !== undefined) check(where, `option "${name}"`, value, rules[name]!);
  }
}
