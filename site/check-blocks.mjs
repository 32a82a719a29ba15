// Runs every block of the built site in Chromium as a reader does: run, edited, run again, ended, reset. It must print what it
// prints in Node. Then blocks that never end, throw, print without end, import what is not there, or ask for the network: a
// sentence under the block, and the page goes on. Prints "site: N passed, N failed".
//
//   npm run docs && node site/check-blocks.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonNotToRun } from './.vitepress/runnable.mjs';
import { openBuiltSite } from './built-site.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { address, page, check, finish } = await openBuiltSite();

const block = (nth) => page.locator('.runnable').nth(nth);
const button = (nth, name) => block(nth).getByRole('button', { name, exact: true });

/** Waits for the sentence under a block. */
async function said(nth, pattern) {
  await block(nth).getByRole('status').filter({ hasText: pattern }).waitFor({ timeout: 30_000 });
}
const linesOf = (nth) =>
  block(nth).evaluate((element) =>
    [...element.querySelectorAll('.runnable-output span')].map((span) => span.textContent.trimEnd()),
  );

/** Replaces the code of a block. */
async function edit(nth, code) {
  if (await button(nth, 'Edit').isVisible()) await button(nth, 'Edit').click();
  const editor = block(nth).locator('.editor[contenteditable]');
  await editor.evaluate((element, text) => {
    element.textContent = text;
  }, code);
}

try {
  for (const name of pages()) {
    const blocks = blocksOf(name);
    const running = blocks.flatMap(({ info, code }, nth) => (reasonNotToRun(info, code) === undefined ? [nth] : []));
    if (running.length === 0) continue;
    const inNode = runInNode(running.map((nth) => blocks[nth].code));
    await page.goto(`${address}${name.replace(/md$/, 'html')}`);
    await block(0).waitFor();
    for (const [at, nth] of running.entries()) {
      await check(`${name}, block ${nth + 1}`, async () => {
        await button(nth, 'Run').click();
        await said(nth, /^Done/);
        compare(await linesOf(nth), inNode[at], blocks[nth].code);
        await edit(nth, `${blocks[nth].code}\nconsole.log('edited');`);
        await button(nth, 'Run').click();
        await block(nth).locator('.runnable-output').getByText('edited', { exact: true }).waitFor();
        await button(nth, 'Reset').click();
        assert.deepEqual(await linesOf(nth), []);
        assert.ok(await button(nth, 'Edit').isVisible());
      });
    }
  }

  await page.goto(`${address}guides/look.html`);
  await block(0).waitFor();
  await check('a network of a block is shown under it', async () => {
    await button(0, 'Run').click();
    await block(0).locator('.runnable-viewer').getByText('fc1').first().waitFor();
    await button(0, 'Reset').click();
  });
  const nonsense = [
    ['throws', "throw new RangeError('too far');", /^Done/, /RangeError: too far/],
    ['rejects', "await Promise.reject(new Error('later'));", /^Done/, /Error: later/],
    ['cannot be parsed', 'const = 3;', /Unexpected token/],
    ['imports what is not there', "import x from 'left-pad';\nconsole.log(x);", /'left-pad' cannot be imported here/],
    ['prints without end', "for (;;) console.log('again');", /printed more than 10,000 lines|did not yield/],
    ['never ends', 'for (;;);', /did not yield for 10 seconds/],
  ];
  for (const [what, code, sentence, line] of nonsense) {
    await check(`a block that ${what}`, async () => {
      await edit(0, code);
      await button(0, 'Run').click();
      await said(0, sentence);
      if (line !== undefined) assert.match((await linesOf(0)).join('\n'), line);
      // The page goes on.
      await button(0, 'Reset').click();
      await button(0, 'Run').click();
      await said(0, /^Done/);
      await button(0, 'Reset').click();
    });
  }
  await check('a block is ended', async () => {
    await edit(0, 'setInterval(() => console.log("tick"), 50); await new Promise(() => {});');
    await button(0, 'Run').click();
    await block(0).getByText('tick').first().waitFor();
    await button(0, 'End').click();
    await said(0, /^Ended/);
    await button(0, 'Reset').click();
  });
  await check('the first page reads digits, and a slider changes what it reads', async () => {
    await page.goto(address);
    await page.getByText(/read as \d, it is \d/).waitFor();
    // Cards below the fold are not made yet.
    await page.locator('.live-digits').getByText('Histograms').first().waitFor();
  });
} finally {
  await finish();
}

function pages() {
  return readdirSync(join(root, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md'));
}

function blocksOf(name) {
  const text = readFileSync(join(root, 'docs', name), 'utf8');
  return [...text.matchAll(/^( *)```(ts[^\n]*)\n([\s\S]*?)^ *```$/gm)].map(([, indent, info, code]) => ({
    info,
    code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** @returns the lines that each block prints */
function runInNode(codes) {
  // Inside the repository, where 'layertap' means the package itself.
  const work = mkdtempSync(join(root, 'build/site-'));
  try {
    codes.forEach((code, i) => {
      const imports = code.match(/^import [^;]*;$/gm) ?? [];
      const body = code.replace(/^import [^;]*;$/gm, '');
      const cast = `import { cast } from '../../test/docs/cast.ts';`;
      const names = `const { ${/NAMES[^=]*=\s*\[([^\]]*)\]/.exec(readFileSync(join(root, 'test/docs/cast.ts'), 'utf8'))[1].replaceAll("'", '')} } = cast();`;
      writeFileSync(join(work, `${i}.ts`), `${imports.join('\n')}\n${cast}\n${names}\n{${body}}\n`);
    });
    writeFileSync(
      join(work, 'all.ts'),
      codes.map((_, i) => `console.log('=== block'); await import('./${i}.ts');`).join('\n'),
    );
    const printed = execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), join(work, 'all.ts')], {
      cwd: mkdtempSync(join(tmpdir(), 'layertap-site-')),
      encoding: 'utf8',
    });
    return printed
      .split('=== block\n')
      .slice(1)
      .map((text) => text.split('\n').filter((line) => line !== ''));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Numbers to three digits: engines have other kernels. Times differ, and Node prints objects in its own way. */
function compare(inPage, inNode, code) {
  const rounded = (lines) =>
    lines.join('\n').replace(/-?\d+\.\d+(e-?\d+)?/g, (number) => Number(number).toPrecision(3));
  const words = (lines) => rounded(lines).replace(/[\s'"]+/g, '');
  if (/\bprofile\b/.test(code)) assert.equal(inPage.length > 0, inNode.length > 0);
  else assert.equal(words(inPage), words(inNode));
}
