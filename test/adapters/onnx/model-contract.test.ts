// The suite for whole models, over exported models.
import type ort from 'onnxruntime-node';
import { test } from 'uvu';
import { wrapOnnx } from '../../../adapters/onnx/index.ts';
import { keep } from '../../../adapters/onnx/ort.ts';
import { modelContract } from '../../../src/testing/index.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, sessionOf } from './load.ts';

for (const model of ['mlp', 'cnn', 'encoder'] as const) {
  for (const exporter of EXPORTERS) {
    const bytes = bytesOf(`${model}.${exporter}`);
    const feeds = feedsOf(factsOf(model));
    const cases = modelContract({
      name: `${model}, ${exporter} exporter`,
      // ONNX Runtime fuses operations unless their values are outputs.
      tolerance: 1e-6,
      // Every hook replaces: the run is computed in as many stages as there are values.
      copy: (tensor) => keep(tensor as ort.Tensor),
      async create() {
        const session = await sessionOf(bytes);
        return {
          root: await wrapOnnx(session, bytes),
          run: () => session.run(feeds),
          values: (output) =>
            Object.values(output as Record<string, ort.Tensor>).flatMap((tensor) => [...(tensor.data as Float32Array)]),
          objects: [session],
        };
      },
    });
    for (const { name, run } of cases) {
      test(name, async () => {
        // The exporter folded modules into one, which is said when they are hooked.
        const { warn } = console;
        console.warn = () => {};
        await run().finally(() => {
          console.warn = warn;
        });
      });
    }
  }
}

test.run();
