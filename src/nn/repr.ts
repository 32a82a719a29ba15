/** @file How a module is printed: the layout of torch/nn/modules/module.py and container.py, 2.13. */
import { type Hookable, namedModules } from '../hooks/index.ts';

/** The modules that are being printed now, the outermost first. */
const printing = new Set<Hookable>();

/**
 * Prints a module, inside which others are printed.
 * @throws Error where a module contains itself
 */
export function printed(module: Hookable, print: () => string): string {
  if (printing.has(module)) {
    const [root] = printing;
    // Walking it says where.
    for (const _ of namedModules(root!));
  }
  printing.add(module);
  try {
    return print();
  } finally {
    printing.delete(module);
  }
}

/** `Name(extra)` on one line where there are no children and one line of extra; otherwise a line for each. */
export function moduleString(name: string, extra: string, children: Iterable<[string, unknown]>): string {
  const extraLines = extra === '' ? [] : extra.split('\n');
  const childLines = Array.from(children, ([key, child]) => `(${key}): ${indent(String(child))}`);
  if (childLines.length === 0 && extraLines.length <= 1) return `${name}(${extra})`;
  return block(name, [...extraLines, ...childLines]);
}

/** As a ModuleList is printed: equal neighbours among its numbers share a line, `(0-2): 3 x Linear(…)`. */
export function listString(name: string, children: Iterable<[string, unknown]>): string {
  const runs: { first: string; last: string; count: number; repr: string }[] = [];
  for (const [key, child] of children) {
    const repr = String(child);
    const before = runs.at(-1);
    if (before?.repr === repr && isNumber(before.last) && isNumber(key)) {
      before.count++;
      before.last = key;
    } else {
      runs.push({ first: key, last: key, count: 1, repr });
    }
  }
  if (runs.length === 0) return `${name}()`;
  const lines = runs.map(({ first, last, count, repr }) =>
    count === 1 ? `(${first}): ${indent(repr)}` : `(${first}-${last}): ${count} x ${indent(repr)}`,
  );
  return block(name, lines);
}

const isNumber = (key: string) => /^\d+$/.test(key);

function block(name: string, lines: readonly string[]): string {
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}

/** Moves all lines but the first two to the right; an empty one stays empty. */
function indent(repr: string): string {
  return repr.replace(/\n(?!\n)/g, '\n  ');
}
