// Written records, read by the library's own reader.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, Parameter, tensor, tensorReader } from '../../src/index.ts';
import { MemorySink, readEvents, SummaryWriter, type SummaryWriterOptions } from '../../src/tensorboard/index.ts';

async function written<T>(run: (writer: SummaryWriter<T>) => void, options: SummaryWriterOptions<T> = {}) {
  const sink = new MemorySink();
  const writer = new SummaryWriter<T>('run', { ...options, sink });
  run(writer);
  await writer.close();
  const events = [];
  for await (const event of readEvents([...sink.files().values()][0]!)) events.push(event);
  return events.slice(1);
}

test('outermost limits of 1e308 mean no limit, as in TensorFlow: the extremes are the edges', async () => {
  const sums = { num: 7, sum: 1, sumSquares: 1 };
  const events = await written((writer) => {
    const counts = [0, 3, 4];
    writer.addHistogramRaw('a', { ...sums, min: 1, max: 7, bucketLimits: [1, 2, 1e308], bucketCounts: counts });
    writer.addHistogramRaw('b', { ...sums, min: -6, max: 5, bucketLimits: [-1e308, 0, 5], bucketCounts: counts });
    writer.addHistogramRaw('c', { ...sums, min: 1, max: 9.9e307, bucketLimits: [1, 2, 9.9e307], bucketCounts: counts });
    // Without stored extremes, the bucket has no width: any other would be invented.
    const unknown = { ...sums, min: NaN, max: NaN, bucketCounts: counts };
    writer.addHistogramRaw('d', { ...unknown, bucketLimits: [1, 2, 1e308] });
    writer.addHistogramRaw('e', { ...unknown, bucketLimits: [-1e308, 0, 5] });
  });
  const edges = events.map((event) => event.kind === 'histogram' && [[...event.bins.lefts], [...event.bins.rights]]);
  assert.equal(edges, [
    [
      [1, 2],
      [2, 7],
    ],
    [
      [-6, 0],
      [0, 5],
    ],
    [
      [1, 2],
      [2, 9.9e307],
    ],
    [
      [1, 2],
      [2, 2],
    ],
    [
      [0, 0],
      [0, 5],
    ],
  ]);
});

test('numbers of every kind are logged by every method that takes numbers', async () => {
  const half = { type: 'float16', dims: [1], data: Uint16Array.of(0x3c00) };
  const events = await written((writer) => {
    writer.addScalar('half', half);
    writer.addScalar('brain', { dtype: 'torch.bfloat16', data: Uint16Array.of(0xc000) });
    writer.addScalar('long', BigInt64Array.of(-7n));
    writer.addScalar('bigint', 7n);
    writer.addScalar('true', true);
    writer.addScalar('mask', { type: 'bool', data: Uint8Array.of(255) });
    writer.addScalar('integers', Uint16Array.of(0x3c00));
    writer.addScalars('all', { half, yes: true });
    writer.addHistogramRaw('raw', {
      ...{ min: 0, max: 2, num: 3, sum: 3, sumSquares: 5 },
      bucketLimits: [0, 1, 2],
      bucketCounts: BigInt64Array.of(0n, 1n, 2n),
    });
  });
  const values = events.map((event) => (event.kind === 'scalar' ? event.value : event.kind));
  assert.equal(values, [1, -2, -7, 7, 1, 1, 0x3c00, 'histogram']);
  const raw = events.at(-1)!;
  assert.equal(raw.kind === 'histogram' && [...raw.bins.counts], [1, 2]);
});

test('a mask is an image in black and white, as in PyTorch, and bytes are bytes', async () => {
  const pictures = async (image: object) => {
    const [event] = await written((writer) => writer.addImage('a', image as never, 0, { dataformats: 'HW' }));
    return Buffer.from((event as unknown as { images: Uint8Array[] }).images[0]!).toString('hex');
  };
  const data = Uint8Array.of(0, 1, 1, 0);
  const floats = await pictures({ data: Float32Array.of(0, 1, 1, 0), shape: [2, 2] });
  for (const dtype of ['bool', 'torch.bool']) assert.is(await pictures({ data, shape: [2, 2], dtype }), floats);
  assert.is(await pictures({ data: BigInt64Array.of(0n, 1n, 1n, 0n), shape: [2, 2] }), floats);
  assert.is(await pictures({ data: Uint16Array.of(0, 0x3c00, 0x3c00, 0), dims: [2, 2], type: 'float16' }), floats);
  assert.is.not(await pictures({ data, shape: [2, 2], dtype: 'uint8' }), floats);
});

test('logging a parameter does not count as a change', async () => {
  const parameter = new Parameter(tensor([1, 2, 3]));
  const layer = new Linear(2, 2);
  const { version } = parameter;
  const before = layer.weight.version;
  await written((writer) => {
    writer.addHistogram('a', parameter);
    writer.addHistogram('b', [layer.weight, layer.weight]);
    writer.addScalar('c', new Parameter(tensor([5])));
  });
  await written((writer) => writer.addHistogram('a', layer.weight), { reader: tensorReader });
  assert.is(parameter.version, version);
  assert.is(layer.weight.version, before);
});

test.run();
