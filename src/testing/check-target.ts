/** @file Checks what the author of an adapter gives to a suite. */
import { check, mismatch, type Rule, rule } from '../check/index.ts';
import { isHookable } from '../hooks/index.ts';

export const HOOKABLE: Rule = rule('a Hookable', isHookable);
export const ARRAY: Rule = rule('an array', Array.isArray);

/** @throws TypeError for anything but an object, and for a member that is missing or of another kind */
export function checkTarget(
  where: string,
  what: string,
  target: unknown,
  required: Readonly<Record<string, Rule>>,
  optional: Readonly<Record<string, Rule>> = {},
): void {
  if (target === null || typeof target !== 'object') throw mismatch(where, what, 'an object', target);
  const members = target as Readonly<Record<string, unknown>>;
  for (const [key, one] of Object.entries(required)) check(where, `${key} of ${what}`, members[key], one);
  for (const [key, one] of Object.entries(optional)) {
    if (members[key] !== undefined) check(where, `${key} of ${what}`, members[key], one);
  }
}
