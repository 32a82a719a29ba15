// Real TensorBoard serves every kind of record that the writer writes, with both its loaders; and its histogram page,
// opened in Chromium, shows the three layers of examples/digits.
//
//   pip install tensorboard==2.21.0
//   npm run build && node test/tensorboard/outside/serve.mjs [the tensorboard program] [where to put the screenshot]
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Linear, Module, relu, zeros } from 'layertap';
import { SummaryWriter } from 'layertap/tensorboard';
import { launchChromium } from '../../browser/chromium.mjs';

const [program = 'tensorboard', screenshot] = process.argv.slice(2);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'layertap-served-'));
const logDir = join(scratch, 'all-kinds');

class Net extends Module {
  fc1 = new Linear(3, 4);
  fc2 = new Linear(4, 2);
  forward(x) {
    return this.fc2(relu(this.fc1(x)));
  }
}

/** One record of every kind. */
async function log() {
  const writer = new SummaryWriter(join(logDir, 'all'));
  for (const step of [0, 1, 2]) {
    writer.addScalar('loss', 1 / (step + 1), step);
    writer.addHistogram('weights', [1, 2, 3], step);
    writer.addHistogram('broken', [1, NaN, Infinity, 2], step);
  }
  writer.addScalar('new', 0.25, 0, { newStyle: true });
  writer.addScalars('curves', { train: 0.5, val: 0.75 }, 3);
  writer.addHistogramRaw(
    'raw',
    { min: 0, max: 2, num: 3, sum: 3, sumSquares: 5, bucketLimits: [0, 1, 2], bucketCounts: [0, 1, 2] },
    0,
  );
  writer.addImage('picture', { data: Uint8Array.from({ length: 48 }, (_, i) => i * 5), shape: [3, 4, 4] }, 0);
  writer.addImages('pictures', { data: new Float32Array(2 * 12).fill(0.5), shape: [2, 3, 2, 2] }, 0);
  writer.addText('note', 'a **bold** word', 0);
  writer.addHparams({ lr: 0.1, optimizer: 'adam', shuffle: true }, { 'hparam/accuracy': 0.9 }, { runName: 'trial' });
  writer.addGraph(new Net(), zeros(1, 3));
  await writer.close();
}

await log();
execFileSync(process.execPath, ['--import', 'tsx', 'examples/digits/main.ts', join(logDir, 'digits')], { cwd: root });
cpSync(join(logDir, 'digits'), join(scratch, 'runs', 'digits'), { recursive: true });

/** Starts TensorBoard on a free port and waits until it has loaded `count` runs. */
async function start(loader, directory, count) {
  // By its name alone: the page shows it.
  const child = spawn(
    program,
    ['--logdir', basename(directory), '--port', '0', '--host', '127.0.0.1', `--load_fast=${loader}`],
    {
      cwd: dirname(directory),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  for (let waited = 0; waited < 60_000; waited += 200) {
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
    if (url !== undefined) {
      const runs = await (await fetch(`${url}data/runs`)).json();
      if (runs.length >= count) return { child, url };
    }
    await sleep(200);
  }
  child.kill();
  throw new Error(`TensorBoard did not come up:\n${said}`);
}

let passed = 0;
let failed = 0;
async function check(name, action) {
  try {
    await action();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.message}`);
  }
}

async function checkServed(loader, url) {
  const get = async (path) => {
    const response = await fetch(url + path);
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return response.json();
  };
  const series = (plugin, run, tag, route = plugin) =>
    get(`data/plugin/${plugin}/${route}?run=${encodeURIComponent(run)}&tag=${encodeURIComponent(tag)}`);
  const named = (name) => `load_fast=${loader}: ${name}`;
  await check(named('runs'), async () => {
    const runs = (await get('data/runs')).sort();
    assert.deepEqual(runs, ['all', 'all/curves_train', 'all/curves_val', 'all/trial', 'digits']);
  });
  await check(named('scalars'), async () => {
    const points = await series('scalars', 'all', 'loss');
    assert.deepEqual(
      points.map(([, step, value]) => [step, value]),
      [
        [0, 1],
        [1, 0.5],
        [2, Math.fround(1 / 3)],
      ],
    );
    assert.deepEqual(
      (await series('scalars', 'all', 'new')).map(([, step, value]) => [step, value]),
      [[0, 0.25]],
    );
  });
  await check(named('scalars of several curves'), async () => {
    assert.deepEqual(
      (await series('scalars', 'all/curves_val', 'curves')).map(([, step, value]) => [step, value]),
      [[3, 0.75]],
    );
  });
  await check(named('histograms'), async () => {
    const points = await series('histograms', 'all', 'weights');
    assert.equal(points.length, 3);
    const [, step, buckets] = points[2];
    assert.equal(step, 2);
    assert.deepEqual(
      buckets.filter(([, , count]) => count > 0).map(([, , count]) => count),
      [1, 1, 1],
    );
  });
  await check(named('a histogram of NaN and infinities keeps finite axes, and their numbers are curves'), async () => {
    const [[, , buckets]] = await series('histograms', 'all', 'broken');
    assert.ok(buckets.flat().every(Number.isFinite));
    assert.equal((await series('scalars', 'all', 'broken/NaN')).length, 3);
    assert.equal((await series('scalars', 'all', 'broken/+Inf'))[0][2], 1);
  });
  await check(named('a raw histogram'), async () => {
    const [[, , buckets]] = await series('histograms', 'all', 'raw');
    assert.equal(
      buckets.reduce((sum, [, , count]) => sum + count, 0),
      3,
    );
  });
  await check(named('distributions'), async () => {
    assert.equal((await series('distributions', 'all', 'weights')).length, 3);
  });
  await check(named('images'), async () => {
    const tags = await get('data/plugin/images/tags');
    assert.deepEqual(Object.keys(tags.all).sort(), ['picture', 'pictures']);
    const [meta] = await get('data/plugin/images/images?run=all&tag=picture&sample=0');
    assert.equal(meta.step, 0);
    const image = await fetch(`${url}data/plugin/images/individualImage?${meta.query}`);
    assert.equal(image.headers.get('content-type'), 'image/png');
    const header = Buffer.from(await image.arrayBuffer());
    assert.deepEqual([header.readUInt32BE(16), header.readUInt32BE(20)], [4, 4]);
  });
  await check(named('text'), async () => {
    const [{ text, step }] = await get('data/plugin/text/text?run=all&tag=note%2Ftext_summary');
    assert.equal(step, 0);
    assert.match(text, /<strong>bold<\/strong>/);
  });
  await check(named('hparams'), async () => {
    const body = JSON.stringify({ experimentName: '' });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}data/plugin/hparams/experiment`, { method: 'POST', headers, body });
    assert.equal(response.status, 200);
    const experiment = await response.json();
    assert.deepEqual(experiment.hparamInfos.map(({ name }) => name).sort(), ['lr', 'optimizer', 'shuffle']);
    assert.ok(experiment.metricInfos.some(({ name }) => name.tag === 'hparam/accuracy'));
  });
  await check(named('the graph'), async () => {
    const info = await get('data/plugin/graphs/info');
    assert.ok(info.all.run_graph);
    const graph = await (await fetch(`${url}data/plugin/graphs/graph?run=all&conceptual=false`)).text();
    for (const name of ['input/input.1', 'Net/Linear[fc1]', 'Net/forward', 'Net/Linear[fc2]', 'output/output.1']) {
      assert.ok(graph.includes(`name: "${name}"`), `${name} in ${graph}`);
    }
  });
  await check(named('the three layers of the digits'), async () => {
    const tags = (await get('data/plugin/histograms/tags')).digits;
    assert.deepEqual(Object.keys(tags).sort(), ['fc1', 'fc2', 'fc3']);
    assert.deepEqual(
      await Promise.all(['fc1', 'fc2', 'fc3'].map(async (tag) => (await series('histograms', 'digits', tag)).length)),
      [12, 6, 12],
    );
  });
}

async function checkPage(url) {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1110 } });
    await page.goto(`${url}?darkMode=false#histograms`);
    const cards = page.locator('vz-histogram-timeseries');
    // Of three groups TensorBoard opens two.
    await cards.nth(1).waitFor({ timeout: 60_000 });
    await page.getByText('fc3', { exact: true }).click();
    await cards.nth(2).waitFor({ timeout: 60_000 });
    for (const [i, tag, steps] of [
      [0, 'fc1', 12],
      [1, 'fc2', 6],
      [2, 'fc3', 12],
    ]) {
      await check(`the histogram page shows ${steps} steps of ${tag}`, async () => {
        const ridges = cards.nth(i).locator('.histogram path');
        await ridges.nth(steps - 1).waitFor({ timeout: 60_000 });
        assert.equal(await ridges.count(), steps);
        assert.ok(await page.getByText(`tag: ${tag}`).isVisible());
      });
    }
    // Lines are animated.
    await sleep(2000);
    if (screenshot !== undefined) await page.screenshot({ path: screenshot });
  } finally {
    await browser.close();
  }
}

async function served(loader, directory, count, action) {
  const { child, url } = await start(loader, directory, count);
  try {
    await action(url);
  } finally {
    child.kill();
  }
}

try {
  for (const loader of ['true', 'false']) await served(loader, logDir, 5, (url) => checkServed(loader, url));
  await served('true', join(scratch, 'runs'), 1, checkPage);
} finally {
  rmSync(scratch, { recursive: true });
}
console.log(`TensorBoard: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
