import { describe, mismatch } from '../check/index.ts';

/** A tag is a heading in TensorBoard, and every record repeats it. */
const LONGEST_TAG = 4096;

/** C0, DEL and C1, which no heading can show. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is to find them
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Checks the name of a series. TensorBoard groups tags by the text before a '/'.
 * @throws TypeError for anything but a string, and for one that is empty or has characters that cannot be shown; RangeError
 *   for more than 4096 characters
 */
export function checkTag(where: string, tag: unknown, what = 'tag'): string {
  if (typeof tag !== 'string' || tag === '') throw mismatch(where, what, 'a string that is not empty', tag);
  if (tag.length > LONGEST_TAG) {
    throw new RangeError(`${where}: ${what} must have at most ${LONGEST_TAG} characters, got ${tag.length}`);
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
 * Checks the path of a run below the log directory. As in PyTorch, '/' separates directories.
 * @throws TypeError for a path that leads out of the log directory, or has an empty part
 */
export function checkRun(where: string, run: string): string {
  const wrong = run.split(/[/\\]/).find((part) => part === '' || part === '.' || part === '..');
  if (wrong === undefined) return run;
  throw new TypeError(
    `${where}: the run must be a path below the log directory, got ${JSON.stringify(run)} with the part ${JSON.stringify(wrong)}`,
  );
}
