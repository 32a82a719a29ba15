/** @file How much of a's run has been compared, and what is not in b. */
import { isCovered } from './align.ts';
import type { CallError } from './call-errors.ts';
import type { MissingCall } from './comparison.ts';
import { type Plan, passesOn } from './plan.ts';
import { tensorParts } from './recording.ts';

export interface Coverage {
  /** The share of a's calls that were compared, alone or with a module around them; those that pass a tensor on do not count. */
  readonly coverage: number;
  readonly missing: readonly MissingCall[];
}

export function coverageOf({ a, b, alignment, paired, heldBy }: Plan, errors: readonly CallError[]): Coverage {
  const compared = new Set(
    errors.flatMap(({ pair, output }) => (output === undefined || output.problem !== undefined ? [] : pair.a)),
  );
  const counterpart = (index: number) =>
    compared.has(a.calls[index]!) ? b.calls[alignment.pairs.get(index)!] : undefined;
  let [counted, covered] = [0, 0];
  const missing: MissingCall[] = [];
  for (const [index, call] of a.calls.entries()) {
    if (tensorParts(call.output).length === 0) continue;
    const holder = heldBy.get(call);
    const isMissing = !paired.has(call);
    // Without a counterpart the root is a wrapper around the model.
    if (isMissing && holder === undefined && (call.path === '' || passesOn(call))) continue;
    counted++;
    const isInside = isCovered(a, index, counterpart);
    if (isInside || holder !== undefined) covered++;
    const { path, kind } = call;
    // What is inside a module that is compared as a whole is not worth a line.
    if (isMissing && (holder !== undefined || !isInside)) {
      missing.push({ path, kind, ...(holder === undefined ? {} : { heldBy: holder }) });
    }
  }
  return { coverage: counted === 0 ? 0 : covered / counted, missing };
}
