/** @file Selectors for the oracle, matched name by name. */
import type { ModuleData, SelectorData } from './program.ts';

/** The path and module of a root ('') and all modules below it, parents first. Attached methods have no children. */
export function allPaths(modules: readonly ModuleData[], root: number, path: string[] = []): [string[], number][] {
  const { made, calls } = modules[root]!;
  const inside = made === 'class' ? calls : [];
  return [[path, root], ...inside.flatMap((child, i) => allPaths(modules, child, [...path, 'layers', String(i)]))];
}

/** The modules that a selector matches, each once, under its first matching path. */
export function selected(modules: readonly ModuleData[], root: number, selector: SelectorData): [string, number][] {
  const found: [string, number][] = [];
  for (const [names, module] of allPaths(modules, root)) {
    if (found.some(([, other]) => other === module)) continue;
    if (matches(selector, names, modules[module]!)) found.push([names.join('.'), module]);
  }
  return found;
}

function matches(selector: SelectorData, names: string[], { made, kind }: ModuleData): boolean {
  switch (selector.select) {
    case 'glob':
      return names.length > 0 && namesMatch(selector.glob.split('.'), names);
    case 'RegExp':
      return new RegExp(selector.source).test(names.join('.'));
    case 'class':
      if (selector.name === 'Hookable') return true;
      return made === 'class' && (selector.name === 'Module' || kind === 'async');
    case 'predicate':
      return (names.join('.').length % 2 === 1) === selector.odd;
  }
}

function namesMatch([pattern, ...patterns]: string[], names: string[]): boolean {
  if (pattern === undefined) return names.length === 0;
  if (pattern === '**') return names.some((_, i) => namesMatch(patterns, names.slice(i))) || namesMatch(patterns, []);
  return names.length > 0 && nameMatches(pattern, names[0]!) && namesMatch(patterns, names.slice(1));
}

function nameMatches(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') return nameMatches(rest, name) || (name !== '' && nameMatches(pattern, name.slice(1)));
  return name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && nameMatches(rest, name.slice(1));
}
