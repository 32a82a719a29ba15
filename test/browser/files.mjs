// dist/browser in Chromium, as a page without a bundler loads it: with and without WebAssembly in the content security policy,
// from a disk, also in Firefox, and twice. Prints "files: N passed, N failed".
//
//   apt-get install chromium && npm run build && node test/browser/files.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launch } from './harness/browsers.mjs';

const folder = fileURLToPath(new URL('../../dist/browser/', import.meta.url));

/** The files, and the parts that viewer.js loads when they are first shown. */
const built = readdirSync(folder);

/** What the pages of layertap.js and of the global do with its exports. */
const PROGRAM = `
  async function program({ kernelName, Linear, map, Module, mountActivation, mountViewer, select, Subject, tensor }) {
    class Net extends Module {
      fc1 = new Linear(2, 2);
      forward(x) { return this.fc1(x); }
    }
    const net = new Net();
    net.fc1.weight.assign([1, 2, 3, -4]);
    net.fc1.bias.assign([0.5, 0]);
    const outputs = [];
    select(net, '*').observe(({ path, output }) => outputs.push([path, output.toArray()]));
    net.fc1.transform(map((output) => output.clamp(-1, 4)));
    const element = document.body.appendChild(document.createElement("div"));
    mountViewer(element, select(net, "*"));
    const picture = document.body.appendChild(document.createElement("div"));
    mountActivation(picture, net.fc1);
    const ended = new Subject();
    const events = [];
    net.observe().subscribe(({ call }) => events.push(call));
    net(tensor([[1, 1]]));
    return { kernels: kernelName(), outputs, events, ended: ended.observed, element, picture };
  }
  const found = (promise) => promise.then(
    async ({ element, picture, ...rest }) => {
      while (!element.shadowRoot.textContent.includes("fc1")) await new Promise(requestAnimationFrame);
      // Its script is loaded now, and says so if it cannot be.
      while (picture.textContent.includes("Waiting")) await new Promise(requestAnimationFrame);
      report({ ...rest, message: picture.querySelector("[role=status]").textContent });
    },
    (error) => report({ error: error.stack }),
  );`;

const SCRIPTS = {
  'all.js': `import * as layertap from './layertap.js'; import { mountActivation, mountViewer } from './viewer.js';
    ${PROGRAM} found(program({ ...layertap, mountActivation, mountViewer }));`,
  'hooks-alone.js': `import { attach, map } from './hooks.js';
    const model = { predict: (x) => x * 2 };
    const lines = [];
    const hookable = attach(model, 'predict');
    hookable.log({ print: (line) => lines.push(line) });
    hookable.transform(map((y) => y + 1));
    report({ output: model.predict(3), lines: lines.length });`,
  'both.js': `import { attach, listHooks } from './hooks.js'; import * as layertap from './layertap.js';
    const net = new layertap.Sequential(new layertap.Linear(1, 1));
    net.at(0).observe(() => {});
    report({ same: attach === layertap.attach, hooks: listHooks(net).map(({ path }) => path) });`,
  'twice.js': `import { Linear } from './layertap.js'; import { Sequential } from './other/layertap.js';
    try { new Sequential(new Linear(1, 1)); report({}); } catch (error) { report({ error: error.message }); }`,
  'again.js': `import { Linear } from './layertap.js'; import { tensor } from './layertap.js?again';
    try { new Linear(1, 1)(tensor([1])); report({}); } catch (error) { report({ error: error.message }); }`,
  'global.js': `${PROGRAM} found(program(layertap));`,
  'route.js': `history.pushState(null, "", "/another/route"); ${PROGRAM} found(program(layertap));`,
  'first.js': 'globalThis.first = layertap.select;',
  'same.js': `const layer = new layertap.Linear(1, 1);
    report({ same: layertap.select === first, nested: layertap.select(new layertap.Sequential(layer), '0').size });`,
  'as-module.js': `import './layertap.global.js'; report({ global: typeof layertap });`,
  'beside.js': `import { Linear, Sequential } from './layertap.js';
    try { new Sequential(new layertap.Linear(1, 1)); report({}); } catch (error) { report({ error: error.message }); }`,
};

const WASM = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'";
const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'";
const EXPECTED = { outputs: [['fc1', [[3.5, -1]]]], events: [0], ended: false, message: '' };
const PAGES = {
  '/wasm': { script: 'all.js', policy: WASM, expected: { ...EXPECTED, kernels: 'relaxed' } },
  '/strict': { script: 'all.js', policy: STRICT, expected: { ...EXPECTED, kernels: 'javascript' } },
  '/hooks': { script: 'hooks-alone.js', policy: STRICT, expected: { output: 7, lines: 1 } },
  '/both': { script: 'both.js', policy: STRICT, expected: { same: true, hooks: ['0'] } },
  '/global': {
    before: ['layertap.global.js'],
    script: 'global.js',
    policy: WASM,
    expected: { ...EXPECTED, kernels: 'relaxed' },
  },
  // Its parts get the nonce of the script.
  '/global-nonce': {
    before: ['layertap.global.js'],
    script: 'global.js',
    policy: "default-src 'none'; script-src 'nonce-n1'; style-src 'self'",
    expected: { ...EXPECTED, kernels: 'javascript' },
  },
  // The parts are beside the script, and not where its relative address leads to now.
  '/global-route': {
    before: ['layertap.global.js'],
    script: 'route.js',
    policy: WASM,
    expected: { ...EXPECTED, kernels: 'relaxed' },
  },
  '/twice': {
    script: 'twice.js',
    policy: WASM,
    warning: /second copy/,
    expected: { error: /another copy of layertap/ },
  },
  // It imports the same hooks.js.
  '/again': { script: 'again.js', policy: WASM, warning: /from two addresses/, expected: { error: /must be Tensor/ } },
  '/global-twice': {
    before: ['layertap.global.js', 'first.js', 'layertap.global.js?again'],
    script: 'same.js',
    policy: WASM,
    warning: /layertap\.global\.js has been loaded twice; the first one stays/,
    expected: { same: true, nested: 1 },
  },
  '/global-as-module': {
    script: 'as-module.js',
    policy: WASM,
    warning: /layertap\.global\.js is a classic script: load it by <script src>/,
    expected: { global: 'undefined' },
  },
  '/global-beside-module': {
    before: ['layertap.global.js'],
    script: 'beside.js',
    policy: WASM,
    warning: /a second copy of layertap has been loaded/,
    expected: { error: /another copy of layertap/ },
  },
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const page = PAGES[pathname];
  if (page !== undefined) {
    response.setHeader('content-security-policy', page.policy);
    response.setHeader('content-type', 'text/html');
    const scripts = (page.before ?? []).map((src) => `<script nonce="n1" src="${src}"></script>`).join('');
    response.end(
      `<!doctype html><title>layertap</title><body>${scripts}<script nonce="n1" type="module" src="/${page.script}"></script>`,
    );
    return;
  }
  const name = pathname.replace(/^\/(other\/)?/, '');
  const script = built.includes(name) ? readFileSync(join(folder, name)) : SCRIPTS[name];
  if (script === undefined) response.statusCode = 404;
  response.setHeader('content-type', 'text/javascript');
  response.end(script);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const disk = mkdtempSync(join(tmpdir(), 'layertap-'));

/** Writes a page with classic scripts. @returns its address */
function onDisk(name, script, code) {
  writeFileSync(
    join(disk, name),
    `<!doctype html><meta charset="utf-8"><body><script src="${script}"></script><script>${code}</script>`,
  );
  return pathToFileURL(join(disk, name)).href;
}

/** Beside the page, without its parts. */
copyFileSync(join(folder, 'layertap.global.js'), join(disk, 'alone.js'));

/** Uses a viewer before its scripts have come. */
const AT_ONCE = `
  const { Linear, listHooks, mountViewer, select, Sequential, tensor } = layertap;
  const net = new Sequential(new Linear(1, 1), new Linear(1, 1));
  const messageOf = (act) => { try { act(); } catch (error) { return error.message; } };
  const [first, second] = [1, 2].map(() => document.body.appendChild(document.createElement("div")));
  // Without hooks its layers run as one, and a plan of that is kept.
  net(tensor([[1]]));
  const viewer = mountViewer(first, select(net, "*"));
  viewer.state.change({ filter: "^1$" });
  const messages = [() => mountViewer(first, select(net, "*")), () => mountViewer(second, net)].map(messageOf);
  mountViewer(second, select(net, "*")).unmount();
  const hooks = listHooks(net).length;
  net(tensor([[1]]));
  (async () => {
    while (first.shadowRoot.querySelector("input")?.value !== "^1$") await new Promise(requestAnimationFrame);
    report({ messages, hooks, filter: viewer.state.view.filter, tags: viewer.store.tags("histogram"), second: second.shadowRoot.childElementCount });
  })();`;

const WITHOUT_PARTS = `
  const { Linear, mountActivation, mountViewer, select, Sequential, tensor } = layertap;
  const net = new Sequential(new Linear(1, 1));
  const [first, second] = [1, 2].map(() => document.body.appendChild(document.createElement("div")));
  const viewer = mountViewer(first, select(net, "*"));
  mountActivation(second, net.at(0));
  net(tensor([[1]]));
  (async () => {
    while (!/could not/.test(first.shadowRoot.textContent) || !/could not/.test(second.textContent)) await new Promise(requestAnimationFrame);
    const said = [first.shadowRoot.textContent, second.textContent];
    viewer.unmount();
    report({ said, left: first.shadowRoot.textContent });
  })();`;

const STALE_PART = `
  const { Linear, mountViewer, select, Sequential } = layertap;
  const element = document.body.appendChild(document.createElement("div"));
  mountViewer(element, select(new Sequential(new Linear(1, 1)), "*"));
  (async () => {
    while (!/could not/.test(element.shadowRoot.textContent)) await new Promise(requestAnimationFrame);
    report({ said: element.shadowRoot.textContent });
  })();`;

// A classic script is read in the encoding of its page.
for (const name of built.filter((one) => /\.part\.js$|global\.js$/.test(one))) {
  assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /[^\0-\x7f]/, `${name} is not ASCII`);
}

// A cache may hold a part of another build: the key of a part is a hash of its function.
const keyOf = (text) => /\["(\w{12})"\]=(.*);\n$/s.exec(text);
for (const name of built.filter((one) => one.endsWith('.part.js'))) {
  const [, key, made] = keyOf(readFileSync(join(folder, name), 'utf8'));
  assert.equal(key, createHash('sha256').update(made).digest('hex').slice(0, 12), name);
}
const stale = join(disk, 'stale');
cpSync(folder, stale, { recursive: true });
const drawing = readFileSync(join(stale, 'drawing.part.js'), 'utf8');
writeFileSync(join(stale, 'drawing.part.js'), drawing.replace(keyOf(drawing)[1], 'another'));
writeFileSync(join(stale, 'package.json'), '{ "type": "module" }');
assert.match(
  spawnSync(process.execPath, [join(stale, 'drawing.js')], { encoding: 'utf8' }).stderr,
  /layertap: drawing\.part\.js is of another build than drawing\.js/,
);

// The hooks alone are those of the package, but for the global ones, which reach Modules only.
const [all, alone, entry] = await Promise.all(
  ['browser/layertap.js', 'browser/hooks.js', 'index.js'].map(
    (name) => import(new URL(`../../dist/${name}`, import.meta.url)),
  ),
);
assert.deepEqual(
  Object.keys(entry).filter((name) => !(name in all)),
  [],
);
assert.deepEqual(
  // Shorter ones are what layertap.js imports beside them.
  Object.keys(alone).filter((name) => name.length > 2 && !(name in all)),
  [],
);

const chromium = await launch('chromium');
let passed = 0;
let failed = 0;

/**
 * @param warning what the page must print as its only warning; undefined: it must print none
 * @param complaint what its errors must be about; undefined: it must have none
 */
async function check(name, url, expected, { warning, complaint, browser = chromium } = {}) {
  const page = await browser.newPage();
  let report;
  const complaints = [];
  const warnings = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
    if (message.type() === 'warn') warnings.push(message.text());
  });
  try {
    const reported = new Promise((resolve, reject) => {
      report = resolve;
      AbortSignal.timeout(60_000).addEventListener('abort', () => reject(new Error('the page did not report')));
    });
    await page.exposeFunction('report', report);
    // The page may report before it has loaded.
    const [findings] = await Promise.all([reported, page.goto(url)]);
    if (expected.error !== undefined) assert.match(findings.error ?? '', expected.error);
    else assert.deepEqual(findings, expected);
    if (complaint === undefined) assert.deepEqual(complaints, []);
    else assert.match(complaints.join('\n'), complaint);
    assert.equal(warnings.length, warning === undefined ? 0 : 1, warnings.join('\n'));
    if (warning !== undefined) assert.match(warnings[0], warning);
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.message}\n${complaints.join('\n')}`);
  }
  await page.close();
}

for (const [path, { expected, warning }] of Object.entries(PAGES)) {
  await check(path, `http://127.0.0.1:${server.address().port}${path}`, expected, { warning });
}
const firefox = await launch('firefox');
const globalScript = pathToFileURL(join(folder, 'layertap.global.js')).href;
for (const [name, browser] of Object.entries({ chromium, firefox })) {
  const url = onDisk('page.html', globalScript, SCRIPTS['global.js']);
  await check(`the global, from a disk, in ${name}`, url, { ...EXPECTED, kernels: 'relaxed' }, { browser });
}
await check('a viewer before its scripts have come', onDisk('at-once.html', globalScript, AT_ONCE), {
  messages: [
    'mountViewer(): the element holds a viewer already; unmount() that one first',
    "liveSource(): the selection must be what select() gives, got a Sequential\n  expected: select(model, '**'), the modules inside it; select(model, () => true), the model too",
  ],
  hooks: 2,
  filter: '^1$',
  tags: ['0', '1'],
  second: 0,
});
await check(
  'the global without its parts',
  onDisk('alone.html', 'alone.js', WITHOUT_PARTS),
  { said: ['The viewer could not be loaded.', 'The picture could not be loaded.'], left: '' },
  { complaint: /\w\.part\.js could not be loaded; it belongs beside layertap\.global\.js/ },
);
await check(
  'the global with a part of another build',
  onDisk('stale.html', 'stale/layertap.global.js', STALE_PART),
  { said: 'The viewer could not be loaded.' },
  { complaint: /drawing\.part\.js is of another build than layertap\.global\.js/ },
);

await chromium.close();
await firefox.close();
server.close();
rmSync(disk, { recursive: true });
console.log(`files: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
