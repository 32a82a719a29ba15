import { describe } from '../../src/adapter.ts';
import { checkGraph, checkLayer } from './disposed.ts';
import {
  type Core,
  isContainer,
  isInputLayer,
  isLayer,
  type Layer,
  type Tfjs,
  type TfjsGraphModelLike,
  type TfjsLayerLike,
  type TfjsTensor,
} from './framework.ts';
import { TfjsGraph } from './graph.ts';
import { preparedEditor } from './graph-loading.ts';
import { loadedEditor, type OpRegistry } from './graph-rewriting.ts';
import { GraphRuns } from './graph-runs.ts';
import { hookableOf, type LayerIn, type TfjsLayer } from './layer.ts';

/**
 * Puts hooks on a model of tfjs, on every layer in it, or on a single layer. Nothing is changed until the first hook
 * is registered, and nothing is left when the last one goes. The same layer always gives the same Hookable.
 * @param tf tfjs as you imported it: `@tensorflow/tfjs`, tfjs-node, `tfjs-core` alone, or the global of the script tag
 * @param model a LayersModel, a Sequential, any layer, or a GraphModel, whose modules are the nodes of its graph
 * @example
 * const net = wrapTfjs(tf, model);
 * const handle = net.getSubmodule('dense_1').registerForwardHook((layer, inputs, output) => output.mul(0.5));
 * select(net, 'conv*').log();
 * model.predict(x);
 * @throws TypeError for what is no model of tfjs, an input layer, a model that has been disposed of, or one that
 *   another copy of tfjs made
 */
export function wrapTfjs<T extends TfjsTensor>(tf: Tfjs<T>, model: TfjsGraphModelLike): TfjsGraph<T>;
export function wrapTfjs<T extends TfjsTensor, L extends TfjsLayerLike>(
  tf: Tfjs<T>,
  model: L,
): TfjsLayer<T, T, L, LayerIn<L>>;
export function wrapTfjs<T extends TfjsTensor>(
  tf: Tfjs<T>,
  model: TfjsGraphModelLike | TfjsLayerLike,
): TfjsGraph<T> | TfjsLayer<T> {
  const core = coreOf(tf);
  if (isGraphModel(model)) return wrapGraph<T>(core, tf as unknown as Namespace, model);
  if (!isLayer(model)) {
    throw new TypeError(
      `wrapTfjs(): a LayersModel, a Sequential, a GraphModel or a layer of tfjs expected, got ${describe(model)}`,
    );
  }
  if (isInputLayer(model)) {
    throw new TypeError(
      `wrapTfjs(): ${model.name} is an InputLayer, which tfjs never calls\n  expected: the model, or the layer behind it`,
    );
  }
  checkCopy(tf as unknown as Namespace, model);
  checkLayer(`wrapTfjs(): ${model.getClassName()} ${model.name}`, model);
  return hookableOf(core, model);
}

const graphs = new WeakMap<TfjsGraphModelLike, TfjsGraph>();

function wrapGraph<T extends TfjsTensor>(core: Core, tf: Namespace, model: TfjsGraphModelLike): TfjsGraph<T> {
  if (model.modelVersion === 'n/a') throw new TypeError('wrapTfjs(): the GraphModel has not been loaded yet');
  checkGraph('wrapTfjs(): the GraphModel', model);
  const found = graphs.get(model);
  if (found?.isCurrent === true) return found as unknown as TfjsGraph<T>;
  const { registerOp, deregisterOp, GraphModel } = tf;
  if (registerOp === undefined || deregisterOp === undefined) {
    throw new TypeError(
      'wrapTfjs(): the graph of a GraphModel needs registerOp, which tf has not\n' +
        '  expected: @tensorflow/tfjs, or { ...core, ...converter } of tfjs-core and tfjs-converter',
    );
  }
  if (GraphModel !== undefined && !(model instanceof GraphModel)) {
    throw new TypeError(
      'wrapTfjs(): the GraphModel was made by another copy of tfjs\n' +
        '  came: a model of another tfjs-converter, which does not tell its version\n' +
        `  expected: one of tfjs-converter ${tf.version_converter ?? '(unknown version)'}, the copy that was passed in`,
    );
  }
  const runs = new GraphRuns(model);
  const places = preparedEditor(model, runs) ?? loadedEditor({ registerOp, deregisterOp }, model, runs);
  if (places === undefined) {
    throw new TypeError(
      'wrapTfjs(): this tfjs keeps the graph of a loaded GraphModel where layertap cannot reach it\n' +
        `  came: tfjs-converter ${tf.version_converter ?? '(unknown version)'}\n` +
        '  expected: a model that was loaded with loadTfjsGraph(tf, source), or one of tfjs 4',
    );
  }
  const hookable = new TfjsGraph<T>({ core, model, places, runs });
  graphs.set(model, hookable as unknown as TfjsGraph);
  return hookable;
}

function isGraphModel(model: unknown): model is TfjsGraphModelLike {
  const { execute, executeAsync, call } = (model ?? {}) as Partial<Record<string, unknown>>;
  // A LayersModel has an execute too, and what every layer has.
  return typeof execute === 'function' && typeof executeAsync === 'function' && call === undefined;
}

/** Without these it is not tfjs; the others are tensor operations. */
const FUNCTIONS = ['tidy', 'keep', 'customGrad', 'engine', 'getBackend', 'Tensor'] as const;
const OPERATIONS = [
  ...['cast', 'concat', 'div', 'equal', 'isFinite', 'isNaN', 'max', 'min', 'mul', 'reshape', 'scalar', 'slice'],
  ...['stack', 'sub', 'sum', 'where', 'zeros'],
];

const cores = new WeakMap<object, Core>();

/** What is used of tfjs, taken out of it once: what its builds export are getters, which take a third of a µs each time. */
function coreOf(tf: unknown): Core {
  const known = cores.get(tf as object);
  if (known !== undefined) return known;
  const namespace = tf as Record<string, unknown> & { engine(): unknown };
  for (const name of FUNCTIONS) {
    if (typeof namespace?.[name] === 'function') continue;
    throw new TypeError(
      `wrapTfjs(): the first argument must be tfjs, the namespace of @tensorflow/tfjs; got ${describe(tf)}, which has no ${name}`,
    );
  }
  const parts = [...FUNCTIONS, ...OPERATIONS].map((name) => [name, namespace[name]]);
  const core = { ...Object.fromEntries(parts), engine: namespace.engine() } as Core;
  cores.set(tf as object, core);
  return core;
}

/** What tells one copy of tfjs from another, and what only some packagings have. */
interface Namespace {
  readonly layers?: { readonly Layer?: new () => object };
  readonly GraphModel?: new () => object;
  readonly registerOp?: OpRegistry['registerOp'];
  readonly deregisterOp?: OpRegistry['deregisterOp'];
  readonly version_layers?: string;
  readonly version_converter?: string;
}

/** A model knows the version that made it only as a whole, when it is written as JSON. */
function checkCopy(tf: Namespace, layer: Layer): void {
  const LayerClass = tf.layers?.Layer;
  if (LayerClass === undefined || layer instanceof LayerClass) return;
  const maker = versionOf(layer);
  throw new TypeError(
    `wrapTfjs(): ${layer.getClassName()} ${layer.name} was made by another copy of tfjs\n` +
      `  came: a model of ${maker}\n` +
      `  expected: one of tfjs-layers ${tf.version_layers ?? '(unknown version)'}, the copy that was passed in` +
      `${maker.endsWith(` ${tf.version_layers}`) ? ' (the version is the same, but the copy is not: look for two in node_modules)' : ''}`,
  );
}

function versionOf(layer: Layer): string {
  try {
    if (!isContainer(layer)) return 'an unknown version: a single layer does not tell';
    const { keras_version: version } = (layer as unknown as JsonWriter).toJSON(null, false);
    return String(version);
  } catch {
    return 'an unknown version';
  }
}

interface JsonWriter {
  toJSON(unused: null, asString: false): { keras_version?: string };
}
