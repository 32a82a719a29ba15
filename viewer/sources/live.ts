import { type TagOption, tagsOf } from '../../src/adapter.ts';
import { checkOptions, describe } from '../../src/check/index.ts';
import type { Selection } from '../../src/index.ts';
import { CLOCK, type Clock } from '../clock.ts';
import type { DataSource } from './data-source.ts';
import { Capture } from './live/capture.ts';
import { claimTags } from './live/shared-tags.ts';

export interface LiveOptions {
  /** What the run is called. Default `'live'`. */
  readonly run?: string;
  /**
   * The step of a forward, asked at each call: the number of the batch, say. A module that is called again at one step has
   * the tag `{tag}/call_1`, then `{tag}/call_2`. Default: the module's calls are its steps, counted from 0 since the
   * viewer began.
   */
  readonly step?: () => number | bigint;
  /** What the tags are, see {@link TagOption}. Default `'path'`. */
  readonly tag?: TagOption;
  /** Comes before each tag, with a '/' between them: two sources of one viewer may have the same paths. Default: none. */
  readonly prefix?: string;
  /** The share of time that may be spent on capturing, above 0, at most 1. Default 0.02: 20 ms in each second. */
  readonly share?: number;
}

/**
 * The outputs of modules as they run, as histograms: a source for `mountViewer`. Where an output holds several tensors, in
 * arrays, Maps or the own properties of objects, each has a tag of its own below that of its module. An output without a
 * tensor is passed over.
 *
 * The model does not wait. Outputs are read and counted where they are given, while `share` of the time lasts; a forward
 * that begins then is captured whole, so that all layers show the same one, and after a pause one always is. Others
 * cost a look at a flag. Values that can only be read asynchronously are. An error is reported, and told to the viewer,
 * and does not stop the model.
 *
 * Hooks are there while somebody is connected. Several may be.
 * @throws TypeError or RangeError for other arguments
 */
export function liveSource(selection: Selection, options: LiveOptions = {}): DataSource {
  return liveSourceBy(CLOCK, selection, options);
}

/**
 * The same by another clock, for tests.
 * @param viewer what the points go to, if a listener is not all that says it
 */
export function liveSourceBy(
  clock: Clock,
  selection: Selection,
  options: LiveOptions = {},
  viewer?: object,
): DataSource {
  const where = 'liveSource()';
  checkOptions(where, options, ['run', 'step', 'tag', 'prefix', 'share']);
  const { run = 'live', step, tag, prefix, share = 0.02 } = options;
  if (typeof run !== 'string' || run === '') {
    throw new TypeError(`${where}: option "run" must be a string that is not empty, got ${describe(run)}`);
  }
  if (step !== undefined && typeof step !== 'function') {
    throw new TypeError(`${where}: option "step" must be a function, got ${describe(step)}`);
  }
  if (typeof share !== 'number' || !(share > 0 && share <= 1)) {
    throw new RangeError(`${where}: option "share" must be a number above 0, at most 1, got ${describe(share)}`);
  }
  const tags = tagsOf(where, selection, tag, prefix);
  return {
    name: run,
    connect(listener) {
      const capture = new Capture(selection, { run, step, tags, share }, listener, clock);
      const giveBack = claimTags(where, viewer ?? listener, run, tags.values());
      return () => {
        giveBack();
        capture.stop();
      };
    },
  };
}
