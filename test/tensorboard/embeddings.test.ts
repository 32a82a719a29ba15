import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ones, tensorReader } from '../../src/index.ts';
import { type AddEmbeddingOptions, MemorySink, StreamSink, SummaryWriter } from '../../src/tensorboard/index.ts';
import { messageOf } from '../fixtures/errors.ts';
import { fixtureJson } from '../fixtures/fixture.ts';
import { type ArrayFixture, arrayOf } from './fixture.ts';
import { pixelsOf } from './pixels.ts';
import { temporaryDirectory } from './temporary.ts';

interface EmbeddingCase {
  name: string;
  calls: { matrix: ArrayFixture; options: AddEmbeddingOptions & { labelImg?: ArrayFixture } }[];
  files: Record<string, string | ArrayFixture>;
}

/** The files below a directory but for the event file, by their paths with '/'. */
function filesIn(directory: string): Map<string, Uint8Array> {
  const paths = (readdirSync(directory, { recursive: true }) as string[]).sort();
  return new Map(
    paths
      .filter((path) => !path.includes('tfevents') && statSync(join(directory, path)).isFile())
      .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(directory, path))]),
  );
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

for (const { name, calls, files } of fixtureJson<{ cases: EmbeddingCase[] }>('tensorboard/embeddings.json').cases) {
  test(`addEmbedding() writes PyTorch's files: ${name}`, () => {
    const directory = temporaryDirectory();
    const writer = new SummaryWriter(directory);
    for (const { matrix, options } of calls) {
      const { labelImg, ...rest } = options;
      // Without a step, PyTorch takes 0.
      writer.addEmbedding(arrayOf(matrix), {
        step: 0,
        ...rest,
        ...(labelImg && { labelImg: arrayOf(labelImg as ArrayFixture) }),
      });
    }
    const found = filesIn(directory);
    assert.equal([...found.keys()], Object.keys(files).sort());
    for (const [path, expected] of Object.entries(files)) {
      const bytes = found.get(path)!;
      if (typeof expected === 'string') assert.is(text(bytes), expected, path);
      else {
        assert.equal(pixelsOf(bytes, 3), { shape: expected.shape, data: [...arrayOf(expected).data] }, path);
      }
    }
  });
}

test('without a step, each tag counts its own; a second embedding of a tag and step replaces the first', () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory, { reader: tensorReader });
  writer.addEmbedding(ones(2, 2));
  writer.addEmbedding(ones(2, 2));
  writer.addEmbedding([[5, 6]], { step: 1, metadata: [true] });
  const found = filesIn(directory);
  assert.equal(
    [...found.keys()],
    ['00000/default/tensors.tsv', '00001/default/metadata.tsv', '00001/default/tensors.tsv', 'projector_config.pbtxt'],
  );
  assert.is(text(found.get('00001/default/tensors.tsv')), '5.0\t6.0\n');
  assert.is(text(found.get('00001/default/metadata.tsv')), 'True\n');
  assert.is(text(found.get('projector_config.pbtxt')).match(/tensor_name/g)!.length, 2);
});

test('images that are higher than wide, where PyTorch throws, and bytes', () => {
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  const labelImg = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), shape: [3, 1, 2, 1] };
  writer.addEmbedding([[1], [2], [3]], { labelImg });
  return sink
    .files()
    .get('run/00000/default/sprite.png')!
    .arrayBuffer()
    .then((bytes) => {
      const grey = [10, 30, 20, 40, 50, 0, 60, 0].flatMap((value) => [value, value, value]);
      assert.equal(pixelsOf(new Uint8Array(bytes), 3), { shape: [4, 2, 3], data: grey });
    });
});

test('a tag that would lead out of its directory stays in it', () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  for (const tag of ['.', '..', '...']) writer.addEmbedding([[1]], { tag });
  assert.equal(
    [...filesIn(directory).keys()],
    ['00000/%2e%2e/tensors.tsv', '00000/%2e/tensors.tsv', '00000/.../tensors.tsv', 'projector_config.pbtxt'],
  );
});

test('a sink that cannot store whole files is named', async () => {
  const writer = new SummaryWriter('run', { sink: new StreamSink(new WritableStream()) });
  assert.is(
    messageOf(() => writer.addEmbedding([[1]])),
    'SummaryWriter.addEmbedding("default"): the sink must have a method writeFile(), got a StreamSink',
  );
  await writer.close();
});

test('parts that do not fit each other are refused, and nothing is written', () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  const add = (matrix: unknown, options?: unknown) =>
    messageOf(() => writer.addEmbedding(matrix as never, options as never)).replace(
      'SummaryWriter.addEmbedding("default"): ',
      '',
    );
  const cases: [message: string, expected: string][] = [
    [add([1, 2]), 'mat should be 2D, where mat.size(0) is the number of data points; got the shape [2]'],
    [add([[1]], { metadata: [] }), '#labels should equal with #data points; got 0 labels and 1 rows'],
    [
      add([[1]], { labelImg: [[[[1]]], [[[1]]]] }),
      '#images should equal with #data points; got 1 rows and images of shape [2, 1, 1, 1]',
    ],
    [add([[1]], { metadataHeader: ['a'] }), 'metadataHeader needs metadata, got none'],
    [add([[1]], { metadata: ['a\tb'] }), 'metadata[0] must have no tab and no line break, got the string "a\\tb"'],
    [add([[1]], { metadata: [null] }), 'metadata[0] must be a string, a number or a boolean, got null'],
    [
      add([[1]], { metadata: [['a']] }),
      'metadata[0] must be one label, since there is no metadataHeader, got an array of length 1',
    ],
    [
      add([[1]], { metadata: ['a'], metadataHeader: ['x', 'y'] }),
      'metadata[0] must be an array of 2 labels, got the string "a"',
    ],
    [add([[1]], { labelImg: [[[[1]], [[1]]]] }), 'the number of channels must be 1, 3, got 2'],
    [
      add([[1]], { labels: ['a'] }),
      'unknown option "labels"; the options are metadata, metadataHeader, labelImg, step, tag',
    ],
  ];
  for (const [message, expected] of cases) assert.is(message, expected);
  assert.equal(filesIn(directory), new Map());
});

test.run();
