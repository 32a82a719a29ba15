// Blocks that misbehave: a sentence under the block, and the page goes on.
import assert from 'node:assert/strict';
import { blocksInDocs } from './blocks-in-docs.mjs';
import { RunnableBlock } from './runnable-block.mjs';

const CASES = [
  { what: 'throws', code: "\nthrow new RangeError('too far');", line: 'RangeError: too far (line 2)' },
  { what: 'rejects', code: "await Promise.reject(new Error('later'));", line: 'Error: later (line 1)' },
  { what: 'forgets a rejection', code: "Promise.reject(new Error('lost'));", line: 'Error: lost (line 1)' },
  { what: 'cannot be parsed', code: 'const = 3;', line: 'Syntax error in line 1, column 7: Unexpected token' },
  { what: 'is cut off', code: "console.log('", line: /^Syntax error in line 1, column 1[23]: Unterminated string/ },
  { what: 'redeclares', code: 'const a = 1; const a = 2;', line: /SyntaxError: .*already been declared/ },
  {
    what: 'imports what is not there',
    code: "import x from 'left-pad';\nx();",
    line: /'left-pad' cannot be imported here/,
  },
  {
    what: 'imports a name that is not there',
    code: "import { y } from 'rxjs';\ny();",
    line: "Error: 'rxjs' has no 'y' (line 2)",
  },
  {
    what: 'imports from Node',
    code: "import fs from 'node:fs';\nfs.readdirSync('.');",
    line: /'node:fs' is a module of Node/,
  },
  {
    what: 'imports from the network',
    code: "await import('https://example.org/a.js');",
    line: /'https:.*cannot be imported here/,
  },
  { what: 'fetches', code: "await fetch('https://example.org/a');", line: /^Not loaded: https:\/\/example.org\/a/ },
  {
    what: 'opens a socket',
    code: "new WebSocket('wss://example.org/b');",
    line: /^Not loaded: wss:\/\/example.org\/b/,
  },
  {
    what: 'imports a script',
    code: "importScripts('https://example.org/c');",
    line: /^Not loaded: https:\/\/example.org\/c/,
  },
  {
    what: 'loads a picture',
    code: "document.body.innerHTML = '<img src=https://example.org/d>';",
    line: /^Not loaded: https:\/\/example.org\/d/,
  },
  {
    what: 'leaves its page',
    code: "document.title; location.href = 'https://example.org/';",
    says: /^Ended: it left its page/,
  },
  { what: 'evaluates text', code: "new Function('return 1')();", line: /^Not run: eval\(\)/ },
  { what: 'reads a file that is not there', code: "console.log((await fetch('a.txt')).status);", line: '404' },
  {
    what: 'prints without end',
    code: "for (;;) console.log('again');",
    says: /^Ended: it printed more than 10,000 lines/,
  },
  {
    what: 'floods its worker',
    code: "for (let i = 0; i < 1e5; i++) postMessage(i); console.log('over');",
    line: 'over',
  },
  {
    what: 'floods the page',
    code: "document.title; for (let i = 0; i < 2e4; i++) parent.postMessage(i, '*');",
    says: /^Ended: it flooded the page/,
  },
  {
    what: 'takes 2 GB',
    code: "const a = new Float64Array(2 ** 28); console.log('taken', a.length);",
    line: 'taken 268435456',
  },
  {
    what: 'takes more than there is',
    code: 'new Float64Array(2 ** 50);',
    line: /^RangeError: Invalid typed array length/,
  },
  { what: 'recurses without end', code: 'const f = () => f(); f();', line: /^RangeError: Maximum call stack/ },
  { what: 'is empty', code: '', says: 'Done. It printed nothing.' },
  {
    what: 'has letters of all kinds',
    code: "const größe = '🎉 数'; console.log(größe, größe.length);",
    line: '🎉 数 4',
  },
  {
    what: 'prints what contains itself',
    code: 'const a = {}; a.a = a; console.log(a);',
    line: 'an object that contains itself',
  },
  { what: 'closes its worker', code: 'close();', says: /^Ended: it did not yield for 10 seconds/ },
  {
    what: 'never ends',
    code: "console.log('before'); for (;;);",
    line: 'before',
    says: /^Ended: it did not yield for 10 seconds/,
  },
  { what: 'never ends in a frame', code: 'document.title; for (;;);', says: /^Ended: it did not yield for 10 seconds/ },
  { what: 'waits for ever', code: 'await new Promise(() => {});', says: 'Still running. End stops it.', ends: true },
];

/** The page with the most blocks. */
const PAGE = 'from-pytorch';
const places = blocksInDocs().filter(({ page, reason }) => page === `${PAGE}.md` && reason === undefined);

async function checkCase(shown, { what, code, says = /^(Done|Ended by an error)/, line, ends }) {
  await shown.edit(code);
  await shown.run(says);
  const lines = await shown.lines();
  const isThere =
    line === undefined || lines.some((text) => (line instanceof RegExp ? line.test(text) : text === line));
  assert.ok(isThere, `a block that ${what} printed: ${lines.slice(0, 20).join('\n')}`);
  if (!ends) return;
  await shown.press('End');
  await shown.says(/^Ended/);
}

export const badInputChecks = [
  // As many at once as the page has blocks.
  ...Array.from({ length: Math.ceil(CASES.length / places.length) }, (_, part) => {
    const cases = CASES.slice(part * places.length, (part + 1) * places.length);
    return {
      name: `blocks at once that: ${cases.map(({ what }) => what).join(', ')}`,
      // The browser reports what its policy refuses.
      expected: /Content Security Policy|net::ERR_BLOCKED_BY_CSP/,
      async run({ open }) {
        const page = await open(`${PAGE}.html`);
        await Promise.all(cases.map((one, i) => checkCase(new RunnableBlock(page, places[i].nth), one)));
        // The page goes on.
        const first = new RunnableBlock(page, places[0].nth);
        await first.press('Reset');
        await first.run();
      },
    };
  }),
  {
    name: 'a page that answers while a worker and a frame of it never yield',
    async run({ open }) {
      const page = await open(`${PAGE}.html`);
      const [worker, frame, good] = places.map(({ nth }) => new RunnableBlock(page, nth));
      await worker.edit("console.log('begun'); await new Promise((go) => setTimeout(go)); for (;;);");
      await frame.edit("document.title; console.log('begun'); await new Promise((go) => setTimeout(go)); for (;;);");
      for (const block of [worker, frame]) {
        await block.press('Run');
        await block.root.getByText('begun', { exact: true }).waitFor();
      }
      await good.edit("console.log('good');");
      await good.run();
      assert.deepEqual(await good.lines(), ['good']);
      for (const block of [worker, frame]) {
        await block.says(/^Ended: it did not yield/);
        await block.press('Reset');
      }
      await frame.run();
    },
  },
  {
    name: 'a block is typed key by key',
    async run({ open }) {
      const page = await open(`${PAGE}.html`);
      const block = new RunnableBlock(page, places[0].nth);
      await block.edit('');
      await block.root.locator('.editor').focus();
      await page.keyboard.type(
        "// mine\nfor (const a of [1, 2]) {\n  console.log('a', a);\nconsole.log(`b`);\n}\nnull.x;",
      );
      await block.run('Ended by an error.');
      assert.deepEqual((await block.lines()).slice(0, 4), ['a 1', 'b', 'a 2', 'b']);
      assert.match((await block.errors())[0], /^TypeError: .*\(line 6\)$/);
    },
  },
  {
    name: 'a block that is run twice in a row runs once',
    async run({ open }) {
      const page = await open(`${PAGE}.html`);
      const block = new RunnableBlock(page, places[0].nth);
      await block.edit("console.log('once');");
      await block.button('Run').evaluate((button) => {
        button.click();
        button.click();
      });
      await block.says(/^Done/);
      assert.deepEqual(await block.lines(), ['once']);
      assert.equal(await block.root.locator('iframe').count(), 0);
    },
  },
  {
    name: 'blocks that say they need Node do need it',
    async run({ open }) {
      const page = await open(`${PAGE}.html`);
      const block = new RunnableBlock(page, places[0].nth);
      for (const { code, page: name, nth } of blocksInDocs().filter(({ mark }) => mark === 'node')) {
        await block.edit(code);
        await block.run(/^(Done|Ended by an error)/);
        assert.notDeepEqual(await block.errors(), [], `block ${nth + 1} of ${name} runs in the page`);
      }
    },
  },
];
