import { describe } from '../../src/adapter.ts';
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
import { checkGraph } from './graph-node.ts';
import { loadedEditor, type OpRegistry } from './graph-rewriting.ts';
import { GraphRuns } from './graph-runs.ts';
import { checkLayer, hookableOf, type LayerIn, type TfjsLayer } from './layer.ts';

/**
 * Makes a model of tfjs, every layer in it, or a single layer hookable. Nothing is changed until the first hook is
 * registered, and nothing is left when the last one is removed. The same layer always gives the same Hookable.
 * @param tf tfjs as you imported it: `@tensorflow/tfjs`, tfjs-node, `tfjs-core` alone, or the global of the script tag
 * @param model a LayersModel, a Sequential, any layer, or a GraphModel, whose modules are the nodes of its graph
 * @example
 * const net = wrapTfjs(tf, model);
 * const handle = net.getSubmodule('dense_1').registerForwardHook((layer, inputs, output) => output.mul(0.5));
 * select(net, 'conv*').log();
 * model.predict(x);
 * @throws TypeError for anything but a model or layer of tfjs, for an input layer, and for a model that has been disposed
 *   of or was made by another copy of tfjs
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
      `wrapTfjs(): the model must be a LayersModel, a Sequential, a GraphModel or a layer of tfjs, got ${describe(model)}`,
    );
  }
  if (isInputLayer(model)) {
    throw new TypeError(
      `wrapTfjs(): ${model.name} is an InputLayer, which tfjs never calls\n  expected: the model, or the layer after it`,
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
      'wrapTfjs(): tf must have registerOp for a GraphModel\n' +
        '  expected: @tensorflow/tfjs, or { ...core, ...converter } of tfjs-core and tfjs-converter',
    );
  }
  if (GraphModel !== undefined && !(model instanceof GraphModel)) {
    throw new TypeError(
      'wrapTfjs(): the GraphModel was made by another copy of tfjs\n' +
        '  got: a model of another tfjs-converter, of unknown version\n' +
        `  expected: one of tfjs-converter ${tf.version_converter ?? '(unknown version)'}, the copy that was passed in`,
    );
  }
  const runs = new GraphRuns(model);
  const editor = preparedEditor(model, runs) ?? loadedEditor({ registerOp, deregisterOp }, model, runs);
  if (editor === undefined) {
    throw new TypeError(
      'wrapTfjs(): layertap cannot reach the graph of a GraphModel that this tfjs has loaded\n' +
        `  got: tfjs-converter ${tf.version_converter ?? '(unknown version)'}\n` +
        '  expected: a model that was loaded with loadTfjsGraph(tf, source), or one of tfjs 4',
    );
  }
  const hookable = new TfjsGraph<T>({ core, model, editor, runs });
  graphs.set(model, hookable as unknown as TfjsGraph);
  return hookable;
}

function isGraphModel(model: unknown): model is TfjsGraphModelLike {
  const { execute, executeAsync, call } = (model ?? {}) as Partial<Record<string, unknown>>;
  // A LayersModel has an execute too, and, as every layer, a call.
  return typeof execute === 'function' && typeof executeAsync === 'function' && call === undefined;
}

const FUNCTIONS = ['tidy', 'keep', 'customGrad', 'engine', 'getBackend', 'Tensor'] as const;
const OPERATIONS = [
  ...['cast', 'concat', 'div', 'equal', 'isFinite', 'isNaN', 'max', 'min', 'mul', 'reshape', 'scalar', 'slice'],
  ...['stack', 'sub', 'sum', 'where', 'zeros'],
];

const cores = new WeakMap<object, Core>();

/** The parts of tfjs in use, read once: its builds export getters, which take a third of a µs each time. */
function coreOf(tf: unknown): Core {
  const known = cores.get(tf as object);
  if (known !== undefined) return known;
  const namespace = tf as Record<string, unknown> & { engine(): unknown };
  for (const name of FUNCTIONS) {
    if (typeof namespace?.[name] === 'function') continue;
    throw new TypeError(
      `wrapTfjs(): the first argument must be tfjs, the namespace of @tensorflow/tfjs, got ${describe(tf)}, which has no ${name}`,
    );
  }
  const parts = [...FUNCTIONS, ...OPERATIONS].map((name) => [name, namespace[name]]);
  const core = { ...Object.fromEntries(parts), engine: namespace.engine() } as Core;
  cores.set(tf as object, core);
  return core;
}

/** Parts that only some packagings of tfjs have. */
interface Namespace {
  readonly layers?: { readonly Layer?: new () => object };
  readonly GraphModel?: new () => object;
  readonly registerOp?: OpRegistry['registerOp'];
  readonly deregisterOp?: OpRegistry['deregisterOp'];
  readonly version_layers?: string;
  readonly version_converter?: string;
}

function checkCopy(tf: Namespace, layer: Layer): void {
  const LayerClass = tf.layers?.Layer;
  if (LayerClass === undefined || layer instanceof LayerClass) return;
  const maker = versionOf(layer);
  throw new TypeError(
    `wrapTfjs(): ${layer.getClassName()} ${layer.name} was made by another copy of tfjs\n` +
      `  got: a model of ${maker}\n` +
      `  expected: one of tfjs-layers ${tf.version_layers ?? '(unknown version)'}, the copy that was passed in` +
      `${maker.endsWith(` ${tf.version_layers}`) ? ' (the same version, but another copy: look for two in node_modules)' : ''}`,
  );
}

function versionOf(layer: Layer): string {
  // Only the JSON of a whole model has the version that made it.
  if (!isContainer(layer)) return 'an unknown version: a single layer does not tell';
  try {
    const model = layer as unknown as { toJSON(unused: null, asString: false): { keras_version?: string } };
    return String(model.toJSON(null, false).keras_version);
  } catch {
    return 'an unknown version';
  }
}
