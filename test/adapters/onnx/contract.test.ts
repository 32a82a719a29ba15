// The contract suite of layertap/testing over models and nodes.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OnnxModel } from '../../../adapters/onnx/index.ts';
import { readModel } from '../../../adapters/onnx/read-model.ts';
import { SessionMaker } from '../../../adapters/onnx/sessions.ts';
import { openSource } from '../../../adapters/onnx/source.ts';
import { type ContractTarget, hookContract } from '../../../src/testing/index.ts';
import { bytesOf, floats, sessionOf } from './load.ts';

type Tensors = Record<string, ort.Tensor>;

const twice = bytesOf('graphs/twice');
const shared = await sessionOf(twice);
const source = await openSource('the test', twice);
const { bytes, graph } = readModel('the test', source.bytes, '');

/** The model that wrapOnnx or createOnnx returns, synchronously. */
function modelOf(session?: ort.InferenceSession): OnnxModel<ort.Tensor> {
  const maker = new SessionMaker<ort.Tensor>(ort.InferenceSession, twice, { bytes, source }, {});
  return new OnnxModel('the test', graph, maker, session);
}

/** The shared session, with a `run` that calls `onForward` first. */
function watched(onForward: (feeds: Tensors) => void): ort.InferenceSession {
  const run = async (feeds: Tensors, ...more: []) => {
    onForward(feeds);
    // onnxruntime-web refuses the rest of the record.
    return shared.run({ x: feeds.x! }, ...more);
  };
  return Object.create(shared, { run: { value: run, writable: true, configurable: true } }) as ort.InferenceSession;
}

const node = {
  mode: 'async' as const,
  extraInputs: false,
  outputsOnly: true,
  tensor: (numbers: readonly number[]) => floats(...numbers),
  values: (tensor: ort.Tensor) => [...(tensor.data as Float32Array)],
};

/** The inputs and outputs of a model are records of tensors: one record serves as both. */
const model = {
  mode: 'async' as const,
  extraInputs: false,
  tensor: (numbers: readonly number[]): Tensors => ({ x: floats(...numbers), y: floats(...numbers) }),
  values: ({ y }: Tensors) => [...(y!.data as Float32Array)],
};

const nodes: ContractTarget<ort.Tensor>[] = [
  {
    ...node,
    name: 'a node, in a wrapped session',
    create(onForward) {
      const session = watched(({ x }) => onForward([x]));
      const net = modelOf(session);
      return { hookable: net.getSubmodule('double'), call: async (x) => (await session.run({ x: x as ort.Tensor })).y };
    },
  },
  {
    ...node,
    name: 'a node, in a created session',
    create(onForward) {
      const net = modelOf();
      const call = async (x: unknown) => {
        onForward([x]);
        return (await net({ x: x as ort.Tensor })).y;
      };
      return { hookable: net.value('y'), call };
    },
  },
];

const models: ContractTarget<Tensors>[] = [
  {
    ...model,
    name: 'a wrapped session',
    create(onForward) {
      const session = watched((feeds) => onForward([feeds]));
      return { hookable: modelOf(session), call: (feeds) => session.run(feeds as Tensors) };
    },
  },
  {
    ...model,
    name: 'a wrapped session, as a Hookable',
    create(onForward) {
      const net = modelOf(watched((feeds) => onForward([feeds])));
      return { hookable: net, call: (feeds) => net(feeds as Tensors) };
    },
  },
];

for (const target of nodes) for (const { name, run } of hookContract(target)) test(name, run);
// The output of a model is a record of tensors. Its reader knows tensors, not records.
const OF_TENSORS = '3. an event has the reader of its output';
for (const target of models) {
  const cases = hookContract(target).filter(({ name }) => !name.endsWith(OF_TENSORS));
  assert.is(cases.length, hookContract(target).length - 1);
  for (const { name, run } of cases) test(name, run);
}

test('an event of a model has the reader that knows its outputs, and log() takes them one by one', async () => {
  const net = modelOf();
  const known: unknown[] = [];
  const lines: string[] = [];
  net.observe(({ reader, output }) => known.push(reader!.is(output.y), reader!.shape(output.y)));
  net.log({ print: (line) => lines.push(line) });
  await net({ x: floats(1, 2) });
  assert.equal(known, [true, [2]]);
  assert.match(lines.join(), /y.*\[2\] mean 3\.000/);
});

test.run();
