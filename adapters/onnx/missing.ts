/** @file What is said of a module that an exported file does not have. */

import type { OnnxTensor } from './framework.ts';
import type { Graph } from './graph.ts';
import type { Tree } from './tree.ts';

const OFFERED = 8;

/** An error that says what the exporter has made of a module, as far as the file shows it. */
export function noPlace<T extends OnnxTensor>(
  graph: Graph,
  { places, children, readers }: Tree<T>,
  path: string,
): Error {
  if (typeof path !== 'string') return new TypeError(`getSubmodule(): a path expected, got ${String(path)}`);
  const weight = [...readers.keys()].find((name) => name.startsWith(`${path}.`));
  const holder = weight === undefined ? undefined : readers.get(weight)!;
  let above = path;
  while (above !== '' && !places.has(above)) above = above.slice(0, Math.max(0, above.lastIndexOf('.')));
  const names = [...(places.get(above)?.namedChildren() ?? children)].map(([name]) => name);
  const inside = `inside ${above === '' ? 'the model' : `"${above}"`}: ${names.slice(0, OFFERED).join(', ')}${names.length > OFFERED ? ', …' : ''}`;
  const why =
    holder !== undefined
      ? `its weights are read in "${holder}": the exporter has merged the two, and that gives what both give`
      : graph.weights.has(path)
        ? 'it is a weight: nothing computes it'
        : 'modules that compute nothing (Dropout, Identity), or that an exporter has folded into others, leave nothing in a file';
  return new Error(`getSubmodule(): no module "${path}"\n  ${why}\n  ${inside}`);
}

/** The same of a value. */
export function noValue(graph: Graph, name: string): Error {
  const what = graph.weights.has(name)
    ? 'it is a weight'
    : graph.inputs.has(name)
      ? 'it is an input of the model'
      : 'the graph has no such value, or computes it from weights alone';
  return new Error(`value(): no node gives "${name}"\n  ${what}`);
}
