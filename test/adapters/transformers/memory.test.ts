// What is left after many models were wrapped. In Node alone: a page cannot tell.
import type ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapTransformers } from '../../../adapters/transformers/index.ts';
import { memoryHeld } from '../../fixtures/memory-held.ts';
import { floats, numbersOf, pathOf, sessionOf } from '../onnx/load.ts';
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

test('memory stays flat over a thousand cycles of recording, wrapping, hooking, running and disposing', async () => {
  const file = pathOf('graphs/hidden');
  const cycle = async () => {
    const session = await recorded(() => sessionOf(file));
    const net = await wrapTransformers<ort.Tensor>({ sessions: { model: session } });
    const seen: number[] = [];
    net.getSubmodule('double').registerForwardHook((_module, _inputs, output) => {
      seen.push(...numbersOf(output));
    });
    assert.equal(numbersOf((await session.run({ x: floats(1) })).y!), [-2]);
    assert.equal(seen, [2]);
    await session.release();
    assert.ok(net.isReleased);
  };
  for (let i = 0; i < 200; i++) await cycle();
  const before = await memoryHeld();
  for (let i = 0; i < 800; i++) await cycle();
  const grown = (await memoryHeld()) - before;
  assert.ok(grown < 2 ** 20, `${grown} bytes more after 800 cycles`);
});

test.run();
