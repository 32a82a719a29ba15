// What a page loads with a script of dist/browser.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const folder = new URL('../dist/browser/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder));

/**
 * The names of a script and of all that it imports statically, each once.
 * @param without scripts that the page has already, with what they import
 */
export function loadedWith(name, without = []) {
  const names = new Set(without.flatMap((other) => loadedWith(other)));
  const before = names.size;
  const add = (one) => {
    if (names.has(one)) return;
    names.add(one);
    for (const [, imported] of String(read(one)).matchAll(/\b(?:from|import)"\.\/([\w.-]+\.js)"/g)) add(imported);
  };
  add(name);
  return [...names].slice(before);
}

/** The bytes of some scripts: `raw` as they are, `gzipped` one by one. */
export function bytesOf(names) {
  const scripts = names.map(read);
  const sum = (sizes) => sizes.reduce((a, b) => a + b, 0);
  return {
    raw: sum(scripts.map(({ length }) => length)),
    gzipped: sum(scripts.map((script) => gzipSync(script, { level: 9 }).length)),
  };
}
