// The contract suites of layertap/testing over wrapped models.
import type ort from 'onnxruntime-node';
import { test } from 'uvu';
import { type TransformersModel, wrapTransformers } from '../../../adapters/transformers/index.ts';
import { hookContract, modelContract } from '../../../src/testing/index.ts';
import { bytesOf, floats, sessionOf } from '../onnx/load.ts';
import { bertFacts, generate, gptFacts, loadBert, loadGpt, loadT5, logitsOf, t5Facts, wrapped } from './load.ts';

type Tensors = Record<string, ort.Tensor>;

interface Subject {
  readonly net: TransformersModel<ort.Tensor>;
  readonly session: ort.InferenceSession;
  onForward(feeds: Tensors): void;
}

const twice = bytesOf('graphs/twice');
const shared = await sessionOf(twice);

/** A session that calls `onForward` first, as do the sessions that its class creates. */
function watched(session: ort.InferenceSession, onForward: (feeds: Tensors) => void): ort.InferenceSession {
  const run = async (feeds: Tensors, ...more: []) => {
    onForward(feeds);
    return session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!])), ...more);
  };
  const create = async (model: Uint8Array) => watched(await sessionOf(model), onForward);
  return Object.create(session, {
    run: { value: run, writable: true, configurable: true },
    constructor: { value: { create } },
  }) as ort.InferenceSession;
}

/** A model with one session. */
async function subject(): Promise<Subject> {
  const session = watched(shared, (feeds) => made.onForward(feeds));
  const net = await wrapTransformers<ort.Tensor>(
    { sessions: { model: session } },
    { source: () => twice, sessionOptions: () => ({}) },
  );
  const made: Subject = { net, session, onForward() {} };
  return made;
}

// The suite needs them at once, and wrapping waits for the file.
const subjects = await Promise.all(Array.from({ length: 150 }, subject));

const cases = hookContract<ort.Tensor>({
  name: 'a node of a wrapped model',
  mode: 'async',
  extraInputs: false,
  tensor: (numbers) => floats(...numbers),
  values: (tensor) => [...(tensor.data as Float32Array)],
  create(onForward) {
    const one = subjects.pop()!;
    one.onForward = (feeds) => onForward(Object.values(feeds));
    const call = async (x: unknown) => (await one.session.run({ x: x as ort.Tensor })).y;
    return { hookable: one.net.getSubmodule('double'), call };
  },
});
for (const { name, run } of cases) test(name, run);

const ofTokens = (output: unknown) => output as number[];
const whole = [
  ...modelContract({
    name: 'a pipeline',
    tolerance: 1e-6,
    async create() {
      const { model: classify, net } = await wrapped(() => loadBert());
      return {
        root: net,
        run: () => logitsOf(classify, bertFacts),
        values: (output) => [...((output as ort.Tensor).data as Float32Array)],
        objects: [classify, classify.model, classify.model.sessions, ...sessionsOf(classify.model)],
      };
    },
  }),
  ...modelContract({
    name: 'generate() with a cache',
    async create() {
      const { model, net } = await wrapped(() => loadGpt());
      const run = () => generate(model, 'gpt', gptFacts, { max_new_tokens: 3 });
      return { root: net, run, values: ofTokens, objects: [model, model.sessions, ...sessionsOf(model)] };
    },
  }),
  ...modelContract({
    name: 'generate() of an encoder and a merged decoder',
    async create() {
      const { model, net } = await wrapped(loadT5);
      const run = () => generate(model, 't5', t5Facts, { max_new_tokens: 3 });
      return { root: net, run, values: ofTokens, objects: [model, model.sessions, ...sessionsOf(model)] };
    },
  }),
];
for (const { name, run } of whole) test(name, run);

function sessionsOf(model: { readonly sessions: object }): object[] {
  return Object.values(model.sessions);
}

test.run();
