/**
 * @file Random programs of registrations, removals and calls, run by layertap and by an oracle. Hooks, results, errors,
 * reports and warnings must be the same, in the same order.
 *
 * LAYERTAP_PROGRAMS is the number of programs in both tests together. Default: 3000, or fewer if a minute is too short.
 * LAYERTAP_SEED replaces the fixed seed. A failure prints the seed and the smallest failing program.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { programs } from './programs/generate.ts';
import { makeLayertap } from './programs/layertap.ts';
import { makeOracle } from './programs/oracle.ts';
import type { Kind } from './programs/program.ts';
import { run } from './programs/run.ts';

const { LAYERTAP_PROGRAMS, LAYERTAP_SEED = '20240' } = process.env;
const PROGRAMS = Number(LAYERTAP_PROGRAMS ?? 3000);
const LIMIT = LAYERTAP_PROGRAMS === undefined ? { interruptAfterTimeLimit: 30_000 } : {};
const SEED = Number(LAYERTAP_SEED);

/** The first difference of two logs, with the lines before it. */
function difference(lines: string[], expected: string[]): string {
  let same = 0;
  while (lines[same] === expected[same]) same++;
  return [
    ...lines.slice(Math.max(0, same - 30), same),
    `-- layertap: ${lines.slice(same, same + 3).join(' | ')}`,
    `-- oracle:   ${expected.slice(same, same + 3).join(' | ')}`,
  ].join('\n');
}

/** Runs programs on both sides. Each pattern in `reached` must occur in some log. */
async function compare(kinds: readonly Kind[], laterWeight: number, reached: Record<string, RegExp>): Promise<void> {
  const counts = Object.fromEntries(Object.keys(reached).map((name) => [name, 0]));
  let ran = 0;
  const unhandled: unknown[] = [];
  const collect = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', collect);
  try {
    await fc.assert(
      fc.asyncProperty(programs(kinds, laterWeight), async (program) => {
        const expected = await run(program, makeOracle);
        const lines = await run(program, makeLayertap);
        assert.equal(unhandled.splice(0), [], 'an unhandled rejection');
        const all = lines.join('\n');
        if (all !== expected.join('\n')) throw new Error(difference(lines, expected));
        ran++;
        for (const [name, pattern] of Object.entries(reached)) if (pattern.test(all)) counts[name]!++;
      }),
      // uvu prints the message of the error only, so it must include the difference and the seed.
      { numRuns: Math.ceil(PROGRAMS / 2), seed: SEED, includeErrorInReport: true, ...LIMIT },
    );
  } finally {
    process.off('unhandledRejection', collect);
  }
  console.log(`${ran} programs of ${kinds.join(', ')}, seed ${SEED}; with ${JSON.stringify(counts)}`);
  for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `no program reached: ${name}`);
}

const REACHED: Record<string, RegExp> = {
  'an error of a hook': /threw: user: hook|rejected: user: hook/,
  'an error of forward': /: user: forward/,
  'an error of an operator': /: user: operator/,
  'a silenced error': /^warning: /m,
  'several values': /TooManyEmissionsError/,
  'a promise of a transform': /AsyncTransformError/,
  'a value while subscribing': /registering \d+ failed: LateEmissionError/,
  'a value while subscribing again': /threw: LateEmissionError|rejected: LateEmissionError/,
  'a late value': /^report: LateEmissionError$/m,
  'a late error': /^report: LateEmissionError of an error/m,
  'an observer that fails': /^report: hook\d+ failed/m,
  'an observer that is removed': /^report: observer removed/m,
  'a transform that completes': /^report: transform completed/m,
  'a refused promise': /a promise from hook/,
  'scoped hooks': /^withHooks: \d(?:.|\n)*^using: \d/m,
  'a selected module': /of 'layers\.\d\.layers/,
  'a selector without a match': /failed: nothing matches/,
};

test('synchronous programs: layertap behaves as the oracle', async () => {
  await compare(['sync'], 1, REACHED);
});

test('asynchronous programs: layertap behaves as the oracle', async () => {
  await compare(['sync', 'promise', 'async', 'async'], 4, {
    ...REACHED,
    'a throw and a rejection': /threw(?:.|\n)*rejected|rejected(?:.|\n)*threw/,
    'a result that waits': /resolved to/,
    'a call that starts while another one waits':
      /^call (\d)\(.*\)\n(?:(?!\1 (?:resolved|rejected)).*\n)*call \d.*\n(?:.*\n)*\1 resolved/m,
  });
});

test.run();
