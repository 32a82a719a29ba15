import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as adapter from '../src/adapter.ts';
import * as layertap from '../src/index.ts';
import { built } from './built.ts';

test('the entry layertap exports these names', () => {
  assert.equal(Object.keys(layertap).sort(), [
    'AsyncTransformError',
    'ForwardError',
    'Hookable',
    'Identity',
    'LateEmissionError',
    'Linear',
    'Module',
    'ModuleDict',
    'ModuleList',
    'Parameter',
    'ReLU',
    'RemovableHandle',
    'Selection',
    'Sequential',
    'Tensor',
    'TooManyEmissionsError',
    'attach',
    'chunks',
    'clone',
    'distribution',
    'full',
    'getNumThreads',
    'histogram',
    'kernelName',
    'linear',
    'listHooks',
    'manualSeed',
    'ones',
    'queue',
    'rand',
    'randn',
    'ready',
    'registerModuleForwardHook',
    'registerModuleForwardPreHook',
    'relu',
    'removeAllHooks',
    'select',
    'setNumThreads',
    'setReporter',
    'statistics',
    'summarize',
    'tensor',
    'tensorReader',
    'withHooks',
    'zeros',
  ]);
});

test('the entry layertap/adapter exports these names', () => {
  assert.equal(Object.keys(adapter).sort(), [
    'FieldReader',
    'MalformedMessage',
    'MethodInterceptor',
    'OutputTensors',
    'RecordPlaces',
    'TensorSummary',
    'backwardHooks',
    'checkOptions',
    'describe',
    'editsOf',
    'encodeUtf8',
    'handleOf',
    'inputsOnDemand',
    'intercept',
    'listenersOf',
    'manualMemory',
    'nearest',
    'ownEntries',
    'readNumbers',
    'registerBackwardHook',
    'registerEdit',
    'replaceProperty',
    'report',
    'summaryReader',
    'tagsOf',
  ]);
});

test('the entries and the command of package.json are the inputs of rollup', async () => {
  const { exports, bin } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { library } = (await import('../rollup.config.mjs' as string)) as { library: { input: object } };
  const built = Object.keys(library.input).map((name) => `./dist/${name}.js`);
  const exported = Object.values(exports as Record<string, { default?: string }>).flatMap(
    (entry) => entry.default ?? [],
  );
  assert.equal([...exported, ...Object.values(bin).map((path) => `./${path}`)].sort(), built.sort());
});

test("every name in the README's table of entry points is exported there", async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const { library } = (await import('../rollup.config.mjs' as string)) as {
    library: { input: Record<string, string> };
  };
  const rows = [...readme.matchAll(/^\| `layertap(?:\/([\w/]+))?` \| (.*) \|$/gm)];
  assert.equal(
    rows.map(([, entry = 'index']) => entry).sort(),
    Object.keys(library.input)
      .filter((entry) => entry !== 'command')
      .sort(),
  );
  for (const [, entry = 'index', text] of rows) {
    const names = [...text!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    const exported = Object.keys((await import(`../${library.input[entry]}`)) as object);
    assert.ok(names.length > 0, entry);
    assert.equal(
      names.filter((name) => !exported.includes(name)),
      [],
      entry,
    );
  }
});

// With an import and an export instead, Rollup keeps all that the entry runs: a program that only reads event files gets the writer.
test('entries pass on what they export of others', () => {
  const code = readFileSync(built('tensorboard.js'), 'utf8');
  assert.match(code, /export\{[^}]*\breadEvents\b[^}]*\}from/);
});

test.run();
