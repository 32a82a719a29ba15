/**
 * @file Every ```ts block of the README and of docs/ is compiled as a user would compile it, against the built package, and
 * run. Names that a block uses without defining them come from docs/cast.ts. Some blocks are marked:
 *
 *   ```ts page           needs a document, so it is only compiled here; the site runs it
 *   ```ts node REASON    does not run in the site, which says why
 *   ```ts no-run REASON  runs nowhere, as it needs something of the reader's
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { built } from './built.ts';
import { NAMES } from './docs/cast.ts';

built('types/src/index.d.ts');

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the repository, where 'layertap' means the package itself.
const out = join(root, 'build', 'docs');

interface Block {
  page: string;
  /** Of its first line. */
  line: number;
  code: string;
  runs: boolean;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^( *)```ts( page| node \S.*| no-run \S.*)?\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 1: indent, 2: mark, 3: code }) => ({
      page,
      line: text.slice(0, index).split('\n').length + 1,
      code: code!.replace(new RegExp(`^${indent}`, 'gm'), ''),
      runs: mark === undefined || mark.startsWith(' node'),
    }),
  );
}

/** A block as a module. Line numbers are those of the page, so that errors point there. */
function asModule({ line, code }: Block): string {
  const imports: string[] = [];
  const body = code.replace(/^import [^;]*;$/gm, (found) => {
    imports.push(found.replaceAll('\n', ' '));
    return '\n'.repeat(found.split('\n').length - 1);
  });
  const cast = `import { cast } from '../../test/docs/cast.ts'; const { ${NAMES.join(', ')} } = cast();`;
  // In braces, so that a block may redefine names of the cast.
  return `${imports.join(' ')} ${cast} {${'\n'.repeat(line - 1)}${body}}\n`;
}

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'));
const blocks = pages.flatMap(blocksOf);
const fileOf = ({ page, line }: Block) => join(out, `${page.replaceAll(/[/.]/g, '-')}-${line}.ts`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const block of blocks) writeFileSync(fileOf(block), asModule(block));
writeFileSync(
  join(out, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.json',
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      noImplicitOverride: false,
      isolatedDeclarations: false,
      declaration: false,
    },
    include: ['*.ts'],
  }),
);

test('the code blocks of the docs compile', () => {
  const opened = pages.flatMap((page) => readFileSync(join(root, page), 'utf8').match(/^ *```ts/gm) ?? []);
  assert.is(
    blocks.length,
    opened.length,
    'an opened block was not read: is its mark `page`, or `node` or `no-run` with a reason?',
  );
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', out], {
    encoding: 'utf8',
  });
  assert.is(stdout.replaceAll(`${relative(process.cwd(), out)}/`, ''), '');
  assert.is(status, 0);
});

for (const page of pages) {
  const running = blocks.filter((block) => block.page === page && block.runs);
  if (running.length === 0) continue;
  test(`the ${running.length} code blocks of ${page} run`, () => {
    const cwd = mkdtempSync(join(tmpdir(), 'layertap-docs-'));
    try {
      // One after the other in one process; the last line printed names the block that failed.
      const program = [
        `(await import('${new URL('docs/files.ts', import.meta.url)}')).writeFiles();`,
        ...running.map(
          (block) => `console.error('line ${block.line}'); await import('${pathToFileURL(fileOf(block))}');`,
        ),
      ].join('\n');
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program],
        { cwd, encoding: 'utf8', timeout: 60_000 },
      );
      assert.is(status, 0, stderr);
      // No reports and no warnings either.
      assert.is(stderr.trim(), running.map(({ line }) => `line ${line}`).join('\n'));
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
}

test.run();
