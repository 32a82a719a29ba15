// Each output has memory of its own, of exactly its size. Cutting small outputs from a shared buffer would be faster
// (docs/decisions.md 11), but each of these tests would fail.
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, ReLU, rand, Sequential, type Tensor, tensor } from '../../src/index.ts';

/** Around 64 bytes, up to which V8 keeps arrays on its heap, and 64 floats, up to which ReLU is plain JavaScript. */
const SIZES = [1, 2, 15, 16, 17, 30, 31, 63, 64, 65, 1000];

const x = rand(1, 10);

/** Every output of a network of these features, its hidden ReLU included, after one call. */
function outputsOf(features: number): Tensor[] {
  const net = new Sequential(new Linear(10, features), new ReLU(), new Linear(features, features), new ReLU());
  const outputs: Tensor[] = [];
  for (const layer of net) {
    layer.registerForwardHook((_module, _inputs, output) => {
      outputs.push(output as Tensor);
    });
  }
  net(x);
  return outputs;
}

const bufferOf = ({ data }: Tensor): ArrayBuffer => (data as Float32Array).buffer as ArrayBuffer;

for (const features of SIZES) {
  test(`outputs of ${features} values: a buffer of exactly that size, and a copy of data copies no more`, () => {
    for (const output of outputsOf(features)) {
      assert.is(bufferOf(output).byteLength, 4 * features);
      const copy = structuredClone(output.data) as Float32Array;
      assert.is(copy.buffer.byteLength, 4 * features);
      assert.equal([...copy], [...output.data]);
    }
  });

  test(`outputs of ${features} values: transferring one leaves the others of the same pass, and later passes`, () => {
    const outputs = outputsOf(features);
    assert.is(outputs.length, 4);
    const before = outputs.map(({ data }) => [...data]);
    for (const [i, output] of outputs.entries()) {
      structuredClone(output.data, { transfer: [bufferOf(output)] });
      assert.is(output.data.length, 0);
      const others = outputs.slice(i + 1).map(({ data }) => [...data]);
      assert.equal(others, before.slice(i + 1));
    }
    assert.throws(() => new ReLU()(outputs[0]!), /its memory is gone; a transfer by postMessage or structuredClone/);
    assert.is(outputsOf(features).at(-1)!.data.length, features);
  });
}

test('all outputs of a pass can be transferred in one message, and arrive with their values', () => {
  const outputs = outputsOf(30);
  const expected = outputs.map(({ data }) => [...data]);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(outputs, outputs.map(bufferOf));
  const received = receiveMessageOnPort(port2)!.message as Tensor[];
  port1.close();
  assert.equal(
    received.map((copy) => [...tensor(copy).data]),
    expected,
  );
  assert.equal(received[0]!.shape, [1, 30]);
});

test('a tensor that is copied, spread or written as JSON has its values', () => {
  const [output] = outputsOf(30);
  const values = [...output!.data];
  assert.equal([...structuredClone(output!).data], values);
  assert.equal([...{ ...output! }.data], values);
  assert.equal(Object.values(JSON.parse(JSON.stringify(output)).data), values);
});

test('outputs that a hook keeps are the same after a thousand passes', () => {
  const net = new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 30), new ReLU(), new Linear(30, 2));
  const kept: Tensor[] = [];
  const inputs: Tensor[] = [];
  for (const layer of net) {
    layer.registerForwardHook((_module, [input], output) => {
      inputs.push(input as Tensor);
      kept.push(output as Tensor);
    });
  }
  net(x);
  const before = [...inputs, ...kept].map(({ data }) => [...data]);
  const all = [...inputs, ...kept];
  for (let i = 0; i < 1000; i++) net(rand(1, 10));
  assert.equal(
    all.map(({ data }) => [...data]),
    before,
  );
});

test('one output kept of ten keeps the memory of one', async () => {
  const net = new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 30), new ReLU(), new Linear(30, 30));
  const kept: Tensor[] = [];
  let calls = 0;
  for (const layer of net) {
    layer.registerForwardHook((_module, _inputs, output) => {
      if (calls++ % 10 === 0) kept.push(output as Tensor);
    });
  }
  const bytes = async () => {
    for (let i = 0; i < 3; i++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const passes = (count: number) => {
    for (let i = 0; i < count; i++) net(x);
  };
  passes(2000);
  const [before, already] = [await bytes(), kept.length];
  passes(20_000);
  // 430 in Node 20: 120 of values, the rest V8's objects. Of a shared buffer of 4 KB each would keep 2,700.
  const each = ((await bytes()) - before) / (kept.length - already);
  assert.ok(each < 1000, `${each} bytes for each kept output`);
});

test.run();
