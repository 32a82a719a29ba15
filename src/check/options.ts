import { describe } from './describe.ts';

/** @throws TypeError for options that are not an object, or have a key that is not known */
export function checkOptions(verb: string, options: unknown, known: readonly string[]): void {
  if (options === null || typeof options !== 'object') {
    throw new TypeError(`${verb}: the options must be an object, got ${describe(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const allowed = known.length === 0 ? 'it takes no options' : `the options are ${known.join(', ')}`;
    throw new TypeError(`${verb}: unknown option "${key}"; ${allowed}`);
  }
}
