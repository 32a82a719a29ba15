// Declarations that an entry reaches. TypeScript writes all of a source file; a third of that is never seen by users.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A declaration file: its top-level statements, each with the comment before it. TypeScript indents all other lines. */
export function statementsOf(source, path) {
  const statements = [];
  let lines = [];
  const codeOf = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').trim();
  const end = () => {
    const text = lines.join('\n');
    if (codeOf(text) !== '') statements.push({ text, code: codeOf(text) });
    lines = [];
  };
  for (const line of source.trimEnd().split('\n')) {
    if (/^[^\s}]/.test(line) && isWhole(codeOf(lines.join('\n')))) end();
    lines.push(line);
  }
  end();
  return statements.map((statement) => ({ ...statement, ...kindOf(statement.code, path) }));
}

/** Whether the code of a statement is complete. The parts of a union may be at the start of a line, behind comments. */
const isWhole = (code) =>
  code.startsWith('///') || (/^(export )?(declare )?type /.test(code) ? /;$/ : /[;}]$/).test(code);

/** `import`s and re-exports as lists of names, declarations by their name. */
function kindOf(code, path) {
  const from = /^(?<verb>import|export)(?<type> type)? (?<what>.*?)(?: from '(?<target>[^']+)')?;$/s.exec(code)?.groups;
  const isDeclaration = /^(export )?(declare |interface |type \w+[ <=]|abstract )/.test(code);
  if (from !== undefined && !isDeclaration) {
    const target =
      from.target === undefined || !from.target.startsWith('.')
        ? undefined
        : join(dirname(path), from.target.replace(/\.[jt]sx?$/, '.d.ts'));
    const { verb, type = '', what } = from;
    if (what.startsWith('{')) {
      const names = what
        .slice(1, -1)
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '');
      const list = names.map((text) => {
        const [name, as = name] = text.replace(/^type /, '').split(' as ');
        return { text, name, as };
      });
      return { verb, type, list, target, from: from.target };
    }
    return { verb, type, all: what, target, from: from.target };
  }
  const name =
    /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|function|const|let|var|enum|namespace) ([\w$]+)/.exec(
      code,
    )?.[1];
  return { name, exported: code.startsWith('export ') };
}

/**
 * @param entries paths of declaration files, all of whose exports are reached
 * @returns the text of each file that is reached, by path
 */
export function reachedFrom(entries) {
  const files = new Map();
  const fileOf = (path) => {
    if (!files.has(path))
      files.set(path, {
        statements: statementsOf(readFileSync(path, 'utf8'), path),
        kept: new Set(),
        names: new Set(),
      });
    return files.get(path);
  };
  const identifiers = (code) => new Set(code.match(/[A-Za-z_$][\w$]*/g));

  function keep(path, statement) {
    const file = fileOf(path);
    if (file.kept.has(statement)) return;
    file.kept.add(statement);
    for (const [, target, name] of statement.code.matchAll(/import\("(\.[^"]+)"\)\.(\w+)/g)) {
      reach(join(dirname(path), target.replace(/\.[jt]sx?$/, '.d.ts')), name);
    }
    for (const name of identifiers(statement.code)) reachLocal(path, name);
  }
  /** A name that a kept statement mentions: declared or imported in its file. */
  function reachLocal(path, name) {
    const file = fileOf(path);
    const key = `local ${name}`;
    if (file.names.has(key)) return;
    file.names.add(key);
    for (const statement of file.statements) {
      if (statement.name === name) keep(path, statement);
      if (statement.verb !== 'import') continue;
      const imported = statement.list?.find(({ as }) => as === name);
      if (imported !== undefined && statement.target !== undefined) reach(statement.target, imported.name);
      if (statement.all?.endsWith(` as ${name}`) && statement.target !== undefined) reachAll(statement.target);
    }
  }
  /** An export of a file. */
  function reach(path, name) {
    const file = fileOf(path);
    if (file.names.has(name)) return true;
    const own = file.statements.filter((one) => one.name === name && one.exported);
    const listed = file.statements.filter((one) => one.verb === 'export' && one.list?.some(({ as }) => as === name));
    if (own.length + listed.length > 0) file.names.add(name);
    for (const statement of own) keep(path, statement);
    for (const { list, target } of listed) {
      const { name: inner } = list.find(({ as }) => as === name);
      if (target === undefined) reachLocal(path, inner);
      else reach(target, inner);
    }
    if (own.length + listed.length > 0) return true;
    return file.statements.some(({ verb, all, target }) => {
      if (verb !== 'export' || all !== '*' || target === undefined || !reach(target, name)) return false;
      file.names.add(name);
      return true;
    });
  }
  function reachAll(path) {
    const file = fileOf(path);
    for (const { name, exported, verb, list, all, target } of file.statements) {
      if (exported && name !== undefined) reach(path, name);
      if (verb !== 'export') continue;
      for (const { as } of list ?? []) reach(path, as);
      if (all !== undefined && target !== undefined) {
        file.all = true;
        reachAll(target);
      }
    }
  }
  for (const entry of entries) reachAll(entry);

  const texts = new Map();
  for (const [path, file] of files) {
    const parts = file.statements.flatMap((statement) => {
      const { verb, type, list, all, target, from, text, code } = statement;
      if (verb === undefined) return file.kept.has(statement) || statement.name === undefined ? [text] : [];
      if (list === undefined) {
        const isUsed =
          verb === 'import'
            ? all === undefined || [...file.names].some((name) => all.endsWith(name.replace('local ', ' as ')))
            : file.all || files.has(target);
        return isUsed ? [text] : [];
      }
      const used = list.filter(({ as }) => file.names.has(verb === 'import' ? `local ${as}` : as));
      if (list.length === 0) return [code];
      if (used.length === 0) return [];
      const comment = text.slice(0, text.length - code.length);
      return [
        `${comment}${verb}${type} { ${used.map((one) => one.text).join(', ')} }${from === undefined ? '' : ` from '${from}'`};`,
      ];
    });
    texts.set(path, `${parts.join('\n')}\n`);
  }
  return texts;
}
