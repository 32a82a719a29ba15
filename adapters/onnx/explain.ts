/** @file explain(): how the registrations on a model are carried out, in words. */
import { describe, type HookKind } from '../../src/adapter.ts';
import type { Hookable, HookInfo } from '../../src/index.ts';
import type { ValueNames } from './declare.ts';
import type { Call } from './module-calls.ts';

export interface ExplainedRegistration {
  readonly path: string;
  readonly kind: HookKind;
  /** The function's name, or the verb's. */
  readonly name: string;
  /** `read`: the value is known in every run. `declare`: the session gives it as an additional output. */
  readonly way: 'read' | 'declare';
  /** As a sentence. */
  readonly why: string;
}

export interface Explanation {
  readonly registrations: readonly ExplainedRegistration[];
  /** How many sessions are held, a wrapped one not counted. */
  readonly sessions: number;
  /** The size of their files, weights included: about the memory that they take. */
  readonly bytes: number;
}

const explainers = new WeakMap<object, () => Explanation>();

/** Gives a model the function that explains it. */
export function setExplainer(net: object, explainer: () => Explanation): void {
  explainers.set(net, explainer);
}

/**
 * Explains how each registration on a model and below it is carried out, in the order of the tree, and counts the sessions.
 * @throws TypeError for what is no model of `createOnnx`, `wrapOnnx` or `readOnnx`
 */
export function explain(net: Hookable): Explanation {
  const explainer = explainers.get(net);
  if (explainer === undefined)
    throw new TypeError(`explain(): the argument must be an OnnxModel, got ${describe(net)}`);
  return explainer();
}

/**
 * @param calls of the hook point; undefined for the model itself
 * @param failed whether the session for the hooks could not be created
 */
export function explainRegistration(
  { path, kind, name }: HookInfo,
  calls: readonly Call[] | undefined,
  names: ValueNames,
  failed: boolean,
): ExplainedRegistration {
  if (calls === undefined) return { path, kind, name, way: 'read', why: 'it runs around the whole run' };
  if (calls.length === 0) return { path, kind, name, way: 'read', why: 'it holds modules, and is never called itself' };
  const values = new Set(calls.flatMap(({ outputs }) => outputs));
  const declared = [...values].filter((value) => !names.isKnown(value));
  if (declared.length === 0) {
    return { path, kind, name, way: 'read', why: `every run gives or takes ${quoted(values)}` };
  }
  const sources = new Set(declared.map((value) => names.source(value)));
  const why = failed
    ? 'it does not run: the session that the hooks need could not be created'
    : `the session gives ${quoted(sources)} as ${sources.size === 1 ? 'an additional output' : 'additional outputs'}`;
  return { path, kind, name, way: 'declare', why };
}

const quoted = (values: Iterable<string>) => [...values].map((value) => `"${value}"`).join(', ');
