// Hooks on models that PyTorch exported see what PyTorch's own forward hooks saw.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, OnnxModule, OnnxNode } from '../../../adapters/onnx/index.ts';
import { tensorReader } from '../../../adapters/onnx/ort.ts';
import { select } from '../../../src/index.ts';
import { bytesOf, difference, EXPORTERS, factsOf, feedsOf, NAMES, numbersOf } from './load.ts';

/** Modules that are missing in an exported file, and the modules that give their values, if any do. */
const FOLDED: Record<string, Record<string, string | undefined>> = {
  'mlp.legacy': { drop: undefined },
  'mlp.dynamo': { drop: undefined },
  'cnn.legacy': { 'blocks.0.bn1': 'blocks.0.conv1', 'blocks.1.bn1': 'blocks.1.conv1' },
  'cnn.dynamo': { 'blocks.0.conv1': undefined, 'blocks.1.conv1': undefined },
};
for (const exporter of EXPORTERS) {
  const dropouts = [0, 1].flatMap((layer) =>
    ['dropout', 'dropout1', 'dropout2'].map((name) => [`encoder.layers.${layer}.${name}`, undefined]),
  );
  FOLDED[`encoder.${exporter}`] = Object.fromEntries(dropouts);
}

/** A module whose two calls in a row are one call in the file. */
const MERGED: Record<string, string> = { 'nested.dynamo': 'same' };

/** Relative. A LayerNorm in `nested` is 1.04e-6 off in onnxruntime-web on wasm, 1.4e-6 on WebGPU. */
const TOLERANCES: Record<string, number> = { half: 1e-3, nested: 1.5e-6 };

for (const name of NAMES) {
  for (const exporter of EXPORTERS) {
    const file = `${name}.${exporter}`;
    const tolerance = TOLERANCES[name] ?? 1e-6;

    test(`${file}: hooks see what PyTorch's hooks saw, for each call of each module`, async () => {
      const facts = factsOf(name);
      const net = await createOnnx(ort, bytesOf(file));
      const seen: Record<string, ort.Tensor[]> = {};
      const order: string[] = [];
      const calls: number[][] = [];
      const called = (path: string, module: unknown): module is OnnxModule<ort.Tensor> =>
        module instanceof OnnxModule && facts.seen[path] !== undefined;
      select(net, called).observe(({ path, output, call }) => {
        seen[path] ??= [];
        calls.push([call, seen[path].length]);
        seen[path].push(output);
        order.push(path);
      });
      const outputs = await net(feedsOf(facts));

      for (const [output, written] of Object.entries(facts.outputs)) {
        assert.ok(difference(outputs[output]!, written) < tolerance, output);
      }
      const folded = FOLDED[file] ?? {};
      for (const [call, number] of calls) assert.is(call, number);
      for (const [path, all] of Object.entries(facts.seen)) {
        const calls = MERGED[file] === path ? all.slice(-1) : all;
        if (path in folded && folded[path] === undefined) {
          assert.is(seen[path], undefined, path);
          continue;
        }
        // A module that another one was folded into gives the value of that one.
        if (Object.values(folded).includes(path)) continue;
        const found = seen[folded[path] ?? path];
        assert.ok(found, `${path} is not in the tree`);
        assert.is(found.length, calls.length, `calls of ${path}`);
        for (const [i, tensor] of found.entries()) {
          // Of several outputs it is the last that leaves the module.
          const same = calls[i]!.filter(({ dims }) => String(dims) === String(tensor.dims));
          const closest = Math.min(...same.map((written) => difference(tensor, written)));
          assert.ok(closest < tolerance, `${path}, call ${i}: ${closest}`);
        }
      }
      // Inner modules come before outer ones, as their forwards end first.
      const ended = Object.keys(facts.seen).filter((path) => seen[path] !== undefined);
      for (const path of ended) {
        for (const inner of ended) {
          if (inner.startsWith(`${path}.`)) assert.ok(order.indexOf(inner) < order.indexOf(path), `${inner}, ${path}`);
        }
      }
      await net.release();
    });

    test(`${file}: a hook that replaces what a module gives leads to what it leads to in PyTorch`, async () => {
      const facts = factsOf(name);
      const net = await createOnnx(ort, bytesOf(file));
      const folded = FOLDED[file] ?? {};
      let replaced = 0;
      for (const [path, expected] of Object.entries(facts.replaced)) {
        // Such a module holds what the one behind it gives. The value of an LSTM is one of several.
        if (Object.values(folded).includes(path) || MERGED[file] === path || path === 'lstm') continue;
        if (path in folded && folded[path] === undefined) continue;
        const point = net.getSubmodule(folded[path] ?? path);
        const handle = point.registerForwardHook(
          async (_module, _inputs, output) =>
            tensorReader.withValues!(
              output,
              numbersOf(output).map((value) => value * 0.5 + 0.25),
            ) as ort.Tensor,
        );
        for (const time of ['first', 'second']) {
          const outputs = await net(feedsOf(facts));
          for (const [output, written] of Object.entries(expected)) {
            const what = `${path}, ${time} run, ${output}`;
            if (written.type === 'bool') assert.equal(numbersOf(outputs[output]!), written.values, what);
            else assert.ok(difference(outputs[output]!, written) < tolerance, what);
          }
        }
        handle.remove();
        replaced++;
      }
      assert.ok(replaced > 1);
      await net.release();
    });

    test(`${file}: modules have PyTorch's names, and nodes are leaves below them`, async () => {
      const { classes, seen } = factsOf(name);
      const net = await createOnnx(ort, bytesOf(file));
      for (const [path, module] of net.namedModules()) {
        if (path === '') continue;
        if (module instanceof OnnxNode) {
          assert.equal([...module.namedChildren()], []);
          continue;
        }
        assert.ok(module instanceof OnnxModule);
        assert.ok(path in classes, `PyTorch has no ${path}`);
        if (exporter === 'dynamo' && seen[path] !== undefined) assert.is(module.kind, classes[path], path);
        assert.is(net.getSubmodule(path), module);
      }
    });
  }
}

test.run();
