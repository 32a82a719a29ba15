// Every tool on a model of transformers.js that generates, and how it is stopped.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listHooks } from '../../src/index.ts';
import { capture } from '../../src/inspect/index.ts';
import { generate, gptFacts, loadGpt, wrapped } from '../adapters/transformers/load.ts';
import { holds } from './every-tool.ts';

const LAYER = 'model.transformer.h.0.mlp';

test('stopAt ends generate() in its first step', async () => {
  const { model, net } = await wrapped(() => loadGpt());
  const run = () => generate(model, 'gpt', gptFacts, { max_new_tokens: 4 });
  const whole = await capture(net, run, LAYER);
  assert.equal([whole.stopped, whole.calls(LAYER).length], [false, 4]);
  const stopped = await capture(net, run, LAYER, { stopAt: LAYER });
  assert.equal([stopped.stopped, stopped.calls(LAYER).length, stopped.result], [true, 1, undefined]);
  assert.equal(listHooks(net), []);
  assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
});

test('every tool leaves nothing on a model that generates', async () => {
  const { model, net } = await wrapped(() => loadGpt());
  const run = () => generate(model, 'gpt', gptFacts, { max_new_tokens: 2 });
  await holds({ name: 'gpt', model: net, run, path: LAYER, hooked: net.getSubmodule('model') });
  assert.equal(await generate(model, 'gpt', gptFacts), gptFacts.tokens);
});

test.run();
