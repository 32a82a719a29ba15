/** @file Globs over the names of modules. */
import { INNER_DOT, type TreeEntry } from './core/tree.ts';

/**
 * What a glob matches: `*` is any text within one name, `?` one character of it, `**` any number of names. A name that
 * holds dots (a layer called `conv.1`) is one name, and two names as well: `*`, `conv.1` and `conv.*` all match it.
 * @throws TypeError for a malformed glob
 */
export function globMatcher(glob: string): (entry: TreeEntry) => boolean {
  const expression = globExpression(glob);
  return ({ path, names }) =>
    path !== '' && (expression.test(`${names}.`) || (names !== path && expression.test(`${path}.`)));
}

/** A dot of a glob is one between names or one inside a name. */
const DOT = `[.${INNER_DOT}]`;

/** For names with a dot behind each: `*` is any text within one name, `?` one character of it, `**` any number of names. */
function globExpression(glob: string): RegExp {
  const names = glob.split('.');
  const bad = names.find((name) => name === '' || (name.includes('**') && name !== '**'));
  if (bad !== undefined) {
    const why = bad === '' ? 'an empty name' : `"${bad}": ** stands for whole names`;
    throw new TypeError(
      `select(): the glob ${JSON.stringify(glob)} has ${why}\n  expected: names between dots, such as "encoder.*.fc?" or "**.mlp"`,
    );
  }
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const inName = (name: string) =>
    [...name].map((c) => (c === '*' ? '[^.]*' : c === '?' ? '[^.]' : literal(c))).join('');
  // Every name is written with the dot behind it, so that ** may also stand for no name at all. Several in a row are
  // one: a RegExp would try all the ways to share the names among them.
  const body = names
    .filter((name, i) => name !== '**' || names[i - 1] !== '**')
    .map((name) => (name === '**' ? '(?:[^.]+\\.)*' : `${inName(name)}${DOT}`))
    .join('');
  return new RegExp(`^${body}$`);
}
