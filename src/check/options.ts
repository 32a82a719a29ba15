/** @file Checks of options and arguments. All messages read `where: what must be X, got Y`. */
import { describe } from './describe.ts';
import { isClass, tagOf } from './type-tests.ts';

/** Which values an option or argument takes. */
export interface Rule {
  /** Completes "must be …". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** The class of the error. */
  readonly Failure: new (
    message: string,
  ) => Error;
}

/** The annotation lets bundlers drop unused rules. */
/* @__NO_SIDE_EFFECTS__ */
export function rule(
  expected: string,
  accepts: (value: unknown) => boolean,
  Failure: Rule['Failure'] = TypeError,
): Rule {
  return { expected, accepts, Failure };
}

export const BOOLEAN: Rule = rule('true or false', (value) => typeof value === 'boolean');
export const NUMBER: Rule = rule('a number', (value) => typeof value === 'number');
/** A class cannot be called. */
export const FUNCTION: Rule = rule('a function', (value) => typeof value === 'function' && !isClass(value));
/** Calling a generator function runs nothing of its body. */
export const NO_GENERATOR: Rule = rule(
  'a function that runs when it is called, not a generator',
  (value) => !/Generator/.test(tagOf(value)),
);
export const STRING: Rule = rule('a string', (value) => typeof value === 'string');
export const NONEMPTY_STRING: Rule = rule(
  'a string that is not empty',
  (value) => typeof value === 'string' && value !== '',
);
export const POSITIVE_INTEGER: Rule = rule(
  'a whole number of at least 1',
  (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  RangeError,
);
/** For options with checks of their own. */
export const ANYTHING: Rule = rule('anything', () => true);

export const oneOf = (values: readonly string[]): Rule =>
  rule(`one of ${values.map((value) => `'${value}'`).join(', ')}`, (value) => values.includes(value as string));

/** The error of a check. */
export const mismatch = (
  where: string,
  what: string,
  expected: string,
  got: unknown,
  Failure: Rule['Failure'] = TypeError,
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
