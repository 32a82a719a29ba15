import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenLabels } from '../../../adapters/transformers/index.ts';
import { listHooks } from '../../../src/index.ts';
import { loadBert, wrapped } from './load.ts';

const ATTENTION = 'bert.encoder.layer.0.attention.self.Softmax';

test('tokenLabels() gives the tokens of the run whose attention is seen', async () => {
  const { model: classify, net } = await wrapped(() => loadBert());
  const tokens = tokenLabels(net.session('model'), classify.tokenizer);
  assert.equal(tokens.labels(), []);
  const seen: [string[], readonly number[]][] = [];
  const handle = net.getSubmodule(ATTENTION).observe(({ output }) => void seen.push([tokens.labels(), output.dims]));
  await classify('the big cat sat');
  await classify('a dog');
  assert.equal(
    seen.map(([labels]) => labels),
    [
      ['[CLS]', 'the', 'big', 'cat', 'sat', '[SEP]'],
      ['[CLS]', 'a', 'dog', '[SEP]'],
    ],
  );
  // A label for each query and each key.
  for (const [labels, dims] of seen) assert.equal(dims.slice(-2), [labels.length, labels.length]);
  handle.remove();
  tokens.remove();
  assert.equal(listHooks(net), []);
  await classify('fish');
  assert.equal(tokens.labels(), ['[CLS]', 'a', 'dog', '[SEP]']);
  await classify.dispose();
});

test('tokenLabels() refuses other arguments', async () => {
  const { model: classify, net } = await wrapped(() => loadBert());
  assert.throws(
    () => tokenLabels({} as never, classify.tokenizer),
    /first argument must be a session of a wrapped model/,
  );
  assert.throws(() => tokenLabels(net.session('model'), {} as never), /tokenizer must have a method decode\(\)/);
  await classify.dispose();
});

test.run();
