import type { Core, Tensor } from './framework.ts';

/**
 * Passes float32 tensors through one recorded node that changes nothing, so that on the way back all their gradients are
 * there at once: `onGradients` sees them, and what it gives goes on.
 *
 * tf.customGrad has one output. Several tensors are therefore laid end to end, and cut apart again behind it:
 *
 *     x0 [2, 3], x1 [4]  →  | x0 ...... | x1 .... |  →  slice, reshape  →  x0 [2, 3], x1 [4]
 *
 * @param alsoFrom tensors that the node counts as inputs, with a gradient of zero: whoever asks for theirs gets here
 */
export function recordedIdentity(
  core: Core,
  tensors: readonly Tensor[],
  alsoFrom: readonly Tensor[],
  onGradients: (gradients: readonly Tensor[]) => readonly Tensor[],
): Tensor[] {
  const shapes = tensors.map(({ shape }) => shape);
  const zeros = () => alsoFrom.map(({ shape }) => core.zeros(shape));
  // tfjs disposes of gradients as it adds them up, so what a hook gave goes on as a clone.
  const replaced = (gradients: readonly Tensor[]) => onGradients(gradients).map((gradient) => gradient.clone());
  if (tensors.length === 1) {
    const identity = core.customGrad((x) => ({
      value: x!.clone(),
      gradFunc: (dy) => [...replaced([dy]), ...zeros()],
    }));
    return [identity(tensors[0]!, ...alsoFrom)];
  }
  const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
  const cut = (packed: Tensor) => {
    let begin = 0;
    return shapes.map((shape, i) => {
      const part = core.slice(packed, [begin], [sizes[i]!]);
      begin += sizes[i]!;
      return core.reshape(part, shape);
    });
  };
  const pack = core.customGrad((...inputs) => ({
    value: core.concat(inputs.slice(0, tensors.length).map((x) => core.reshape(x, [-1]))),
    gradFunc: (dy) => [...replaced(cut(dy)), ...zeros()],
  }));
  return cut(pack(...tensors, ...alsoFrom));
}
