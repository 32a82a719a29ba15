import { checkOptions, describe, typeName } from '../check/index.ts';
import { ForwardError } from '../hooks/index.ts';
import { linear, parameterLinear } from './functional.ts';
import { fanInUniform, kaimingUniform } from './init.ts';
import { Module } from './module.ts';
import { isParameter, Parameter } from './parameter.ts';
import { checkShape } from './shape.ts';
import { Tensor } from './tensor.ts';

export interface LinearOptions {
  /** Whether a bias is added. Default true. */
  bias?: boolean;
}

/** `y = x · weightᵀ + bias`, from `[..., inFeatures]` to `[..., outFeatures]`. */
export class Linear extends Module {
  static override readonly className: string = 'Linear';
  /** `[outFeatures, inFeatures]` */
  weight: Parameter;
  /** `[outFeatures]`, or null for none. */
  bias: Parameter | null;

  /**
   * Weights and bias are drawn as PyTorch's: uniform within ±1/sqrt(inFeatures).
   * @throws RangeError for sizes that are not whole numbers of at least 0, TypeError for an unknown option
   */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkShape('Linear: [outFeatures, inFeatures]', [outFeatures, inFeatures]);
    checkOptions('Linear', options, ['bias']);
    const { bias = true } = options;
    if (typeof bias !== 'boolean')
      throw new TypeError(`Linear: option "bias" must be true or false, got ${describe(bias)}`);
    const weight = kaimingUniform(new Float32Array(outFeatures * inFeatures), inFeatures, Math.sqrt(5));
    this.weight = new Parameter(new Tensor(weight, [outFeatures, inFeatures]));
    this.bias = bias
      ? new Parameter(new Tensor(fanInUniform(new Float32Array(outFeatures), inFeatures), [outFeatures]))
      : null;
  }

  get inFeatures(): number {
    return this.weight.shape[1]!;
  }

  get outFeatures(): number {
    return this.weight.shape[0]!;
  }

  /** @throws ForwardError in PyTorch's words for an input that does not fit, or a plain tensor where a parameter was */
  override forward(input: Tensor): Tensor {
    const { weight, bias } = this;
    if (isParameter(weight) && (bias === null || isParameter(bias))) return parameterLinear(input, weight, bias);
    this.checkParameters();
    return linear(input, weight, bias);
  }

  /** @throws ForwardError where a plain tensor was put in the place of a parameter */
  override checkParameters(): void {
    checkParameter('weight', this.weight);
    checkParameter('bias', this.bias);
  }

  override extraRepr(): string {
    // True and False: what is printed is PyTorch's to the letter, so that logs of both sides compare.
    const bias = this.bias === null ? 'False' : 'True';
    const [outFeatures, inFeatures] = this.weight?.shape ?? ['?', '?'];
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${bias}`;
  }
}

/** PyTorch refuses this at the assignment; here an assignment is not seen, so it is refused by whatever uses the layer next. */
function checkParameter(name: 'weight' | 'bias', value: unknown): void {
  if (isParameter(value) || value === null) return;
  const came = value instanceof Tensor ? 'torch.FloatTensor' : typeName(value);
  throw new ForwardError(
    `cannot assign '${came}' as parameter '${name}' (torch.nn.Parameter or None expected)`,
    `came: ${describe(value)}, to ${name}`,
    `expected: ${name}.assign(values), or new Parameter(tensor)`,
  );
}
