/** @file The graph of a model whose framework has one: its own nodes and edges, with the shapes of one call. */

import { className, describeError } from '../../check/index.ts';
import { type FrameworkNode, type Hookable, readerOf } from '../../hooks/index.ts';
import type { GraphNode } from './trace.ts';

/**
 * Calls a model once, and gives the nodes of its framework's graph.
 * @param run the call
 * @param nodes the graph, as the model's adapter knows it
 * @throws Error where the call fails
 */
export function frameworkGraph(root: Hookable, run: () => unknown, nodes: Iterable<FrameworkNode>): GraphNode[] {
  const shapes = new Map<string, readonly (readonly number[])[]>();
  const handles: { remove(): void }[] = [];
  try {
    for (const [name, module] of root.namedChildren()) {
      const reader = readerOf(module);
      const shapesOf = (output: unknown) =>
        [output].flat().flatMap((one) => (reader?.is(one) ? [[...reader.shape(one)]] : []));
      handles.push(module.observe(({ output }) => shapes.set(name, shapesOf(output))));
    }
    run();
  } catch (error) {
    throw new Error(`addGraph(): ${className(root)} could not be called: ${describeError(error)}`, { cause: error });
  } finally {
    for (const handle of handles) handle.remove();
  }
  return [...nodes].map(({ name, op, inputs, shape }) => ({
    name,
    op,
    inputs,
    shapes: shapes.get(name) ?? (shape === undefined ? [] : [shape]),
  }));
}
