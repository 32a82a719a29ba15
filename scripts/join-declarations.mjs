// Joins declaration files: those of a room become one. As 187 files with their imports they took 18 KB more of the package.
import { dirname, relative } from 'node:path';
import { statementsOf } from './declarations.mjs';

/**
 * @param texts of declaration files, by path
 * @param homeOf gives the path of the file that the one at a path becomes a part of; a file that is its own home is an entry
 * @returns the texts of the homes, by path
 * @throws Error if two files of a home declare one name
 */
export function joined(texts, homeOf) {
  const files = new Map([...texts].map(([path, text]) => [path, statementsOf(text, path)]));
  renameAliased(files, homeOf);
  const homes = new Map();
  for (const [path, statements] of files) {
    const home = homeOf(path);
    if (!homes.has(home)) homes.set(home, { parts: new Map(), exported: new Set() });
    homes.get(home).parts.set(path, statements);
    // What other homes import from here.
    for (const { target, list } of statements) {
      if (target === undefined || homeOf(target) === home) continue;
      const other = homeOf(target);
      if (!homes.has(other)) homes.set(other, { parts: new Map(), exported: new Set() });
      for (const { name } of list) homes.get(other).exported.add(name);
    }
  }
  return new Map([...homes].map(([home, { parts, exported }]) => [home, joinedText(home, parts, exported)]));

  function joinedText(home, parts, exported) {
    const imports = new Map();
    const declared = new Map();
    const seen = new Set();
    const references = new Set();
    const body = [];
    const reexports = [];
    const add = (path) => {
      if (seen.has(path)) return;
      seen.add(path);
      const statements = parts.get(path);
      for (const { target } of statements) if (target !== undefined && homeOf(target) === home) add(target);
      for (const statement of statements) addStatement(path, statement);
    };
    function addStatement(path, { verb, list, all, name, target, from, text, code, exported: isExported }) {
      if (/\bimport\("/.test(code)) throw new Error(`${path} imports inside a declaration: ${code}`);
      const [comments] = /^(?:\s*\/\*[\s\S]*?\*\/\s*)*/.exec(text);
      const comment = comments.replace(/\/\*\* @file [\s\S]*?\*\/\s*/, '');
      if (verb === undefined) {
        if (name === undefined) {
          references.add(code);
          return;
        }
        if ((declared.get(name) ?? path) !== path) {
          throw new Error(`${declared.get(name)} and ${path} both declare ${name}, and become one file: rename one`);
        }
        declared.set(name, path);
        body.push(comment + text.slice(comments.length).replace(/^export /, ''));
        if (isExported && path === home) exported.add(name);
        return;
      }
      const isInside = target !== undefined && homeOf(target) === home;
      if (verb === 'export' && path === home) {
        if (/@module/.test(comment)) body.unshift(comment.trim());
        if (all !== undefined) for (const one of exportsOf(target)) exported.add(one);
        else if (from === undefined || isInside) for (const one of list) exported.add(one.text.replace(/^type /, ''));
        else reexports.push(`export { ${list.map((one) => one.text).join(', ')} } from '${addressOf(target, from)}';`);
        return;
      }
      if (isInside || from === undefined) return;
      if (list === undefined) throw new Error(`${path} imports all: ${code}`);
      const address = addressOf(target, from);
      if (!imports.has(address)) imports.set(address, new Set());
      for (const one of list) imports.get(address).add(one.name);
    }
    /** The module that was imported from `from`, as the home imports it. */
    function addressOf(target, from) {
      if (target === undefined) return from;
      const address = relative(dirname(home), homeOf(target)).replace(/\.d\.ts$/, '.ts');
      return address.startsWith('.') ? address : `./${address}`;
    }
    const exportsOf = (path) =>
      parts.get(path).flatMap(({ name, exported: isExported }) => (isExported && name !== undefined ? [name] : []));

    add(home);
    for (const path of parts.keys()) add(path);
    const heads = [...imports].map(([from, names]) => `import { ${[...names].join(', ')} } from '${from}';`);
    const known = new Set([...declared.keys(), ...[...imports.values()].flatMap((names) => [...names])]);
    const own = [...exported].filter((one) => known.has(one.split(' ')[0]));
    const foot = own.length > 0 ? [...reexports, `export { ${own.join(', ')} };`] : reexports;
    return `${[...references, ...heads, ...body, ...foot].join('\n')}\n`;
  }
}

/** Where a file imports a name as another one from its own home, that other one is the name everywhere. */
function renameAliased(files, homeOf) {
  const aliases = new Map();
  const aliasOf = (path, name) => aliases.get(path)?.get(name) ?? name;
  for (const [path, statements] of files) {
    for (const { verb, code, list = [], target } of statements) {
      for (const { name, as } of verb === 'import' ? list : []) {
        if (name === as) continue;
        if (target === undefined || homeOf(target) !== homeOf(path))
          throw new Error(`${path} renames an import: ${code}`);
        aliases.set(target, new Map(aliases.get(target)).set(name, as));
      }
    }
  }
  for (const [path, statements] of files) {
    const local = new Map(aliases.get(path));
    for (const { verb, list = [], target } of statements) {
      for (const one of verb === 'import' ? list : []) {
        if (one.name === one.as) local.set(one.as, aliasOf(target, one.name));
        one.name = aliasOf(target, one.name);
      }
    }
    const renamed = (text) => text.replace(/[A-Za-z_$][\w$]*/g, (name) => local.get(name) ?? name);
    for (const statement of statements) {
      if (statement.verb !== undefined) continue;
      statement.text = renamed(statement.text);
      statement.code = renamed(statement.code);
      statement.name &&= renamed(statement.name);
    }
  }
}
