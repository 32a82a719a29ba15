/** @file What a module computes, as far as the name of its class tells: PyTorch's names, Keras's and ONNX's ops. */

/** Families of modules whose rounding errors are alike. */
export type Family =
  | 'linear'
  | 'convolution'
  | 'norm'
  | 'softmax'
  | 'attention'
  | 'recurrent'
  | 'pooling'
  | 'function'
  | 'arithmetic'
  | 'copy'
  | 'comparison'
  | 'quantized'
  | 'unknown';

/** The first that matches counts. */
const FAMILIES: readonly (readonly [Family, RegExp])[] = [
  ['quantized', /quanti[sz]e|^qlinear|integer$/i],
  ['attention', /attention|attn/i],
  ['recurrent', /lstm|gru|rnn/i],
  ['softmax', /softmax/i],
  ['convolution', /conv/i],
  ['norm', /norm(ali[sz]ation)?(\dd)?$|^lrn$/i],
  ['linear', /linear$|^dense$|^gemm$|^matmul$|^einsum$|^fc$/i],
  ['pooling', /pool|^reduce(?!max|min)|^mean$|^sum$|^cumsum$/i],
  ['comparison', /^(greater|less|equal|not)|^(gt|lt|ge|le|eq|ne)$/i],
  ['function', /gelu|silu|swish|mish|elu$|sigmoid|tanh|^erf$|^exp$|^log|^pow$|sqrt$|softplus|^sin$|^cos$|activation/i],
  ['arithmetic', /relu|^(add|sub|mul|div|neg|abs|clip|where|min|max|sum|reciprocal)$|scale|dropout/i],
  [
    'copy',
    /embedding|^gather|flatten|reshape|transpose|squeeze|identity|^cast$|concat|^slice$|^split$|^pad$|permute|expand|padding/i,
  ],
];

export const familyOf = (kind: string): Family => FAMILIES.find(([, name]) => name.test(kind))?.[0] ?? 'unknown';
