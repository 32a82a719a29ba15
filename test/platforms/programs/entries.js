// Every entry of the package, each used once.
import { Linear, rand, Sequential } from 'layertap';
import { manualMemory } from 'layertap/adapter';
import { createOnnx } from 'layertap/adapters/onnx';
import { wrapTfjs } from 'layertap/adapters/tfjs';
import { wrapTransformers } from 'layertap/adapters/transformers';
import { capture } from 'layertap/inspect';
import { readSafetensors, writeSafetensors } from 'layertap/safetensors';
import { MemorySink, readEvents, SummaryWriter } from 'layertap/tensorboard';
import { hookContract } from 'layertap/testing';
import { mountViewer } from 'layertap/viewer';
import { packLogs } from 'layertap/viewer/logs';

/** @throws if an entry lacks something or gives a wrong result */
export async function tryEntries() {
  const functions = { manualMemory, createOnnx, wrapTfjs, wrapTransformers, hookContract, mountViewer, packLogs };
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value !== 'function') throw new Error(`${name}: expected a function, got ${typeof value}`);
  }
  const layer = new Linear(3, 2);
  const bytes = writeSafetensors(layer.stateDict());
  if (!readSafetensors(bytes).has('weight')) throw new Error('safetensors: "weight" is missing');
  const captured = await capture(new Sequential(layer), [rand(4, 3)], '0');
  if (captured.value('0').shape.join() !== '4,2')
    throw new Error(`capture: expected 4,2, got ${captured.value('0').shape}`);
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  layer.registerForwardHook((_module, _inputs, output) => writer.addHistogram('fc1', output));
  layer(rand(4, 3));
  await writer.close();
  const tags = [];
  for (const file of sink.files().values()) {
    for await (const { tag } of readEvents(file)) tags.push(tag);
  }
  if (!tags.includes('fc1')) throw new Error(`event file: expected the tag fc1, got ${tags.join(', ') || 'none'}`);
}
