// The sections of the benchmark, in the order in which they are run and printed.
import { chains } from './chains.mjs';
import { elementwise } from './elementwise.mjs';
import { fewRows, linear } from './linear.mjs';
import { histogram, statistics } from './statistics.mjs';
import { threads } from './threads.mjs';
import { tiny } from './tiny.mjs';

/**
 * By name, `{ title, about, rows(bench), takesSizes, threads }`. `rows` yields the result of timeAll with a label and the
 * work of each row, `flop` or `bytes`; `bound` says which, if it has both. `takesSizes`: a size on the command line selects the section. `threads`: default 1.
 */
export const SECTIONS = { 'few-rows': fewRows, linear, threads, chains, tiny, elementwise, statistics, histogram };
