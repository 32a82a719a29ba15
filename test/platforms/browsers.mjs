// Browsers: a bundle with every entry, its worker, a page without a bundler, and policies without `unsafe-eval`.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { openPage } from './pages.mjs';
import { Project } from './project.mjs';

/** Without inline scripts and without `eval`; WebAssembly is allowed by its own word. */
const STRICT = "default-src 'self'; style-src 'self'; script-src 'self'";
const POLICIES = { strict: STRICT, 'strict, with wasm': `${STRICT} 'wasm-unsafe-eval'` };

const page = (script) => `<!doctype html><title>layertap</title><script type="module" src="${script}"></script>`;

/** The address of a folder on an ordinary server: no file is renamed, no import rewritten. */
const WITHOUT_BUNDLER = `
  import { Linear, map, select, Sequential, tensor } from './browser/layertap.js';
  import { mountViewer } from './browser/viewer.js';

  async function run() {
    const net = new Sequential(new Linear(2, 1));
    net.at(0).weight.assign([2, 1]);
    net.at(0).bias.assign([0]);
    const element = document.body.appendChild(document.createElement('div'));
    mountViewer(element, select(net, '*'));
    net.at(0).transform(map((output) => output.add(1)));
    const [[value]] = net(tensor([[3, 1]])).toArray();
    if (value !== 8) throw new Error('expected 8, got ' + value);
    while (!element.shadowRoot.textContent.includes('Histograms')) await new Promise(requestAnimationFrame);
  }

  const send = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
  run().then(() => send({}), (error) => send({ error: String(error.stack ?? error) }));`;

const IN_WORKER = `
  const worker = new Worker('./worker-bundle.js', { type: 'module' });
  const send = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
  worker.onmessage = ({ data }) => send(data);
  worker.onerror = ({ message }) => send({ error: message });`;

async function runBrowser(tools, engine) {
  const project = new Project(tools, engine, {
    'index.html': page('bundle.js'),
    'files.html': page('files.js'),
    'files.js': WITHOUT_BUNDLER,
    'in-worker.html': page('in-worker.js'),
    'in-worker.js': IN_WORKER,
  });
  const esbuild = (entry, to) =>
    project.exec(project.tool('.bin/esbuild'), [entry, '--bundle', '--minify', '--format=esm', `--outfile=${to}`]);
  await esbuild('page.js', 'bundle.js');
  await esbuild('worker.js', 'worker-bundle.js');
  cpSync(project.tool('layertap/dist/browser'), join(project.folder, 'browser'), { recursive: true });
  const { version, result } = await openPage(project.folder, { engine });
  await openPage(project.folder, { engine, path: '/files.html' });
  await openPage(project.folder, { engine, path: '/in-worker.html' });
  const policies = [];
  for (const [name, policy] of Object.entries(POLICIES)) {
    const { result } = await openPage(project.folder, { engine, headers: { 'content-security-policy': policy } });
    policies.push(`${name}: ${result.kernels}`);
  }
  return { version, tried: `${result.kernels}; worker; without a bundler; policies (${policies.join('; ')})` };
}

export const BROWSERS = [
  ['Chromium', 'chromium'],
  ['Firefox', 'firefox'],
  ['WebKitGTK', 'webkit'],
].map(([name, engine]) => ({ name, run: (tools) => runBrowser(tools, engine) }));
