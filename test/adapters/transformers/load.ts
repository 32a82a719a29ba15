// The models of test/fixtures/make/transformers.py in transformers.js.
import {
  AutoModelForCausalLM,
  AutoModelForSeq2SeqLM,
  AutoTokenizer,
  env,
  type PreTrainedModel,
  pipeline,
  type TextClassificationPipeline,
} from '@huggingface/transformers';
import ort from 'onnxruntime-node';
import { recordSources, type TransformersModel, wrapTransformers } from '../../../adapters/transformers/index.ts';
import { type Edit, type EditHandle, registerEdit } from '../../../src/adapter.ts';
import { fixturePath } from '../../fixtures/files.ts';
import { fixtureJson } from '../../fixtures/fixture.ts';
import type { Written } from '../onnx/load.ts';

export type Edits = readonly (readonly [path: string, edit: Edit<ort.Tensor>])[];

export interface ModuleFacts {
  /** What PyTorch's hooks saw: the output tensors of the first calls of each module, by path. */
  readonly seen: Record<string, Written[][]>;
  /** Paths of Dropouts, of which a file has nothing. */
  readonly dropouts: readonly string[];
}

export interface BertFacts extends ModuleFacts {
  readonly text: string;
  readonly logits: Written;
  readonly hiddenStates: readonly Written[];
  readonly attentions: readonly Written[];
  readonly edited: readonly { readonly edits: Edits; readonly logits: Written }[];
}

export interface GenerationFacts extends ModuleFacts {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly steered: readonly { readonly edits: Edits; readonly tokens: readonly number[] }[];
  /** The first edits from a step on. */
  readonly late: { readonly step: number; readonly tokens: readonly number[] };
}

export const bertFacts: BertFacts = fixtureJson('transformers/bert.json');
export const gptFacts: GenerationFacts = fixtureJson('transformers/gpt.json');
export const t5Facts: GenerationFacts = fixtureJson('transformers/t5.json');

/** The files of `bert` and `gpt`, by exporter. */
export const EXPORTERS = { legacy: 'model', dynamo: 'dynamo' } as const;
export type Exporter = keyof typeof EXPORTERS;

// In a page a path too, since URLs are for models elsewhere.
env.localModelPath = fixturePath('transformers/').replace(/^https?:\/\/[^/]+/, '');
env.allowLocalModels = true;
env.allowRemoteModels = false;
// In a page the runtime would come from another server.
const { wasm } = env.backends.onnx;
if (typeof window !== 'undefined' && wasm) wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';

const files = (exporter: Exporter) => ({ dtype: 'fp32', model_file_name: EXPORTERS[exporter] }) as const;

export const loadBert = (exporter: Exporter = 'legacy'): Promise<TextClassificationPipeline> =>
  pipeline('text-classification', 'bert', files(exporter));

export const loadGpt = (exporter: Exporter = 'legacy'): Promise<PreTrainedModel> =>
  AutoModelForCausalLM.from_pretrained('gpt', files(exporter));

export const loadT5 = (): Promise<PreTrainedModel> => AutoModelForSeq2SeqLM.from_pretrained('t5', { dtype: 'fp32' });

/** Loads with its sources recorded, and wraps. */
export async function wrapped<M extends Parameters<typeof wrapTransformers<ort.Tensor>>[0]>(
  load: () => Promise<M>,
): Promise<{ model: M; net: TransformersModel<ort.Tensor> }> {
  const model = await recorded(load);
  return { model, net: await wrapTransformers<ort.Tensor>(model) };
}

export async function recorded<R>(load: () => Promise<R>): Promise<R> {
  const recording = recordSources(ort);
  try {
    return await load();
  } finally {
    recording.remove();
  }
}

const tokenizers = new Map<string, Promise<Awaited<ReturnType<typeof AutoTokenizer.from_pretrained>>>>();

/** The inputs that a text becomes, by the tokenizer of a model. */
export async function tokenize(name: 'bert' | 'gpt' | 't5', text: string): Promise<Record<string, unknown>> {
  if (!tokenizers.has(name)) tokenizers.set(name, AutoTokenizer.from_pretrained(name));
  return (await tokenizers.get(name)!)(text);
}

/** The tokens that a model puts out, the most likely ones. */
export async function generate(
  model: PreTrainedModel,
  name: 'gpt' | 't5',
  { text }: { readonly text: string },
  more: Record<string, unknown> = {},
): Promise<number[]> {
  const inputs = await tokenize(name, text);
  const output = await model.generate({ ...inputs, max_new_tokens: 8, do_sample: false, ...more });
  return (output as unknown as { tolist(): bigint[][] }).tolist()[0]!.map(Number);
}

/** The logits of a classifier. */
export async function logitsOf(
  classify: TextClassificationPipeline,
  { text }: { readonly text: string },
): Promise<ort.Tensor> {
  const { logits } = (await classify.model(await tokenize('bert', text))) as { logits: ort.Tensor };
  return logits;
}

export const registerAll = (net: TransformersModel<ort.Tensor>, edits: Edits): EditHandle[] =>
  edits.map(([path, edit]) => registerEdit(net.getSubmodule(path), edit));
