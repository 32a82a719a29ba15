/** @file Globs over the names of modules. */
import { hookTable } from './core/hook-table.ts';
import { isContainer, type TreeEntry } from './core/tree.ts';

/**
 * A predicate for a glob: `*` matches any text within a name, `?` one character, `**` any number of names. A name with
 * dots (a layer called `conv.1`) counts both as one name and as two: `*`, `conv.1` and `conv.*` all match it.
 * @throws TypeError for a malformed glob
 */
export function globMatcher(glob: string): (entry: TreeEntry) => boolean {
  const expression = globExpression(glob);
  return (entry) => {
    const { path } = entry;
    if (path === '') return false;
    const names = namesOf(entry);
    return expression.test(`${names}.`) || (names !== path && expression.test(`${path}.`));
  };
}

/** Replaces a dot inside a name. No name contains this character by accident. */
const INNER_DOT = '\0';

/** The path with {@link INNER_DOT} for each dot inside a name. */
function namesOf({ path, name, parent }: TreeEntry): string {
  if (parent === undefined || !path.includes('.')) return path;
  // The object whose properties are the children.
  const holder = hookTable(parent.module).options.holder ?? parent.module;
  const own = name.includes('.') ? withInnerDots(holder, name) : name;
  return parent.parent === undefined ? own : `${namesOf(parent)}.${own}`;
}

/**
 * A child's name with {@link INNER_DOT} for the dots inside it (`conv.1`, a property of that name), but not for those
 * between names (`layers.0`, an element of an array).
 */
function withInnerDots(container: object, name: string): string {
  if (!Object.hasOwn(container, name)) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const first = name.slice(0, dot);
      const inner: unknown = Object.hasOwn(container, first)
        ? (container as Record<string, unknown>)[first]
        : undefined;
      if (inner === null || typeof inner !== 'object' || !isContainer(inner)) continue;
      return `${first.replaceAll('.', INNER_DOT)}.${withInnerDots(inner, name.slice(dot + 1))}`;
    }
  }
  return name.replaceAll('.', INNER_DOT);
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
  // Each name includes the dot after it, so that ** can match no name at all. Adjacent ** are merged: the RegExp would
  // backtrack over all ways to share the names among them.
  const body = names
    .filter((name, i) => name !== '**' || names[i - 1] !== '**')
    .map((name) => (name === '**' ? '(?:[^.]+\\.)*' : `${inName(name)}${DOT}`))
    .join('');
  return new RegExp(`^${body}$`);
}
