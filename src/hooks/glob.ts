/** @file Globs over the names of modules. */
import { INNER_DOT, type TreeEntry } from './core/tree.ts';

/**
 * A predicate for a glob: `*` matches any text within a name, `?` one character, `**` any number of names. A name with
 * dots (a layer called `conv.1`) counts both as one name and as two: `*`, `conv.1` and `conv.*` all match it.
 * @throws TypeError for a malformed glob
 */
export function globMatcher(glob: string): (entry: TreeEntry) => boolean {
  const expression = globExpression(glob);
  return ({ path, names }) =>
    path !== '' && (expression.test(`${names}.`) || (names !== path && expression.test(`${path}.`)));
}

/** A dot in a glob matches a dot between names and a dot inside a name. */
const DOT = `[.${INNER_DOT}]`;

/** Matches a path whose names all end in a dot. */
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
  // Each name includes the dot behind it, so that ** can match no name at all. Adjacent ** are merged: the RegExp would
  // backtrack over all ways to share the names among them.
  const body = names
    .filter((name, i) => name !== '**' || names[i - 1] !== '**')
    .map((name) => (name === '**' ? '(?:[^.]+\\.)*' : `${inName(name)}${DOT}`))
    .join('');
  return new RegExp(`^${body}$`);
}
