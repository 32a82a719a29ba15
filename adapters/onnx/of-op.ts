import type { Hookable } from '../../src/index.ts';
import { OnnxNode } from './place.ts';

// biome-ignore lint/suspicious/noExplicitAny: which tensors it gives is up to the root that it is selected from
type AnyNode = OnnxNode<any, any>;

/**
 * A predicate for `select`: nodes that compute one of these, by ONNX's names.
 * @example select(net, ofOp('Softmax')).observe(({ path, output }) => draw(path, output.data));
 */
export function ofOp(...ops: string[]): (path: string, module: Hookable) => module is AnyNode {
  return (_path, module): module is AnyNode => module instanceof OnnxNode && ops.includes(module.op);
}
