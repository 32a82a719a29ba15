import type { Hookable } from '../../src/index.ts';
import { TfjsLayer } from './layer.ts';

// biome-ignore lint/suspicious/noExplicitAny: which tensors it has is up to the root that it is selected from
type AnyLayer = TfjsLayer<any, any, any>;

/**
 * A predicate for `select`: layers of these classes, by the names that tfjs gives them.
 * @example select(net, ofClass('Conv2D', 'DepthwiseConv2D')).log();
 */
export function ofClass(...names: string[]): (path: string, module: Hookable) => module is AnyLayer {
  return (_path, module): module is AnyLayer =>
    module instanceof TfjsLayer && names.includes(module.layer.getClassName());
}
