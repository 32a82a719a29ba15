// Keeps the last results: one Markdown file for each engine, whose sections are replaced one by one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('results/', import.meta.url));

const startOf = (name) => `<!-- ${name} -->`;
const endOf = (name) => `<!-- end of ${name} -->`;

/** The text between the marks of a part, marks included; undefined if it has none. */
function partOf(text, name) {
  const [from, to] = [text.indexOf(startOf(name)), text.indexOf(endOf(name))];
  return from === -1 || to === -1 ? undefined : text.slice(from, to + endOf(name).length);
}

const marked = (name, markdown) => `${startOf(name)}\n${markdown.trim()}\n${endOf(name)}`;

/**
 * @param engine the name of the file in results/, without its ending
 * @param order all sections, in the order of the file
 * @param section the one to replace, with its Markdown
 */
export function writeResults(engine, order, section, markdown) {
  const path = `${folder}${engine}.md`;
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const parts = order.flatMap((name) => (name === section ? marked(name, markdown) : (partOf(old, name) ?? [])));
  writeFileSync(path, `# ${engine}\n\n${parts.join('\n\n')}\n`);
}
