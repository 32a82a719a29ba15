/** @file Programs on a build of layertap and on the twin. */
import fc from 'fast-check';
import type * as Layertap from '../../../src/index.ts';
import { programs } from './generate.ts';
import { makeLayertap } from './layertap.ts';
import type { Program } from './program.ts';
import { run } from './run.ts';
import { makeTwin } from './twin.ts';

/** The first difference, with the lines before it; undefined if there is none. */
export function difference(lines: readonly string[], expected: readonly string[], name: string): string | undefined {
  let same = 0;
  while (same < lines.length && lines[same] === expected[same]) same++;
  if (same === lines.length && same === expected.length) return undefined;
  return [
    ...expected.slice(Math.max(0, same - 30), same),
    `-- layertap: ${lines.slice(same, same + 3).join(' | ')}`,
    `-- ${name}: ${expected.slice(same, same + 3).join(' | ')}`,
  ].join('\n');
}

/** The twin's lines; undefined if numbers get too large for every order of additions to give the same sum. */
export function expectedLines(program: Program): string[] | undefined {
  const lines = run(program, makeTwin);
  return lines.includes('inexact') ? undefined : lines;
}

export interface Ran {
  programs: number;
  inexact: number;
  /** The number of programs that matched each pattern. */
  reached: Record<string, number>;
}

/**
 * Runs programs on both.
 * @throws with the smallest program that is found to differ, and where
 */
export function compare(
  library: typeof Layertap,
  options: { numRuns: number; seed: number },
  patterns: Record<string, RegExp> = {},
): Ran {
  const ran: Ran = {
    programs: 0,
    inexact: 0,
    reached: Object.fromEntries(Object.keys(patterns).map((name) => [name, 0])),
  };
  fc.assert(
    fc.property(programs(), (program) => {
      const expected = expectedLines(program);
      if (expected === undefined) {
        ran.inexact++;
        return;
      }
      const found = difference(run(program, makeLayertap(library)), expected, 'twin');
      if (found !== undefined) throw new Error(`${JSON.stringify(program)}\n${found}`);
      ran.programs++;
      const all = expected.join('\n');
      for (const [name, pattern] of Object.entries(patterns)) if (pattern.test(all)) ran.reached[name]!++;
    }),
    { ...options, includeErrorInReport: true },
  );
  return ran;
}
