/** @file Printing modules, in the layout of torch/nn/modules/module.py and container.py, 2.13. */
import { className, describe, describeError, FOREIGN, isForeign } from '../check/index.ts';
import type { Hookable } from '../hooks/index.ts';

/** The modules being printed, outermost first. */
const printing = new Set<Hookable>();

/**
 * Prints a module. Never throws, because printing is how problems are found: errors become text, and a module inside
 * itself is printed by its name.
 */
export function printed(module: Hookable, print: () => string): string {
  if (printing.has(module)) return `${className(module)}, which contains itself`;
  printing.add(module);
  try {
    return print();
  } catch (error) {
    return `${className(module)}(${failure(error)})`;
  } finally {
    printing.delete(module);
  }
}

/** `Name(extra)` on one line if there are no children and at most one line of extra; otherwise a line for each. */
export function moduleString(name: string, extra: string, children: Iterable<[string, unknown]>): string {
  const extraLines = extra === '' ? [] : extra.split('\n');
  const childLines = reprs(children).map(([key, repr]) => `(${key}): ${indent(repr)}`);
  if (childLines.length === 0 && extraLines.length <= 1) return `${name}(${extra})`;
  return block(name, [...extraLines, ...childLines]);
}

/** The printed children by name. An error that ends the list is printed under `…`. */
function reprs(children: Iterable<[string, unknown]>): [string, string][] {
  const found: [string, string][] = [];
  try {
    for (const [key, child] of children) found.push([key, reprOf(child)]);
  } catch (error) {
    found.push(['…', failure(error)]);
  }
  return found;
}

function reprOf(child: unknown): string {
  try {
    return isForeign(child) ? `${child} ${FOREIGN}` : String(child);
  } catch (error) {
    return `${describe(child)}, ${failure(error)}`;
  }
}

/** A thrown value in one line. */
const failure = (error: unknown) => `failed: ${describeError(error).replace(/\s*\n\s*/g, '; ')}`;

/** The layout of a ModuleList: equal neighbours share a line, `(0-2): 3 x Linear(…)`. */
export function listString(name: string, children: Iterable<[string, unknown]>): string {
  const groups: { first: string; last: string; count: number; repr: string }[] = [];
  for (const [key, repr] of reprs(children)) {
    const before = groups.at(-1);
    if (before?.repr === repr && isNumber(before.last) && isNumber(key)) {
      before.count++;
      before.last = key;
    } else {
      groups.push({ first: key, last: key, count: 1, repr });
    }
  }
  if (groups.length === 0) return `${name}()`;
  const lines = groups.map(({ first, last, count, repr }) =>
    count === 1 ? `(${first}): ${indent(repr)}` : `(${first}-${last}): ${count} x ${indent(repr)}`,
  );
  return block(name, lines);
}

const isNumber = (key: string) => /^\d+$/.test(key);

function block(name: string, lines: readonly string[]): string {
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}

/** Indents all lines but the first and empty ones by two spaces. */
function indent(repr: string): string {
  return repr.replace(/\n(?!\n)/g, '\n  ');
}
