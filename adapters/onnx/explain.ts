/** @file explain(): how the registrations on a model are carried out, in words. */
import { describe, type HookKind } from '../../src/adapter.ts';
import { Hookable, type HookInfo } from '../../src/index.ts';
import type { OnnxTensor } from './ort.ts';
import type { Plan } from './plan.ts';

export interface ExplainedRegistration {
  readonly path: string;
  readonly kind: HookKind;
  /** The function's name, or the verb's. */
  readonly name: string;
  /**
   * `read`: the value is known in every run. `declare`: the session gives it as an additional output. `compile`: the graph
   * computes the edit.
   */
  readonly way: 'read' | 'declare' | 'compile';
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
 * @param net a model, or a Hookable with models below it, such as that of `wrapTransformers`
 * @throws TypeError for anything else
 */
export function explain(net: Hookable): Explanation {
  const below = net instanceof Hookable ? [...net.namedModules()] : [];
  const models = below.filter(([, module]) => explainers.has(module));
  if (models.length === 0) {
    throw new TypeError(`explain(): the argument must be an OnnxModel, or contain one, got ${describe(net)}`);
  }
  const all = models.map(([root, model]) => ({ root, ...explainers.get(model)!() }));
  const pathIn = (root: string, path: string) => [root, path].filter((part) => part !== '').join('.');
  return {
    registrations: all.flatMap(({ root, registrations }) =>
      registrations.map((one) => ({ ...one, path: pathIn(root, one.path) })),
    ),
    sessions: all.reduce((sum, { sessions }) => sum + sessions, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** @param failed whether the session of the plan could not be created */
export function explainRegistration<T extends OnnxTensor>(
  { path, kind, name, module }: HookInfo,
  model: Hookable,
  { calls, names }: Plan<T>,
  failed: boolean,
): ExplainedRegistration {
  const explained = (way: ExplainedRegistration['way'], why: string) => ({ path, kind, name, way, why });
  if (module === model) return explained('read', 'it runs around the whole run');
  const own = calls.filter(({ point }) => point === module);
  if (own.length === 0) return explained('read', 'it holds modules, and is never called itself');
  const isEdit = kind === 'edit' && own.some(({ isCompiled }) => isCompiled);
  const declared = isEdit ? [] : own.filter((call) => call.outputs.some((value) => !names.isKnown(value)));
  if (failed && (isEdit || declared.length > 0)) {
    const why = 'it does not run: the session that the hooks need could not be created';
    return explained(isEdit ? 'compile' : 'declare', why);
  }
  if (isEdit) return explained('compile', 'nodes of the graph compute it');
  if (declared.length === 0) return explained('read', `every run gives or takes ${quoted(own)}`);
  const what =
    new Set(declared.flatMap(({ values }) => values)).size === 1 ? 'an additional output' : 'additional outputs';
  return explained('declare', `the session gives ${quoted(declared)} as ${what}`);
}

const quoted = (calls: readonly { readonly values: readonly string[] }[]) =>
  [...new Set(calls.flatMap(({ values }) => values))].map((value) => `"${value}"`).join(', ');
