// Statistics that the graph computes, on WebGPU in pages. In Node the adapter is told WebGPU, and the CPU computes: the nodes
// are the same. Expected statistics are those of the values, read by ordinary observers.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxModel, type OnnxRuntime } from '../../../adapters/onnx/index.ts';
import { registerEdit, TensorSummary } from '../../../src/adapter.ts';
import { forEachTensor } from '../../../src/hooks/index.ts';
import { type ReadingEvent, type Summary, select, statistics, summarize } from '../../../src/index.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, floats, NAMES, numbersOf } from './load.ts';

const isPage = 'onnxTestPage' in globalThis;
const onCpu = {
  InferenceSession: {
    create: (model: Uint8Array, { executionProviders: _, ...options }: ort.InferenceSession.SessionOptions) =>
      ort.InferenceSession.create(model, options),
  },
};
const runtime = (isPage ? ort : onCpu) as OnnxRuntime<ort.Tensor>;

/** What the runtime logs. It keeps the functions of the console that it finds when its first session is created. */
const logged: string[] = [];
if (isPage) {
  for (const method of ['log', 'warn', 'error', 'info', 'debug'] as const) {
    const write = console[method];
    console[method] = (...texts: unknown[]) => {
      const text = texts.join(' ');
      if (/onnxruntime/.test(text)) logged.push(text);
      else write.apply(console, texts);
    };
  }
}

const open = (name: string, more: object = {}): Promise<OnnxModel<ort.Tensor>> =>
  createOnnx(runtime, bytesOf(name), { sessionOptions: { executionProviders: ['webgpu'], ...more } });

type Found = readonly [place: string, shape: readonly number[], summary: Summary | undefined];

/** The statistics of all values in a run. */
async function found(net: OnnxModel<ort.Tensor>, feeds: Record<string, ort.Tensor>, declared: boolean) {
  const seen: Promise<Found>[] = [];
  let standIns = 0;
  const observer = ({ path, call, output, reader }: ReadingEvent) => {
    forEachTensor(
      output,
      (value) => reader!.is(value),
      (tensor, place) => {
        if (tensor instanceof TensorSummary) standIns++;
        const [at, shape] = [`${path}${place} #${call}`, [...reader!.shape(tensor)]];
        seen.push(Promise.resolve(reader!.summarize!(tensor)).then((summary) => [at, shape, summary]));
      },
    );
  };
  const handle = declared
    ? select(net, '**').observe(observer, { reads: 'statistics' })
    : select(net, '**').observe(observer);
  const { registrations } = explain(net);
  await net(feeds);
  handle.remove();
  return { all: await Promise.all(seen), standIns, registrations };
}

/** @param rounding of the values, relative */
function same([at, shape, summary]: Found, [place, dims, expected]: Found, rounding = 0): void {
  assert.equal([at.replace(/#.*/, ''), shape], [place.replace(/#.*/, ''), dims]);
  if (expected === undefined || summary === undefined) {
    assert.is(summary, expected);
    return;
  }
  const { mean, variance, min, max, ...counts } = summary;
  const { mean: m, variance: v, min: lowest, max: highest, ...others } = expected;
  assert.equal(counts, others, at);
  const scale = Math.max(Math.abs(lowest), Math.abs(highest)) || 0;
  const close = (a: number, b: number, allowed: number) => Object.is(a, b) || Math.abs(a - b) <= allowed;
  assert.ok(close(min, lowest, rounding * scale) && close(max, highest, rounding * scale), `${at}: ${min} to ${max}`);
  assert.ok(close(mean, m, (2e-7 + rounding) * scale), `${at}: mean ${mean}, expected ${m}`);
  assert.ok(close(variance, v, (2e-6 + 10 * rounding) * v), `${at}: variance ${variance}, expected ${v}`);
}

for (const name of NAMES) {
  for (const exporter of EXPORTERS) {
    test(`${name}.${exporter}: the graph computes the statistics of every module and node that others can read`, async () => {
      const net = await open(`${name}.${exporter}`);
      const feeds = feedsOf(factsOf(name));
      const declared = await found(net, feeds, true);
      const read = await found(net, feeds, false);
      assert.is(declared.all.length, read.all.length);
      // The CPU computes float16 in float32, and rounds what is read.
      const rounding = name === 'half' ? 1e-3 : 0;
      for (const [i, one] of declared.all.entries()) same(one, read.all[i]!, rounding);
      const compiled = declared.registrations.filter(({ way }) => way === 'compile');
      assert.ok(compiled.length > 0 && declared.standIns >= compiled.length, 'the graph computes some');
      assert.is(read.standIns, 0);
      assert.match(compiled[0]!.why, /nodes of the graph compute the statistics/);
      await net.release();
    });
  }
}

const LARGEST = 3.4028234663852886e38;

test('NaN, infinities, zeros, large and small values are counted apart, in float32', async () => {
  const net = await open('graphs/hidden');
  const seen: Summary[] = [];
  net
    .getSubmodule('double')
    .observe(({ output, reader }) => seen.push(reader!.summarize!(output) as Summary), { reads: 'statistics' });
  for (const values of [
    [NaN, Infinity, -Infinity, 0, -0, 1.5, -2, NaN, Infinity],
    [NaN, NaN],
    [Infinity],
    [-Infinity, -Infinity, NaN],
    [LARGEST / 2, -LARGEST / 2, LARGEST / 4],
    [LARGEST / 2, LARGEST / 2.1],
    [1000.25, 1000.5, 1000.75],
    [1e-30, 2e-30, 4e-30],
    [0, 0, -0],
    [7],
    [],
    Array.from({ length: 70_001 }, (_, i) => 1e6 + Math.sin(i)),
  ]) {
    seen.length = 0;
    await net({ x: floats(...values) });
    const doubled = Float32Array.from(values, (x) => 2 * x);
    const expected = summarize(doubled);
    same(['double', [values.length], seen[0]!], ['double', [values.length], expected]);
  }
  await net.release();
});

test('counts beyond what float32 holds are exact', async () => {
  // Takes seconds on software.
  if (isPage) return;
  const net = await open('graphs/hidden');
  const seen: Summary[] = [];
  select(net, 'double')
    .observe()
    .pipe(statistics())
    .subscribe((one) => seen.push(one));
  const values = new Float32Array(17_000_001);
  values.fill(1, 0, 5);
  await net({ x: new ort.Tensor('float32', values, [values.length]) });
  assert.is(seen[0]!.zeros, 16_999_996);
  assert.is(seen[0]!.count, 17_000_001);
  await net.release();
});

test('statistics are of the value behind edits and hooks; another observer has the value read', async () => {
  const net = await open('graphs/hidden');
  const point = net.getSubmodule('double');
  const means: number[] = [];
  const ways: string[] = [];
  point.observe(async ({ output, reader }) => means.push((await reader!.summarize!(output))!.mean), {
    reads: 'statistics',
  });
  const run = async () => {
    ways.push(explain(net).registrations.find(({ kind }) => kind === 'observer')!.way);
    return numbersOf((await net({ x: floats(1, 2) })).y!);
  };
  assert.equal(await run(), [-2, -4]);
  const edit = registerEdit(point, { add: 1 });
  assert.equal(await run(), [-3, -5]);
  edit.remove();
  const hook = point.registerForwardHook(() => floats(10, 20));
  assert.equal(await run(), [-10, -20]);
  hook.remove();
  const other = point.observe(() => {});
  assert.equal(await run(), [-2, -4]);
  other.remove();
  assert.equal(await run(), [-2, -4]);
  assert.equal(means, [3, 4, 15, 3, 3]);
  assert.equal(ways, ['compile', 'compile', 'declare', 'declare', 'compile']);
  await net.release();
});

test('all nodes of the statistics are placed on WebGPU', async () => {
  if (!isPage) return;
  logged.length = 0;
  const net = await open('mlp.dynamo', { logSeverityLevel: 0 });
  select(net, '**').observe(() => {}, { reads: 'statistics' });
  await net.prepare();
  const placed = logged.flatMap(
    (line) => /nodes?(?:\(s\))? placed on \[(\w+)\]. Number of nodes: (\d+)/i.exec(line) ?? [],
  );
  assert.equal(placed.slice(1, 2), ['WebGpuExecutionProvider']);
  assert.ok(Number(placed[2]) > 100, `only ${placed[2]} nodes`);
  assert.is(placed.length, 3, 'no other provider has nodes');
  await net.release();
});

test.run();
