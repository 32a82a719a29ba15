import { BOOLEAN, checkOptions, describe, typeName } from '../check/index.ts';
import { ForwardError } from '../hooks/index.ts';
import { linear, parameterLinear } from './functional.ts';
import { Module } from './module.ts';
import { isParameter, OWNED, Parameter } from './parameter.ts';
import { uniform } from './random.ts';
import { setConstructorCall } from './replay-recipe.ts';
import { checkShape, numberOfValues } from './shape.ts';
import { Tensor } from './tensor.ts';

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Whether to add a bias. Default true. */
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
   * Draws weight and bias as PyTorch does: uniform within ±1/sqrt(inFeatures).
   * @throws RangeError for sizes that are not whole numbers of at least 0, TypeError for a bad option
   */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkShape('Linear: [outFeatures, inFeatures]', [outFeatures, inFeatures]);
    checkOptions('Linear', options, { bias: BOOLEAN });
    const { bias = true } = options;
    this.weight = initial([outFeatures, inFeatures], kaimingBound(inFeatures));
    // Without inputs, PyTorch's bias is 0.
    this.bias = bias ? initial([outFeatures], inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0) : null;
  }

  get inFeatures(): number {
    return this.weight.shape[1]!;
  }

  get outFeatures(): number {
    return this.weight.shape[0]!;
  }

  /** @throws ForwardError with PyTorch's text for an input that does not fit, or a plain tensor in place of a parameter */
  override forward(input: Tensor): Tensor {
    const { weight, bias } = this;
    if (isParameter(weight) && (bias === null || isParameter(bias))) return parameterLinear(input, weight, bias);
    this.checkParameters();
    return linear(input, weight, bias);
  }

  /** @throws ForwardError for a plain tensor in place of a parameter */
  override checkParameters(): void {
    checkParameter('weight', this.weight);
    checkParameter('bias', this.bias);
  }

  override extraRepr(): string {
    // True and False, as Python prints them.
    const bias = this.bias === null ? 'False' : 'True';
    const [outFeatures, inFeatures] = this.weight?.shape ?? ['?', '?'];
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${bias}`;
  }

  static {
    setConstructorCall(Linear, ({ inFeatures, outFeatures, bias }) => {
      const options = bias === null ? ', { bias: false }' : '';
      return `new Linear(${inFeatures}, ${outFeatures}${options})`;
    });
  }
}

const initial = (shape: number[], bound: number): Parameter =>
  new Parameter(new Tensor(uniform(new Float32Array(numberOfValues(shape)), -bound, bound), shape), OWNED);

/** As `torch.nn.init.kaiming_uniform_` (He et al. 2015) computes 1/sqrt(fanIn) for a leaky ReLU of slope sqrt(5). */
const kaimingBound = (fanIn: number): number =>
  Math.sqrt(3) * (Math.sqrt(2 / (1 + Math.sqrt(5) ** 2)) / Math.sqrt(fanIn));

/** PyTorch refuses the assignment itself. Here it goes unnoticed until the layer is next used. */
function checkParameter(name: 'weight' | 'bias', value: unknown): void {
  if (isParameter(value) || value === null) return;
  const came = value instanceof Tensor ? 'torch.FloatTensor' : typeName(value);
  throw new ForwardError(
    `cannot assign '${came}' as parameter '${name}' (torch.nn.Parameter or None expected)`,
    `got: ${describe(value)}, to ${name}`,
    `expected: ${name}.assign(values), or new Parameter(tensor)`,
  );
}
