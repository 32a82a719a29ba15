// Licences of the packages that are built into a file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Longer texts go into a file beside the built one. */
const LONGEST_TEXT = 2000;

/** Packages without a licence file, and the folder beside them with the licence of their project. */
const TEXT_OF = { '@assemblyscript/loader': '../../assemblyscript' };

/** @param paths of modules; those outside node_modules are ignored */
export function packagesOf(paths) {
  const folders = paths.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const from = join(folder, TEXT_OF[name] ?? '.');
    const files = readdirSync(from).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
    if (files.length === 0) throw new Error(`${name} has no licence file`);
    const text = files.map((file) => readFileSync(join(from, file), 'utf8').trim()).join('\n\n');
    return { name, version, license, text };
  });
}

/** A comment that names the packages and their licences, each text once; '' without packages. */
export function noticesOf(packages) {
  const byText = new Map();
  for (const { name, version, license, text } of packages) {
    const long = text.length > LONGEST_TEXT;
    const copyright = long ? '' : (/^.*copyright.*$/im.exec(text)?.[0].trim() ?? '');
    const terms = long
      ? `${license}: the text is in licences.txt of layertap.`
      : text.replace(/^.*copyright \(?[c\d].*$/im, '').trim();
    byText.set(terms, [...(byText.get(terms) ?? []), `${name} ${version} ${copyright}`.trim()]);
  }
  const parts = [...byText].map(([terms, names]) => `${names.join('\n')}\n\n${terms}`);
  const comment = `/*!\nBuilt from layertap (MIT), and from:\n\n${parts.join('\n\n')}\n*/\n`;
  if (comment.slice(2, -3).includes('*/')) throw new Error('a licence contains the end of a comment');
  return parts.length === 0 ? '' : comment;
}

/** The full licences. */
export function textsOf(packages) {
  const unique = new Map(packages.map((one) => [one.name, one]));
  return [...unique.values()].map(({ name, version, text }) => `${name} ${version}\n\n${text}\n`).join('\n---\n\n');
}
