// The sections of the benchmark, in the order in which they are run and printed.
import { chains } from './chains.mjs';
import { elementwise } from './elementwise.mjs';
import { histogram } from './histogram.mjs';
import { fewRows, linear } from './linear.mjs';
import { statistics } from './statistics.mjs';
import { threads } from './threads.mjs';
import { tiny } from './tiny.mjs';

/**
 * By name, `{ title, about, rows(bench), takesSizes, threads }`: `rows` is an asynchronous iterable of what timeAll
 * gives, with a label and the work, `flop` or `bytes`, of each row; `takesSizes` where sizes of layers can be asked for
 * without the section's name; `threads` where it is not one.
 */
export const SECTIONS = { 'few-rows': fewRows, linear, threads, chains, tiny, elementwise, statistics, histogram };
