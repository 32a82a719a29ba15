// The sections of the benchmark, in the order in which they are run and printed.
import { chains } from './chains.mjs';
import { elementwise } from './elementwise.mjs';
import { fewRows, linear } from './linear.mjs';
import { tiny } from './tiny.mjs';

/**
 * By name, `{ title, about, rows(bench), takesSizes }`: `rows` is an asynchronous iterable of what timeAll gives, with
 * a label and the work, `flop` or `bytes`, of each row.
 */
export const SECTIONS = { 'few-rows': fewRows, linear, chains, tiny, elementwise };
