/** @file What becomes of registrations, in words. */

import type { HookKind } from '../../src/adapter.ts';
import type { HookInfo } from '../../src/index.ts';
import type { Call } from './calls.ts';
import type { ValueNames } from './plan.ts';

export interface ExplainedRegistration {
  readonly path: string;
  readonly kind: HookKind;
  /** The function's name, or the verb's. */
  readonly name: string;
  /** `read`: the value is known in every run. `declare`: the model gives it as one more output. */
  readonly way: 'read' | 'declare';
  /** In a sentence. */
  readonly why: string;
}

export interface Explanation {
  readonly registrations: readonly ExplainedRegistration[];
  /** The sessions that are held besides one that was wrapped. */
  readonly sessions: number;
  /** The size of the files that these are made of, weights included: about what they take. */
  readonly bytes: number;
}

/** @param calls of the place; undefined for the model itself */
export function explainRegistration(
  { path, kind, name }: HookInfo,
  calls: readonly Call[] | undefined,
  names: ValueNames,
  failed: boolean,
): ExplainedRegistration {
  if (calls === undefined) return { path, kind, name, way: 'read', why: 'it runs around the whole run' };
  if (calls.length === 0) return { path, kind, name, way: 'read', why: 'it holds modules, and is never called itself' };
  const values = new Set(calls.flatMap(({ outputs }) => outputs));
  const declared = [...values].filter((value) => !names.isThere(value));
  if (declared.length === 0) {
    return { path, kind, name, way: 'read', why: `${quoted(values)} comes out of each run, or goes into it` };
  }
  const sources = new Set(declared.map((value) => names.source(value)));
  const why = failed
    ? 'no run hears it: the session that the hooks need could not be made'
    : `the model gives ${quoted(sources)} as one more output`;
  return { path, kind, name, way: 'declare', why };
}

const quoted = (values: Iterable<string>) => [...values].map((value) => `"${value}"`).join(', ');
