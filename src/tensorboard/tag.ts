import { describe } from '../check/index.ts';

/** TensorBoard draws a tag as a heading, and every record repeats it. */
const LONGEST_TAG = 4096;

/** C0, DEL and C1: what no heading can show and nobody can type. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Checks the name of a series. '/' groups: TensorBoard puts together what has the same text before it.
 * @throws TypeError for what is not a string or has none of the characters that a reader could show; RangeError for more
 *   than 4096 characters
 */
export function checkTag(where: string, tag: unknown, what = 'tag'): string {
  if (typeof tag !== 'string' || tag === '') {
    throw new TypeError(`${where}: ${what} is ${describe(tag)}; expected a string that is not empty`);
  }
  if (tag.length > LONGEST_TAG) {
    throw new RangeError(`${where}: ${what} has ${tag.length} characters; expected at most ${LONGEST_TAG}`);
  }
  const control = CONTROL.exec(tag);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new TypeError(
      `${where}: ${what} has the control character U+${code} at ${control.index}, in ${describe(tag)}`,
    );
  }
  if (!/^\P{Surrogate}*$/u.test(tag)) {
    throw new TypeError(`${where}: ${what} has half of a surrogate pair, which UTF-8 cannot store: ${describe(tag)}`);
  }
  return tag;
}

/**
 * Checks the path of a run below the log directory. '/' makes directories, as in PyTorch; none may lead out of it.
 * @throws TypeError that says which part is wrong
 */
export function checkRun(where: string, run: string): string {
  const wrong = run.split(/[/\\]/).find((part) => part === '' || part === '.' || part === '..');
  if (wrong === undefined) return run;
  throw new TypeError(
    `${where}: the run ${JSON.stringify(run)} has the part ${JSON.stringify(wrong)}; expected a path below the log directory`,
  );
}
