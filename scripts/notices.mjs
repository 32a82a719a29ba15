// Licences of the packages that are built into a file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages without a licence file, and the folder beside them with the licence of their project. */
const TEXT_OF = { '@assemblyscript/loader': '../../assemblyscript' };

/** @param modules of a chunk, by path; those outside node_modules, and those of which nothing is left, are ignored */
export function packagesOf(modules) {
  const paths = Object.keys(modules).filter((path) => modules[path].code);
  const folders = paths.map((path) => /^[^?]*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const from = join(folder, TEXT_OF[name] ?? '.');
    const files = readdirSync(from).filter((entry) => /^(licen[cs]e|notice)/i.test(entry));
    if (files.length === 0) throw new Error(`${name} has no licence file`);
    const text = files.map((file) => readFileSync(join(from, file), 'utf8').trim()).join('\n\n');
    return { name, version, license, text };
  });
}

/** A comment that names the packages; '' without packages. Their licences are in a file. */
export function noticesOf(packages) {
  const names = packages.map(({ name, version, license }) => `${name} ${version} (${license})`);
  return names.length === 0 ? '' : `/*! Contains ${names.join(', ')}: see browser/licences.txt of layertap. */`;
}

/** The full licences. */
export function textsOf(packages) {
  const unique = new Map(packages.map((one) => [one.name, one]));
  return [...unique.values()].map(({ name, version, text }) => `${name} ${version}\n\n${text}\n`).join('\n---\n\n');
}
