// build/package: what is published. It is what "files" of package.json names, but that the README and the guides have no links to files
// that are not packed (pictures, examples): these become addresses in the repository of package.json; without one, text that
// names the file.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const PACKED = /^(dist\/.+|docs\/(?!architecture|decisions)[\w-]+\.md|README\.md|llms\.txt|LICENSE|package\.json)$/;

/** Code, where nothing is a link, or a link: its mark of a picture, its text, its target. */
const CODE_OR_LINK = /```[\s\S]*?```|(!?)\[((?:`[^`]*`|[^[\]])*)\]\(([^)\s]+)\)|`[^`]*`/g;

/**
 * @param page the path of a page in the repository
 * @param repository its address on a site such as GitHub, undefined if there is none
 */
export function packedText(page, text, repository, version) {
  return text.replace(CODE_OR_LINK, (found, picture, label, target) => {
    if (target === undefined || /^(\w+:|#)/.test(target)) return found;
    const [file, anchor] = target.split('#');
    const path = posix.join(posix.dirname(page), file);
    if (PACKED.test(path) && existsSync(root + path)) return found;
    if (repository !== undefined) {
      const address = `${repository}/${picture === '' ? 'blob' : 'raw'}/v${version}/${path}`;
      return `${picture}[${label}](${address}${anchor === undefined ? '' : `#${anchor}`})`;
    }
    return picture === '' ? `${label} (\`${path}\` in the repository)` : `(Picture: ${label})`;
  });
}

/** @returns the folder, for `npm pack` and `npm publish` */
export function stagePackage() {
  const folder = `${root}build/package/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}docs`, { recursive: true });
  // What is for this repository alone.
  const { scripts, devDependencies, overrides, ...manifest } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  writeFileSync(`${folder}package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  const address = manifest.repository?.url.replace(/^git\+|\.git$/g, '');
  const docs = readdirSync(`${root}docs`).map((name) => `docs/${name}`);
  for (const page of ['README.md', 'llms.txt', ...docs].filter((path) => PACKED.test(path))) {
    writeFileSync(folder + page, packedText(page, readFileSync(root + page, 'utf8'), address, manifest.version));
  }
  cpSync(`${root}LICENSE`, `${folder}LICENSE`);
  cpSync(`${root}dist`, `${folder}dist`, { recursive: true });
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) stagePackage();
