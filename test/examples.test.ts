// Runs every example as a user does, on the built package, and checks what it prints.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { built } from './built.ts';
import { readEvents } from './tensorboard/read-events.ts';

built('index.js');
const root = fileURLToPath(new URL('..', import.meta.url));
const tested = new Set<string>();

function run(example: string, ...inputs: string[]): string {
  tested.add(dirname(example));
  const program = join('examples', example);
  return execFileSync(process.execPath, ['--import', 'tsx', program, ...inputs], { cwd: root, encoding: 'utf8' });
}

test('examples/inspect prints what stands in the README and in the guide', () => {
  const shown = run('inspect/main.ts');
  const answers = shown
    .split(/^# (?=.+\?$)/m)
    .slice(1)
    .map((text) => text.slice(text.indexOf('\n')).trim());
  assert.is(answers.length, 7);
  for (const page of ['README.md', 'docs/inspect.md']) {
    const text = readFileSync(join(root, page), 'utf8');
    // Every second part is inside of fences.
    const parts = text.split(/^```/m).filter((_, i) => i % 2 === 1);
    const blocks = parts.map((part) => withoutTimes(part.slice(part.indexOf('\n')).trim()));
    for (const answer of answers) {
      // The guide shows a comparison with PyTorch.
      if (page !== 'README.md' && answer.startsWith('FAIL')) continue;
      assert.ok(blocks.includes(withoutTimes(answer)), `${page} must have\n${answer}`);
    }
  }
});

/** A table of times differs from run to run: in its numbers, the widths of its columns and the order of its rows. */
function withoutTimes(block: string): string {
  if (!/^module +type +calls/.test(block)) return block;
  const lines = block.split('\n').map((line) => line.replace(/\d+\.\d+/g, '0.0').replace(/ +/g, ' '));
  return lines.sort().join('\n');
}

test('examples/patching names the units that carry the difference, and draws the picture of the guide', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layertap-patching-'));
  try {
    const picture = join(folder, 'patching.svg');
    const shown = run('patching/main.ts', picture);
    // NumPy in float64: 27.25, 23.38; 22.98.
    assert.match(shown, /^fc2: unit 6 27 %, unit 4 23 %/m);
    assert.match(shown, /^fc1 as a whole: 100 %$/m);
    const drawn = readFileSync(picture, 'utf8');
    assert.is(drawn.match(/<rect x=/g)?.length, 32 + 16);
    assert.is(drawn, readFileSync(join(root, 'docs/images/patching.svg'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('examples/first-difference names the layer with the slip, and the command does too', () => {
  const shown = run('first-difference/main.ts');
  assert.match(shown, /^FAIL: "blocks\.1\.norm" \(LayerNorm\) differs: .* 750 times the tolerance; 64 of 64 values$/m);
  assert.match(shown, /its eps, 1e-3 instead of 1e-5\.$/m);
  const files = ['python.safetensors', 'model.onnx'].map((name) => join('examples/first-difference/data', name));
  const { status, stdout } = spawnSync(process.execPath, [built('command.js'), 'diff', ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.is(status, 1);
  assert.ok(shown.startsWith(stdout.trimEnd()));
});

test('examples/digits shows its tables, and logs three layers, then two', () => {
  const logDir = mkdtempSync(join(tmpdir(), 'layertap-digits-'));
  try {
    const shown = run('digits/main.ts', logDir);
    const rows = shown.split('\n').filter((line) => /^fc\d\s/.test(line));
    assert.equal(
      rows.map((row) => row.slice(0, 3)),
      ['fc1', 'fc2', 'fc3', 'fc1', 'fc3'],
    );
    assert.match(rows[0]!, /^fc1 {3}Linear\(in_features=64, out_features=32, bias=True\) +6 +\[60,32\] /);
    // What PyTorch's predictions come to: see examples/digits/data/README.md.
    assert.is(shown.match(/351 of 360 digits read \(97\.5 %\)/g)?.length, 2);
    assert.ok(shown.includes(`tensorboard --logdir ${logDir}`));

    const files = readdirSync(logDir);
    assert.is(files.length, 1);
    const histograms = readEvents(readFileSync(join(logDir, files[0]!))).filter(({ tag }) => tag !== undefined);
    const features = { fc1: 32, fc2: 16, fc3: 10 };
    for (const [tag, width] of Object.entries(features)) {
      const ofLayer = histograms.filter((event) => event.tag === tag);
      const steps = tag === 'fc2' ? 6 : 12;
      assert.equal(
        ofLayer.map(({ step }) => step),
        Array.from({ length: steps }, (_, i) => i),
        tag,
      );
      for (const { histogram } of ofLayer) {
        assert.is(
          histogram!.counts.reduce((sum, count) => sum + count, 0),
          60 * width,
          tag,
        );
        assert.is(histogram!.num, 60 * width, tag);
      }
    }
    assert.is(histograms.length, 12 + 6 + 12);
  } finally {
    rmSync(logDir, { recursive: true });
  }
});

test('examples/activations logs every second call of three layers, and reads that back', () => {
  const logDir = mkdtempSync(join(tmpdir(), 'layertap-activations-'));
  try {
    const lines = run('activations/main.ts', logDir).trim().split('\n');
    const values: Record<string, number> = { '0': 3200, '2': 3200, '4': 400 };
    const expected = [0, 2, 4].flatMap((step) =>
      Object.keys(values).map((tag) => `layer ${tag}, step ${step}: ${values[tag]} values`),
    );
    assert.equal(
      lines.map((line) => line.replace(/ from -\d+\.\d\d to \d+\.\d\d$/, '')),
      expected,
    );
  } finally {
    rmSync(logDir, { recursive: true });
  }
});

test('examples/tfjs logs every convolution, and finds the units that matter', () => {
  const logDir = mkdtempSync(join(tmpdir(), 'layertap-tfjs-'));
  try {
    const shown = run('tfjs/main.ts', logDir);
    assert.match(shown, /^F_0 +\[1, 24, 24, 64\]$/m);
    assert.ok(shown.includes('24 x 24 pixels in, 48 x 48 out'));
    const effects = [...shown.matchAll(/unit +\d+[:,] (\d+\.\d\d) of 255/g)].map((match) => Number(match[1]));
    assert.is(effects.length, 6);
    assert.ok(effects[0]! > 0.5 && effects[5]! < effects[0]! / 2, effects.join());
    const histograms = readEvents(readFileSync(join(logDir, readdirSync(logDir)[0]!))).filter(({ tag }) => tag);
    assert.is(histograms.length, 12, 'one for each Conv2D');
    const first = histograms.find(({ tag }) => tag === 'F_0')!;
    assert.is(first.histogram!.num, 24 * 24 * 64);
  } finally {
    rmSync(logDir, { recursive: true });
  }
});

test('examples/tfjs-grad-cam draws where the model looks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layertap-grad-cam-'));
  try {
    const path = join(folder, 'picture.png');
    const shown = run('tfjs-grad-cam/main.ts', path);
    assert.match(shown, /^sad +69\.\d %$/m);
    const map = shown.split('What speaks for "sad":\n\n')[1]!.split('\n').slice(0, 16);
    assert.ok(map.every((row) => row.length === 32));
    // The eyes, in the sixth to tenth rows, are hot; the forehead above them is not.
    const heat = (rows: string[]) => (rows.join('').match(/[*#%@]/g) ?? []).length;
    assert.ok(heat(map.slice(5, 10)) > 10);
    assert.is(heat(map.slice(0, 4)), 0);
    assert.equal([...readFileSync(path).subarray(1, 4)], [0x50, 0x4e, 0x47]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('examples/onnx shows what the layers put out, and that each digit looks at its mirror image', () => {
  const shown = run('onnx/main.ts');
  assert.match(shown, /^encoder\.layers\.0\.self_attn #0 \[1, 8, 16\] mean /m);
  assert.match(shown, /^head #0 \[1, 8, 10\] mean /m);
  const rows = shown.split('\n').filter((line) => line.startsWith('writes'));
  const written = [6, 2, 9, 5, 1, 4, 1, 3];
  for (const [position, row] of rows.entries()) {
    assert.ok(row.startsWith(`writes ${written[position]}  `), row);
    assert.is(row.indexOf('@'), 'writes 0  '.length + 2 * (7 - position), row);
  }
  assert.is(rows.length, 8);
  assert.ok(shown.trim().endsWith('as an additional output; sessions: 1'));
});

test('examples/transformers steers the mood of what a model writes', () => {
  const lines = run('transformers/main.ts').trim().split('\n');
  const moods = lines
    .slice(0, 4)
    .map((line) => line.match(/glad|bright|kind|sad|dark|cruel/g)!.map((word) => /glad|bright|kind/.test(word)));
  assert.equal(moods, [
    [false, false, false],
    [false, false, false],
    [true, true, true],
    [true, true, true],
  ]);
  assert.is(lines.at(-1), 'model.transformer.h.0: nodes of the graph compute it');
});

test('examples/adapter shows every layer of a framework, ablates one and leaves it as it was', () => {
  const lines = run('adapter/main.ts').trim().split('\n');
  assert.is(lines[0], 'modules: (root) Chain, encoder Chain, encoder.fc Dense, encoder.act Relu, head Dense');
  // By hand: fc gives [1 - 3, 2 + 3]; relu [0, 5]; head 0.25 * 5.
  assert.is(lines[1], 'encoder.fc #0 [2] mean 1.500  std 3.500  min -2.000  max 5.000  zeros 0.0 %');
  assert.match(lines[2]!, /^encoder\.act #0 \[2\] mean 0\.000 .* zeros 100\.0 %$/);
  assert.equal(lines.slice(-2), ['ablated: [ 0 ]', 'plain: [ 1.25 ] 0 hooks']);
});

test('every example is run, here or in Chromium by .ci/run', () => {
  const ci = readFileSync(join(root, '.ci/run'), 'utf8');
  const inBrowser = [...ci.matchAll(/node (test\/browser\/\S+)/g)].map(([, path]) =>
    readFileSync(join(root, path!), 'utf8'),
  );
  const own = readdirSync(join(root, 'test/examples')).map((name) =>
    readFileSync(join(root, 'test/examples', name), 'utf8'),
  );
  const isRun = (example: string) =>
    tested.has(example) ||
    own.some((test) => test.includes(`'../../examples/${example}/`)) ||
    inBrowser.some((script) => script.includes(`'examples/${example}/`)) ||
    // In Python, by the script of the fixtures.
    readFileSync(join(root, 'test/fixtures/make/recordings.py'), 'utf8').includes(`EXAMPLES / "${example}"`);
  const untested = readdirSync(join(root, 'examples')).filter((example) => !isRun(example));
  assert.equal(untested, []);
});

test.run();
