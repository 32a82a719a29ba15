// The code blocks of the docs, and what they print in Node.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { reasonNotToRun } from '../.vitepress/runnable.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} Block
 * @property {string} page its file in docs/
 * @property {number} nth its place among the blocks of the page, from 0
 * @property {string} mark '', 'page', 'node' or 'no-run'
 * @property {string} [reason] why it does not run in the site
 * @property {string} code
 */

/** @returns {Block[]} in the order of the pages */
export function blocksInDocs() {
  const pages = readdirSync(join(root, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, 'docs', page), 'utf8');
    return [...text.matchAll(/^( *)```(ts[^\n]*)\n([\s\S]*?)^ *```$/gm)].map(([, indent, info, code], nth) => ({
      page,
      nth,
      mark: /^ts (\S+)/.exec(info)?.[1] ?? '',
      reason: reasonNotToRun(info),
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }));
  });
}

/**
 * Runs blocks in one process, each until nothing is pending any more.
 * @param {string[]} codes
 * @returns {Promise<string[][]>} the lines that each prints
 */
export async function runInNode(codes) {
  const names = namesOfCast();
  // Inside the repository, where 'layertap' means the package itself.
  mkdirSync(join(root, 'build'), { recursive: true });
  const work = mkdtempSync(join(root, 'build/site-'));
  const directory = mkdtempSync(join(tmpdir(), 'layertap-site-'));
  try {
    codes.forEach((code, i) => {
      const imports = code.match(/^import [^;]*;$/gm) ?? [];
      const body = code.replace(/^import [^;]*;$/gm, '');
      const cast = `import { cast } from '../../test/docs/cast.ts';\nconst { ${names} } = cast();`;
      writeFileSync(join(work, `${i}.ts`), `${imports.join('\n')}\n${cast}\n{${body}}\n`);
    });
    const result = join(work, 'printed.json');
    writeFileSync(
      join(work, 'all.ts'),
      `import { writeFileSync } from 'node:fs';
       import { writeFiles } from '../../test/docs/files.ts';
       import { catchConsole } from '../../site/runtime/console.ts';
       writeFiles();
       const printed: string[][] = [];
       const { flush } = catchConsole(({ lines }) => printed.at(-1)!.push(...lines.map(({ text }) => text)));
       process.on('beforeExit', () => {
         flush();
         if (printed.length === ${codes.length}) return writeFileSync(${JSON.stringify(result)}, JSON.stringify(printed));
         import(\`./\${printed.push([]) - 1}.ts\`);
       });`,
    );
    await promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), join(work, 'all.ts')], {
      cwd: directory,
    });
    return JSON.parse(readFileSync(result, 'utf8'));
  } finally {
    rmSync(work, { recursive: true });
    rmSync(directory, { recursive: true });
  }
}

/** From its text, since Node reads no TypeScript here. */
function namesOfCast() {
  const text = readFileSync(join(root, 'test/docs/cast.ts'), 'utf8');
  return /NAMES[^=]*=\s*\[([^\]]*)\]/.exec(text)[1].replaceAll(/['\s]/g, '');
}

/** Numbers, and the words around them. */
function parts(lines) {
  const numbers = [];
  const words = lines
    .join('\n')
    .replace(/-?\d+(\.\d+)?(e[-+]?\d+)?/g, (number) => {
      numbers.push(Number(number));
      return '#';
    })
    .replace(/\s+/g, ' ');
  return { words, numbers };
}

/** Engines have other kernels: sums differ in their last bits. */
const TOLERANCE = 1e-3;

/**
 * How what a block prints in a page differs from what it prints in Node; undefined if it does not.
 * @param {string[]} inPage
 * @param {string[]} inNode
 * @param {string[]} inNodeAgain where this differs from `inNode`, in times for example, only words are compared, in any order
 */
export function difference(inPage, inNode, inNodeAgain) {
  const [page, node, again] = [inPage, inNode, inNodeAgain].map(parts);
  const isSteady = node.words === again.words && node.numbers.every((number, i) => number === again.numbers[i]);
  const sorted = ({ words }) =>
    words
      .replaceAll(/[^a-z]+/gi, ' ')
      .split(' ')
      .sort()
      .join(' ');
  const text = isSteady ? ({ words }) => words : sorted;
  if (text(page) !== text(node)) return `${inPage.join('\n')}\n-- but in Node\n${inNode.join('\n')}`;
  if (!isSteady) return undefined;
  const at = node.numbers.findIndex((number, i) => {
    const size = Math.max(Math.abs(number), Math.abs(page.numbers[i]), 1e-3);
    return !(Math.abs(number - page.numbers[i]) <= TOLERANCE * size);
  });
  return at === -1 ? undefined : `${page.numbers[at]} instead of ${node.numbers[at]} in\n${inPage.join('\n')}`;
}
