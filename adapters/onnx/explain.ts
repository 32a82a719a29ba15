/** @file explain(): how the registrations on a model are carried out, in words. */
import { describe, type HookKind } from '../../src/adapter.ts';
import { Hookable, type HookInfo } from '../../src/index.ts';
import { aroundOf } from './graph.ts';
import type { HookedCall } from './hooked-calls.ts';
import type { ModelRuns } from './model-runs.ts';
import type { OnnxTensor } from './ort.ts';
import type { Plan } from './plan.ts';
import type { PlannedCall } from './planned-call.ts';
import type { ValueNames } from './value-names.ts';

/** How one registration is served. */
export interface ExplainedRegistration {
  readonly path: string;
  readonly kind: HookKind;
  /** The function's name, or the verb's. */
  readonly name: string;
  /**
   * `read`: the value is known in every run. `declare`: the session gives it as an additional output. `compile`: the graph
   * computes the edit, or the statistics that an observer reads. `cut`: the run is computed in stages, and what the hooks return is fed to the next one.
   */
  readonly way: 'read' | 'declare' | 'compile' | 'cut';
  /** As a sentence. */
  readonly why: string;
  /** How many runs had to compute the rest again, as they showed that hooks of this kind replace something here. */
  readonly reruns: number;
}

/** What {@link explain} says of a model. */
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

/** @param runs of the model; undefined if it was only read */
export function explainRegistration<T extends OnnxTensor>(
  { path, kind, name, module }: HookInfo,
  model: Hookable,
  plan: Plan<T>,
  runs: ModelRuns<T> | undefined,
): ExplainedRegistration {
  const { calls, names } = plan;
  const replaced =
    kind === 'forward-pre' ? runs?.replaced.inputs : REPLACING.includes(kind) ? runs?.replaced.outputs : undefined;
  const reruns = replaced?.get(module) ?? 0;
  const explained = (way: ExplainedRegistration['way'], why: string) => ({ path, kind, name, way, why, reruns });
  if (module === model) return explained('read', 'it runs around the whole run');
  const own = calls.filter(({ point }) => point === module);
  const waiting = plan.waiting.filter(({ point }) => point === module);
  if (own.length + waiting.length === 0) return explained('read', 'it holds modules, and is never called itself');
  const [way, why] = wayInBranch(kind, waiting) ?? wayOf(kind, own, names);
  const isFailed = way !== 'read' && runs?.hasFailed(plan) === true;
  return explained(way, isFailed ? 'it does not run: the session that the hooks need could not be created' : why);
}

/** How a registration in a branch is carried out, of which a run has to know which one is taken. */
function wayInBranch<T extends OnnxTensor>(
  kind: HookKind,
  [call]: readonly HookedCall<T>[],
): readonly [ExplainedRegistration['way'], string] | undefined {
  if (call === undefined) return undefined;
  const { name, outputs } = aroundOf(call.call.region).at(-1)!.node;
  const where = `the run stops at the condition of the If "${name || outputs[0]}", and goes on in a session with the branch in its place`;
  if (kind === 'observer') return ['declare', `${where}, which gives the value as an additional output`];
  const isCompiled = kind === 'edit' && !(call.runsHooks && call.isCut);
  return isCompiled ? ['compile', `${where}, whose nodes compute it`] : ['cut', where];
}

/** The kinds that may replace an output. */
const REPLACING: readonly HookKind[] = ['forward', 'transform', 'edit'];

function wayOf<T extends OnnxTensor>(
  kind: HookKind,
  own: readonly PlannedCall<T>[],
  names: ValueNames,
): readonly [ExplainedRegistration['way'], string] {
  if (kind === 'edit' && own.some(({ isCompiled }) => isCompiled)) return ['compile', 'nodes of the graph compute it'];
  if (kind === 'observer' && own.some(({ isSummarized }) => isSummarized)) {
    return ['compile', 'nodes of the graph compute the statistics, and the value is not read'];
  }
  const steps = own.map((call) => (kind === 'forward-pre' ? call.before! : call));
  const isCut = kind !== 'observer' && steps.some(({ after }) => after !== undefined);
  if (isCut) {
    const what = kind === 'forward-pre' ? 'inputs' : 'value';
    return ['cut', `the run stops here, and goes on with the ${what} that the hooks leave`];
  }
  const read = (call: PlannedCall<T>) => (kind === 'forward-pre' ? call.inputs : call.outputs);
  const declared = own.filter((call) => read(call).some((value) => !names.isKnown(value)));
  const quoted = (some: readonly PlannedCall<T>[]) =>
    [...new Set(some.flatMap((call) => (kind === 'forward-pre' ? call.inputs : call.values)))]
      .map((value) => `"${value}"`)
      .join(', ');
  if (declared.length === 0) return ['read', `every run gives or takes ${quoted(own)}`];
  const text = quoted(declared);
  return [
    'declare',
    `the session gives ${text} as ${text.includes('", "') ? 'additional outputs' : 'an additional output'}`,
  ];
}
