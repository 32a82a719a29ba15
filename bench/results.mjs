// Keeps the last results: a folder for each kind of processor, in it one Markdown file for each engine, whose sections are
// replaced one by one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** `AMD EPYC` → `amd-epyc` */
const processor = cpus()[0]
  .model.replace(/\((R|TM)\)|CPU|Processor|@.*/gi, ' ')
  .trim()
  .toLowerCase()
  .replace(/[^a-z0-9]+/g, '-');
const folder = fileURLToPath(new URL(`results/${processor}/`, import.meta.url));

const startOf = (name) => `<!-- ${name} -->`;
const endOf = (name) => `<!-- end of ${name} -->`;

/** The text between the marks of a part, marks included; undefined if it has none. */
function partOf(text, name) {
  const [from, to] = [text.indexOf(startOf(name)), text.indexOf(endOf(name))];
  return from === -1 || to === -1 ? undefined : text.slice(from, to + endOf(name).length);
}

const marked = (name, markdown) => `${startOf(name)}\n${markdown.trim()}\n${endOf(name)}`;

/**
 * @param engine the name of the file, without its ending
 * @param about what all of its figures depend on, in Markdown, or ''
 * @param order all sections, in the order of the file
 * @param section the one to replace, with its Markdown
 */
export function writeResults({ engine, about }, order, section, markdown) {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${engine}.md`;
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const parts = order.flatMap((name) => (name === section ? marked(name, markdown) : (partOf(old, name) ?? [])));
  writeFileSync(path, `${[`# ${engine}`, ...(about === '' ? [] : [about]), ...parts].join('\n\n')}\n`);
}
