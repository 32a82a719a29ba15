// The sections of the benchmark, in the order in which they are run and printed. These run anywhere.
import * as chains from './chains.mjs';
import * as elementwise from './elementwise.mjs';
import * as linear from './linear.mjs';
import * as tiny from './tiny.mjs';

export const SECTIONS = { linear, chains, tiny, elementwise };
