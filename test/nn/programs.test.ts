/**
 * @file Random programs over real layers, run by layertap and by a twin of the contract that computes one layer at a time.
 * Every hook that fires, every value and every error must be the same, in the same order.
 *
 * LAYERTAP_PROGRAMS: the number of programs, by default 1500. LAYERTAP_SEED: another seed than the fixed one.
 * LAYERTAP_MODULE: another build of the library, `…/dist/index.js`. A failure prints the seed and the smallest failing
 * program. beside-pytorch.ts runs the same programs beside PyTorch.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type * as Layertap from '../../src/index.ts';
import { compare } from './programs/compare.ts';

const { LAYERTAP_PROGRAMS = '1500', LAYERTAP_SEED = '20241', LAYERTAP_MODULE } = process.env;
const library: typeof Layertap = await import(LAYERTAP_MODULE ?? '../../src/index.ts');

const CALL = '\\{"act":"call","module":\\d+,"input":0\\}\\n';
/** An act during a pass, and a hook that fires after it. */
const inPass = (act: string) =>
  new RegExp(`${CALL}(?:(?!call|forward|state).*\\n)*\\{"act":"${act}".*\\n\\w+ \\d+ of \\d`);

const REACHED: Record<string, RegExp> = {
  'an own hook that is registered in mid-pass': inPass('register'),
  'one that is removed': inPass('remove'),
  'values that are assigned': inPass('assign'),
  'values that are filled': inPass('fill'),
  'another parameter': inPass('set'),
  'a module that is swapped': inPass('swap'),
  'a forward that is assigned': inPass('patch'),
  'weights that are given back': inPass('dispose'),
  'a call inside a call': inPass('call'),
  'an attached method': /attached to \d/,
  'an observer': /^observer/m,
  'an observer that reads': /^reader/m,
  'an act of one in mid-pass': new RegExp(
    `${CALL}(?:(?!call|forward|state).*\\n)*reader.*\\n\\{"act":"(register|assign|swap)"`,
  ),
  'a transform': /^transform/m,
  'a plain tensor as a weight': /threw no parameter/,
  'a number of modules that changed': /threw size changed/,
  'shapes that do not fit': /threw shapes/,
  "an error of the user's": /threw user/,
  'a silenced error': /^warning/m,
};

test('hooks, modules and weights that change during a pass behave as the contract says', () => {
  const ran = compare(library, { numRuns: Number(LAYERTAP_PROGRAMS), seed: Number(LAYERTAP_SEED) }, REACHED);
  console.log(`${ran.programs} programs, seed ${LAYERTAP_SEED}; with ${JSON.stringify(ran.reached)}`);
  assert.ok(ran.inexact < ran.programs / 10, `${ran.inexact} programs have numbers that are too large to compare`);
  for (const [name, count] of Object.entries(ran.reached)) assert.ok(count > 0, `no program reached: ${name}`);
});

test.run();
