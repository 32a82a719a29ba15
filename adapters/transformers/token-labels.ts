import { describe, handleOf } from '../../src/adapter.ts';
import type { Handle } from '../../src/index.ts';
import type { OnnxModel, OnnxTensor } from '../onnx/index.ts';

/** What is needed of a tokenizer of transformers.js. */
export interface TokenDecoder {
  decode(ids: number[]): string;
}

export interface TokenLabels extends Handle {
  /** The texts of the tokens of the last run, those of the first row of a batch; before the first run there are none. */
  readonly labels: () => string[];
}

/**
 * The tokens that a session got, as labels for pictures of its attention and embeddings. It reads `input_ids` before each run,
 * until it is removed.
 * @param session of a wrapped model: `net.session('model')`
 * @param tokenizer that of the pipeline
 * @example
 * const tokens = tokenLabels(net.session('model'), classify.tokenizer);
 * mountActivation(element, net.getSubmodule('bert.encoder.layer.0.attention.self.Softmax'), { layout: 'heads', labels: tokens.labels });
 * @throws TypeError for other arguments
 */
export function tokenLabels<T extends OnnxTensor>(session: OnnxModel<T>, tokenizer: TokenDecoder): TokenLabels {
  const where = 'tokenLabels()';
  if (typeof (session as Partial<OnnxModel<T>> | null)?.registerForwardPreHook !== 'function') {
    throw new TypeError(`${where}: the first argument must be a session of a wrapped model, got ${describe(session)}`);
  }
  if (typeof (tokenizer as Partial<TokenDecoder> | null)?.decode !== 'function') {
    throw new TypeError(`${where}: the tokenizer must have a method decode(), got ${describe(tokenizer)}`);
  }
  let texts: string[] = [];
  const texted = new Map<number, string>();
  const hook = session.registerForwardPreHook((_session, inputs) => {
    const given = inputs[0].input_ids;
    const data = given?.data as ArrayLike<number | bigint> | undefined;
    // Data on a device are not read.
    if (data === undefined) return;
    const length = given?.dims.at(-1) ?? data.length;
    texts = Array.from({ length }, (_, i) => {
      const number = Number(data[i]!);
      let text = texted.get(number);
      if (text === undefined) {
        text = tokenizer.decode([number]);
        texted.set(number, text);
      }
      return text;
    });
  });
  return Object.assign(
    handleOf(() => hook.remove()),
    { labels: () => texts },
  );
}
