// Every block of the docs: run, edited, run again, ended, reset. It prints what it prints in Node.
import assert from 'node:assert/strict';
import { blocksInDocs, difference, runInNode } from './blocks-in-docs.mjs';
import { RunnableBlock } from './runnable-block.mjs';

export async function blockChecks() {
  const blocks = blocksInDocs();
  const inBoth = blocks.filter(({ mark }) => mark === '');
  const codes = inBoth.map(({ code }) => code);
  const [inNode, inNodeAgain] = await Promise.all([runInNode(codes), runInNode(codes)]);
  const printed = new Map(inBoth.map((block, i) => [block, [inNode[i], inNodeAgain[i]]]));
  const pages = new Set(blocks.map(({ page }) => page));
  return [...pages].flatMap((name) => {
    const running = blocks.filter(({ page, reason }) => page === name && reason === undefined);
    const path = name.replace(/md$/, 'html');
    return running.length === 0 ? [] : [{ name: `the ${running.length} blocks of ${path}`, run: checkPage }];

    async function checkPage({ open }) {
      const page = await open(path);
      const check = (block) => checkBlock(new RunnableBlock(page, block.nth), block);
      await Promise.all(running.filter(({ mark }) => mark !== 'page').map(check));
      // Chromium draws no frames out of view: one after the other.
      for (const block of running.filter(({ mark }) => mark === 'page')) await check(block);
    }
  });

  async function checkBlock(shown, block) {
    const original = await shown.root.locator('pre').first().textContent();
    if (block.mark === 'page') {
      // Some go on for ever.
      await shown.run(/^(Running|Done)/);
      await seesSomething(shown);
    } else {
      await shown.run();
      const different = difference(await shown.lines(), ...printed.get(block));
      assert.equal(different, undefined, `block ${block.nth + 1}: ${different}`);
    }
    assert.deepEqual(await shown.errors(), []);
    await shown.edit(`${block.code}\nconsole.log('edited'); await new Promise(() => {});`);
    await shown.press('Run');
    await shown.root.locator('.runnable-output').getByText('edited', { exact: true }).waitFor();
    await shown.press('End');
    await shown.says(/^Ended/);
    await shown.press('Reset');
    assert.deepEqual(await shown.lines(), []);
    assert.equal(await shown.root.locator('iframe').count(), 0);
    assert.equal(await shown.root.locator('pre').first().textContent(), original);
  }
}

/** A block that mounts something shows it: its frame gets a height. */
async function seesSomething(shown) {
  const frame = shown.root.locator('iframe');
  await frame.evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const isShown = (element) => element.getBoundingClientRect().height > 150;
  await shown.root.page().waitForFunction(isShown, await frame.elementHandle());
}
