import { handleOf, report, type TagOption, tagsOf } from '../../src/adapter.ts';
import { ANYTHING, checkOptions, FUNCTION, NONEMPTY_STRING, rule } from '../../src/check/index.ts';
import type { Handle, Selection } from '../../src/index.ts';
import { describeOutputs, LABELS, LAYOUT, type OutputDescription } from '../activation/describe-outputs.ts';
import { CLOCK, type Clock } from '../clock.ts';
import type { DataSource } from './data-source.ts';
import { capture } from './live/capture.ts';
import { postSource } from './post-source.ts';
import { checkPort, type MessageEnd } from './worker-messages.ts';

/** Options of {@link liveSource}. */
export interface LiveOptions extends OutputDescription {
  /** The name of the run. Default `'live'`. */
  readonly run?: string;
  /**
   * Returns the step of a forward; called at each call of a module. A module called again at one step gets the tag
   * `{tag}/call_1`, then `{tag}/call_2`. Default: the calls of the module since the source was connected, from 0.
   */
  readonly step?: () => number | bigint;
  /** How modules are tagged, see {@link TagOption}. Default `'path'`. */
  readonly tag?: TagOption;
  /** Put before each tag, followed by '/': two sources of one viewer may have the same paths. Default: none. */
  readonly prefix?: string;
  /** The share of time that capturing may take, above 0, at most 1. Default 0.02: 20 ms a second. */
  readonly share?: number;
}

const SHARE = rule(
  'a number above 0, at most 1',
  (value) => typeof value === 'number' && value > 0 && value <= 1,
  RangeError,
);

/**
 * The outputs of modules as they run, as histograms: a source for `mountViewer`. Each tensor in an output that holds
 * several, in arrays, Maps or the own properties of objects, has its own tag below that of its module. An output without a
 * tensor is skipped.
 *
 * The model does not wait. Outputs are read and counted synchronously, within `share` of the time. A forward is captured
 * whole or not at all, so that all layers show the same one; after a pause one always is. Any other call costs the check
 * of a flag. Values that must be read asynchronously are read later. Errors are reported and shown in the viewer, and do not stop
 * the model.
 *
 * The hooks exist while a listener is connected. Several may be.
 * @throws TypeError or RangeError for other arguments
 */
export function liveSource(selection: Selection, options: LiveOptions = {}): DataSource {
  return liveSourceBy(CLOCK, selection, options);
}

/**
 * @param viewer identifies the viewer that gets the points. Default: the listener
 * @param where names the call in messages
 */
export function liveSourceBy(
  clock: Clock,
  selection: Selection,
  options: LiveOptions = {},
  viewer?: object,
  where = 'liveSource()',
): DataSource {
  checkOptions(where, options, {
    run: NONEMPTY_STRING,
    step: FUNCTION,
    tag: ANYTHING,
    prefix: ANYTHING,
    share: SHARE,
    layout: LAYOUT,
    labels: LABELS,
  });
  const { run = 'live', step, tag, prefix, share = 0.02 } = options;
  const describeOutput = describeOutputs(where, options);
  const readsInputs = typeof options.labels === 'function';
  const tags = tagsOf(where, selection, tag, prefix);
  return {
    name: run,
    connect(listener) {
      const stop = capture(selection, { run, step, tags, share, describeOutput, readsInputs }, listener, clock);
      const release = claimTags(where, viewer ?? listener, run, tags.values());
      return () => {
        release();
        stop();
      };
    },
  };
}

/**
 * Lets a page watch modules of this worker: the worker's side of `workerSource`. The hooks exist while the page is
 * connected. One batch of points is in flight at a time; while the page takes none, nothing is captured.
 *
 * @param port `self` in a worker, or one end of a MessageChannel; in Node `parentPort`, which keeps the thread alive until
 * the handle is removed
 * @param options those of `liveSource`
 * @example
 * // in the worker
 * postActivations(self, select(net, Linear));
 * // in the page
 * mountViewer(element, workerSource(worker));
 * @throws TypeError or RangeError for other arguments
 */
export function postActivations(port: MessageEnd, selection: Selection, options: LiveOptions = {}): Handle {
  const where = 'postActivations()';
  checkPort(where, port);
  return handleOf(postSource(port, liveSourceBy(CLOCK, selection, options, port, where)));
}

/** For each viewer: how many live sources show a tag of a run. */
const claims = new WeakMap<object, Map<string, number>>();

/**
 * Reports tags that another live source of the viewer shows already: the points of both would be one series.
 * @returns a function that releases the tags; calling it again does nothing
 */
function claimTags(where: string, viewer: object, run: string, tags: Iterable<string>): () => void {
  const counts = claims.get(viewer) ?? new Map<string, number>();
  claims.set(viewer, counts);
  const names = [...tags];
  const keys = names.map((tag) => JSON.stringify([run, tag]));
  const shared = names.filter((_, i) => counts.has(keys[i]!));
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  if (shared.length > 0) {
    const others = shared.length === 1 ? '' : ` and ${shared.length - 1} other tags`;
    report(
      new Error(
        `layertap: ${where}: another live source of this viewer shows the tag ${JSON.stringify(shared[0])}${others} of ` +
          `the run ${JSON.stringify(run)}: points of one would replace those of the other\n` +
          '  give one of them the option "prefix" or "run"',
      ),
    );
  }
  return () => {
    for (const key of keys.splice(0)) {
      const left = counts.get(key)! - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    }
  };
}
