// Keeps the last results: one Markdown file for each engine, in which each section is replaced as it is run again.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @param file the name of the engine's file in results/, without its ending
 * @param order all sections, as they stand in the file
 * @param section the one to replace, with its Markdown
 */
export function writeResults(file, order, section, markdown) {
  const path = fileURLToPath(new URL(`results/${file}.md`, import.meta.url));
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const parts = order.flatMap((name) => {
    const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    if (name === section) return [`${start}\n${markdown.trim()}\n${end}`];
    const [from, to] = [old.indexOf(start), old.indexOf(end)];
    return from === -1 || to === -1 ? [] : [old.slice(from, to + end.length)];
  });
  writeFileSync(path, `# ${file}\n\n${parts.join('\n\n')}\n`);
}
