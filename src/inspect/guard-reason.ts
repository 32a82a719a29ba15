/** @file What a guard looks for in the statistics of a tensor. */
import { check, rule } from '../check/index.ts';
import type { GuardFrame } from './guard-finding.ts';

const LARGEST_FLOAT16 = 65_504;

const REASON = rule('a text, true, false or undefined', (value) => value === true || typeof value === 'string');

export interface GuardRules {
  /** Also values beyond 65504, which float16 cannot hold. */
  readonly float16?: boolean;
  /** Let -Infinity pass. */
  readonly masks?: boolean;
  readonly condition?: (frame: GuardFrame) => string | boolean | undefined;
}

/**
 * Why a tensor is found, as a sentence; undefined if it is not.
 * @throws TypeError for what the condition must not return; what the condition throws
 */
export function reasonOf(
  where: string,
  frame: GuardFrame,
  { float16 = false, masks = false, condition }: GuardRules,
): string | undefined {
  const { nan, positiveInfinity, negativeInfinity, min, max, count } = frame.statistics;
  const of = (found: number, what: string) => `${found} of ${count} values are ${what}`;
  if (nan > 0) return of(nan, 'NaN');
  const infinite = positiveInfinity + (masks ? 0 : negativeInfinity);
  if (infinite > 0) {
    return of(infinite, positiveInfinity > 0 ? 'infinite' : '-Infinity (a mask? the option "masks" lets it pass)');
  }
  if (float16 && (max > LARGEST_FLOAT16 || min < -LARGEST_FLOAT16)) {
    return `float16 cannot hold its values, which are from ${min} to ${max}`;
  }
  const own = condition?.(frame);
  if (own === undefined || own === false || own === '') return undefined;
  check(where, 'what "condition" returns', own, REASON);
  return own === true ? 'the condition holds' : String(own);
}
