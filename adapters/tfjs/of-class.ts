import type { Hookable } from '../../src/index.ts';
import { TfjsLayer } from './layer.ts';

/**
 * A predicate for `select`: layers of these classes, by the names that tfjs gives them.
 * @example select(net, ofClass('Conv2D', 'DepthwiseConv2D')).log();
 */
export function ofClass(...names: string[]): (path: string, module: Hookable) => boolean {
  return (_path, module) => module instanceof TfjsLayer && names.includes(module.layer.getClassName());
}
