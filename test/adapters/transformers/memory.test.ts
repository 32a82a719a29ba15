// What is left after many models were wrapped. In Node alone: a page cannot tell.
import type ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapTransformers } from '../../../adapters/transformers/index.ts';
import { memoryHeld } from '../../fixtures/memory-held.ts';
import { generate, gptFacts, loadGpt, recorded, registerAll } from './load.ts';

test('memory stays flat over cycles of wrapping, hooking, generating and releasing', async () => {
  const model = await recorded(() => loadGpt());
  const cycle = async () => {
    const net = await wrapTransformers<ort.Tensor>(model);
    const handles = registerAll(net, gptFacts.steered[0]!.edits);
    net.getSubmodule('transformer.h.0').observe(() => {});
    await generate(model, 'gpt', gptFacts, { max_new_tokens: 2 });
    for (const handle of handles) handle.remove();
    await net.release();
  };
  for (let i = 0; i < 60; i++) await cycle();
  const before = await memoryHeld();
  for (let i = 0; i < 60; i++) await cycle();
  const grown = (await memoryHeld()) - before;
  // The parsed graph of one model alone takes more than a megabyte.
  assert.ok(grown < 2 ** 20, `${grown} bytes more after 60 cycles`);
  await model.dispose();
});

test.run();
