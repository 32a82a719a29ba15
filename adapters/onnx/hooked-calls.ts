/** @file The calls in a run that have registrations, in order, and which of their values change. */
import { editsOf } from '../../src/adapter.ts';
import { type Graph, hasRandomNodes, type Region } from './graph.ts';
import type { HookPointInfo, OnnxHookPoint } from './hook-point.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';
import type { EndingCall, Ends } from './value-versions.ts';

/** A call, in each run, of a hook point with registrations. */
export interface HookedCall<T extends OnnxTensor> extends EndingCall {
  readonly point: OnnxHookPoint<T>;
  readonly info: HookPointInfo;
  readonly hasPreHooks: boolean;
  /** Whether functions change the value, and so all edits run in JavaScript. */
  readonly runsHooks: boolean;
  readonly hasObservers: boolean;
  /** Whether observers, and nothing else, get the value, and only read its statistics. */
  readonly readsStatistics: boolean;
  /** Calls each hook. */
  readonly around: CallHook | undefined;
  /** Whether the inputs are taken out of the graph before the call, and others are put back. */
  readonly isCutBefore: boolean;
}

/** Calls a hook: for adapters that have to know when one is being called. */
export type CallHook = (hook: () => unknown) => unknown;

/** The hook points where hooks have replaced something in earlier runs, with the number of runs that had to be computed again. */
export interface Replaced {
  readonly inputs: Map<object, number>;
  readonly outputs: Map<object, number>;
}

/** The registrations on hook points, by calls. */
export function hookedCalls<T extends OnnxTensor>(
  graph: Graph,
  points: Iterable<readonly [OnnxHookPoint<T>, HookPointInfo]>,
  replaced: Replaced,
  around: CallHook | undefined,
): HookedCall<T>[] {
  // Computed twice, it would give something else.
  const isRandom = hasRandomNodes(graph);
  return [...points].flatMap(([point, info]) => {
    const { edits, hasPreHooks, hasOtherHooks, hasTransforms, hasObservers, reads } = editsOf(point);
    const runsHooks = hasOtherHooks || hasPreHooks;
    const { path, noReplacement } = info;
    // Beside hooks, edits run in JavaScript. Until a hook replaces something, the graph gives what they give there.
    const isSure = runsHooks && (hasTransforms || (isRandom && (hasOtherHooks || edits.length > 0)));
    const isKnown = hasOtherHooks && replaced.outputs.has(point);
    const isKnownBefore = hasPreHooks && (isRandom || replaced.inputs.has(point));
    return info.calls.map(
      (call, i): HookedCall<T> => ({
        point,
        info,
        path,
        id: `${path}#${i}`,
        call,
        compiled: edits,
        around,
        hasPreHooks,
        runsHooks,
        hasObservers,
        readsStatistics: reads === 'statistics' && !runsHooks,
        isCut: (isSure || isKnown) && noReplacement === undefined,
        isCutBefore: isKnownBefore && call.inputs.length > 0,
      }),
    );
  });
}

/** The calls in the order in which they end, cut only where something is computed from their outputs. */
export function inOrder<T extends OnnxTensor>(calls: readonly HookedCall<T>[]): HookedCall<T>[] {
  const hooked = [...calls].sort((a, b) => endsBefore(a.call, b.call) || b.path.length - a.path.length);
  const read = readAfter(hooked, endsOf(hooked));
  return hooked.map((one) => {
    const isCut = one.isCut && read.has(one.call);
    const isInScript = one.runsHooks && (isCut || !read.has(one.call));
    return { ...one, isCut, compiled: isInScript ? [] : one.compiled };
  });
}

/** The order in which two calls end. What is inside a node comes before the node. */
function endsBefore(a: Call, b: Call): number {
  const [from, to] = [placesOf(a), placesOf(b)];
  const depth = from.findIndex((place, i) => place !== to[i]);
  if (depth === -1) return from.length === to.length ? a.size - b.size : to.length - from.length;
  return depth < to.length ? from[depth]! - to[depth]! : -1;
}

/** The indices of the nodes around a call, and of its own, outermost first; bodies of a node come one after another. */
function placesOf({ region, at }: Call): number[] {
  const places = [at];
  for (let { around, id } = region; around !== undefined; { around, id } = around.region) places.unshift(around.at, id);
  return places;
}

/** The calls that end at each value. */
export function endsOf<T extends OnnxTensor>(hooked: readonly HookedCall<T>[]): Ends[] {
  const ends = new Map<string, { region: Region; value: string; calls: HookedCall<T>[] }>();
  for (const one of hooked) {
    const { region, outputs } = one.call;
    for (const value of outputs) {
      const key = `${region.id} ${value}`;
      const known = ends.get(key);
      if (known === undefined) ends.set(key, { region, value, calls: [one] });
      else known.calls.push(one);
    }
  }
  return [...ends.values()];
}

/** The calls of whose outputs something is computed: by the graph, or by edits of a module that ends there too. */
export function readAfter<T extends OnnxTensor>(hooked: readonly HookedCall<T>[], ends: readonly Ends[]): Set<Call> {
  const read = new Set(hooked.flatMap(({ call }) => (call.isRead ? call : [])));
  for (const { calls } of ends) {
    const last = calls.findLastIndex(({ compiled }) => compiled.length > 0);
    for (const { call } of calls.slice(0, Math.max(0, last))) read.add(call);
  }
  return read;
}
