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

type Run = (feeds: Tensors) => void;

/** A runtime whose sessions call `onRun` before they run. */
const runtimeOf = (onRun: Run) => ({
  async create(...given: [Uint8Array]) {
    const session = await ort.InferenceSession.create(...given);
    return watched(session, onRun);
  },
});

/** A session with a `run` that calls `onRun` first. */
function watched(session: ort.InferenceSession, onRun: Run): ort.InferenceSession {
  const run = async (feeds: Tensors, ...more: []) => {
    onRun(feeds);
    // onnxruntime-web refuses the rest of the record.
    const known = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!]));
    return session.run(known, ...more);
  };
  return Object.create(session, { run: { value: run, writable: true, configurable: true } }) as ort.InferenceSession;
}

/** The model that wrapOnnx or createOnnx returns, synchronously. */
function modelOf(onRun: Run, session?: ort.InferenceSession): OnnxModel<ort.Tensor> {
  const maker = new SessionMaker<ort.Tensor>(runtimeOf(onRun) as never, twice, { bytes, source }, {});
  return new OnnxModel('the test', { bytes, graph }, maker, session);
}

const node = {
  mode: 'async' as const,
  extraInputs: false,
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
      const onRun = (feeds: Tensors) => onForward(Object.values(feeds));
      const session = watched(shared, onRun);
      const net = modelOf(onRun, session);
      return { hookable: net.getSubmodule('double'), call: async (x) => (await session.run({ x: x as ort.Tensor })).y };
    },
  },
  {
    ...node,
    name: 'a node, in a created session',
    create(onForward) {
      const net = modelOf((feeds) => onForward(Object.values(feeds)));
      return { hookable: net.value('y'), call: async (x) => (await net({ x: x as ort.Tensor })).y };
    },
  },
];

const models: ContractTarget<Tensors>[] = [
  {
    ...model,
    name: 'a wrapped session',
    create(onForward) {
      const session = watched(shared, (feeds) => onForward([feeds]));
      return { hookable: modelOf(() => {}, session), call: (feeds) => session.run(feeds as Tensors) };
    },
  },
  {
    ...model,
    name: 'a wrapped session, as a Hookable',
    create(onForward) {
      const net = modelOf(
        () => {},
        watched(shared, (feeds) => onForward([feeds])),
      );
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
  const net = modelOf(() => {});
  const known: unknown[] = [];
  const lines: string[] = [];
  net.observe(({ reader, output }) => known.push(reader!.is(output.y), reader!.shape(output.y)));
  net.log({ print: (line) => lines.push(line) });
  await net({ x: floats(1, 2) });
  assert.equal(known, [true, [2]]);
  assert.match(lines.join(), /y.*\[2\] mean 3\.000/);
});

test.run();
