// Every example is run as a user runs it, on the built package, and what it shows is checked.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readEvents } from './tensorboard/read-events.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (example: string, ...inputs: string[]) =>
  execFileSync(process.execPath, ['--import', 'tsx', join('examples', example), ...inputs], {
    cwd: root,
    encoding: 'utf8',
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

test('every folder of examples/ has a test here', () => {
  assert.equal(readdirSync(join(root, 'examples')), ['activations', 'digits']);
});

test.run();
