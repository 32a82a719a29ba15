// Packs the package, installs it into an empty folder, and uses it there.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedText, stagePackage } from '../../scripts/stage-package.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'layertap-package-'));
const run = (command, ...inputs) =>
  execFileSync(command, inputs, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', stagePackage(), '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  );
  const strange = packed.files
    .map(({ path }) => path)
    .filter((path) => !/^(dist\/|docs\/[\w-]+\.md$|llms\.txt$|package\.json$|README\.md$|LICENSE$)/.test(path));
  assert.deepEqual(strange, [], 'unexpected files in the package');

  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', 'install', '--no-audit', '--no-fund', `./${packed.filename}`);
  checkLinks(join(folder, 'node_modules/layertap'), packed.files);

  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `layertap${entry.slice(1)}`);
  for (const entry of entries) {
    const names = run(
      process.execPath,
      '--input-type=module',
      '-e',
      `console.log(Object.keys(await import('${entry}')).length)`,
    );
    const required = run(
      process.execPath,
      '--no-warnings',
      '--input-type=commonjs',
      '-e',
      `console.log(Object.keys(require('${entry}')).length)`,
    );
    assert.ok(Number(names) > 0, `${entry} exports nothing`);
    assert.equal(required, names, `require('${entry}') gives different names than import`);
  }

  const program = `
    import { Linear, rand } from 'layertap';
    import { SummaryWriter } from 'layertap/tensorboard';
    const layer = new Linear(3, 2);
    const writer = new SummaryWriter('logs');
    layer.registerForwardHook((module, inputs, output) => writer.addHistogram(String(module), output));
    layer(rand(4, 3));
    await writer.close();
    console.log('logged');
  `;
  assert.equal(run(process.execPath, '--input-type=module', '-e', program).trim(), 'logged');

  // The command, with its page.
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(run('npx', '--no', '--', 'layertap', '--version').trim(), version);
  const viewer = spawn(join(folder, 'node_modules/.bin/layertap'), ['view', 'logs', '--port', '0'], { cwd: folder });
  const [printed] = await once(viewer.stdout, 'data');
  const url = /http:\/\/\S+/.exec(printed)[0];
  for (const name of ['', 'page.js', 'licences.txt']) {
    assert.equal((await fetch(url + name)).status, 200, name);
  }
  viewer.kill('SIGINT');
  assert.equal((await once(viewer, 'exit'))[0], 0);
  run('npx', '--no', '--', 'layertap', 'report', 'logs');
  assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /^<!doctype html>/);

  // The types, in projects without Symbol.dispose that check their packages: each entry alone, and a model.
  const model = `
    import { type ForwardHook, Linear, Module, ModuleList, rand, type Tensor } from 'layertap';
    class Network extends Module {
      layers = new ModuleList([new Linear(3, 2)]);
      forward(x: Tensor): Tensor {
        return this.layers.at(0)(x);
      }
    }
    const hook: ForwardHook = (module, inputs, output) => console.log(String(module), inputs.length, output);
    const net = new Network();
    net.layers.at(0).registerForwardHook(hook).remove();
    const y: Tensor = net(rand(4, 3));
    console.log(y.shape);
  `;
  const alone = entries.map((entry) => `import * as all from '${entry}'; console.log(all);`);
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const checked = { strict: true, skipLibCheck: false, types: [], target: 'es2022', lib: ['ES2022', 'DOM'] };
    const compilerOptions = { ...checked, module, moduleResolution, noEmit: true };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
    for (const source of [model, ...alone]) {
      writeFileSync(join(folder, 'types.ts'), source);
      run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', folder);
    }
  }
  console.log(
    `package: ${packed.filename}, ${packed.files.length} files, ${packed.size} bytes; ${entries.length} entries import and require`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** Every link of the packed pages leads to a packed file, or into the web. */
function checkLinks(installed, files) {
  const paths = files.map(({ path }) => path);
  let links = 0;
  for (const page of paths.filter((path) => /\.md$|^llms\.txt$/.test(path))) {
    const text = readFileSync(join(installed, page), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, 'code');
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https:|#)/.test(target)) continue;
      links++;
      const path = posix.join(posix.dirname(page), target.split('#')[0]);
      assert.ok(paths.includes(path), `${page} links to ${target}, which is not in the package`);
    }
  }
  assert.ok(links > 40, `${links} links`);
  // With a repository, what is not packed is there.
  assert.equal(
    packedText(
      'docs/x.md',
      '[`a`](../examples/a/main.ts#b) ![c](images/c.png) `[d](e)`',
      'https://github.com/o/r',
      '1.2.3',
    ),
    '[`a`](https://github.com/o/r/blob/v1.2.3/examples/a/main.ts#b) ![c](https://github.com/o/r/raw/v1.2.3/docs/images/c.png) `[d](e)`',
  );
}
