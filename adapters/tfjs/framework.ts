/**
 * @file What the adapter needs of tfjs, as structural types: whoever has no tfjs installed can still compile, and any
 * packaging fits (`@tensorflow/tfjs`, tfjs-core alone, tfjs-node, the script tag's global).
 */

/** A tf.Tensor. */
export interface TfjsTensor {
  readonly id: number;
  /** The sizes of the dimensions, outermost first. */
  readonly shape: number[];
  readonly dtype: string;
  readonly isDisposed: boolean;
}

/** The tfjs namespace, as the user imported it; `T` is its tensor type. */
export interface Tfjs<T extends TfjsTensor = TfjsTensor> {
  // biome-ignore-start lint/suspicious/noExplicitAny: tfjs declares these with type parameters of its own, which no structural type fits
  readonly Tensor: abstract new (
    ...args: any[]
  ) => T;
  tidy(...args: any[]): any;
  keep(...args: any[]): any;
  customGrad(...args: any[]): any;
  engine(): any;
  getBackend(): string;
  // biome-ignore-end lint/suspicious/noExplicitAny: as above
}

/** The last input of a layer, where its call has options: `training`, `mask`, those of the layer's own. */
export interface TfjsCallOptions {
  /** Set in fit and trainOnBatch, and by `apply(x, { training: true })`. */
  training?: boolean;
  mask?: unknown;
  [option: string]: unknown;
}

/** A tf.layers.Layer, and so a LayersModel or a Sequential. */
export interface TfjsLayerLike {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: as in Tfjs
  call(inputs: any, options: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as in Tfjs
  apply(inputs: any, options?: any): any;
  getClassName(): string;
}

/** A tf.GraphModel. */
export interface TfjsGraphModelLike {
  // biome-ignore lint/suspicious/noExplicitAny: as in Tfjs
  execute(inputs: any, outputs?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as in Tfjs
  executeAsync(inputs: any, outputs?: any): Promise<any>;
  readonly modelVersion: string;
}

/* The rest is what the adapter itself sees, without anything optional. */

export interface Tensor extends TfjsTensor {
  readonly dataId: object;
  /** Set by tf.keep. */
  readonly kept?: boolean;
  clone(): Tensor;
  dispose(): void;
  dataSync(): ArrayLike<number>;
  data(): Promise<ArrayLike<number>>;
}

export interface Variable extends Tensor {
  readonly trainable: boolean;
}

type TensorLike = Tensor | number;

/** What is used of tfjs-core, with the types that it has here. */
export interface Core {
  readonly engine: Engine;
  readonly Tensor: new () => Tensor;
  tidy<R>(run: () => R): R;
  keep(tensor: Tensor): Tensor;
  customGrad(f: CustomGradient): (...inputs: Tensor[]) => Tensor;
  getBackend(): string;
  cast(x: Tensor, dtype: string): Tensor;
  concat(tensors: Tensor[]): Tensor;
  equal(x: Tensor, y: TensorLike): Tensor;
  isFinite(x: Tensor): Tensor;
  isNaN(x: Tensor): Tensor;
  max(x: Tensor): Tensor;
  min(x: Tensor): Tensor;
  mul(x: TensorLike, y: TensorLike): Tensor;
  reshape(x: Tensor, shape: number[]): Tensor;
  slice(x: Tensor, begin: number[], size: number[]): Tensor;
  stack(tensors: Tensor[]): Tensor;
  sub(x: TensorLike, y: TensorLike): Tensor;
  div(x: TensorLike, y: TensorLike): Tensor;
  sum(x: Tensor): Tensor;
  where(condition: Tensor, x: TensorLike, y: TensorLike): Tensor;
  zeros(shape: number[]): Tensor;
  scalar(value: number): Tensor;
}

export type CustomGradient = (...inputsAndSave: Tensor[]) => {
  value: Tensor;
  gradFunc(dy: Tensor): Tensor[];
};

export interface Engine {
  /** Whether what runs now is recorded for gradients. */
  isTapeOn(): boolean;
  /** What tf.tidy does before and after its function. */
  startScope(name: string): void;
  endScope(result: unknown): void;
  /** Not public. Where something is missing, cut gradients go unnoticed, and hooks take longer. */
  readonly state?: {
    readonly activeTape?: TapeNode[] | null;
    /** The tidy that runs now, and what has been made in it. */
    readonly activeScope?: { readonly track?: Tensor[]; readonly name?: string } | null;
    /** Which backend has which values. */
    readonly tensorInfo?: { get(dataId: object): { readonly backend?: Backend } | undefined };
  };
  /** The backends that have been made, by their names. */
  readonly registry?: Readonly<Record<string, Backend>>;
}

export interface Backend {
  /** The wasm backend's: a view of a tensor's values in its memory. */
  typedArrayFromHeap?(tensor: Tensor): ArrayLike<number>;
  /** The tensors that it has; asked for another one, it would fetch that. */
  readonly dataIdMap?: { has?(dataId: object): boolean };
}

export interface TapeNode {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
  readonly saved?: readonly Tensor[];
}

/** A layer, with what is protected in tfjs's own types and yet there in every build of it. */
export interface Layer extends TfjsLayerLike {
  readonly inboundNodes: LayerNode[];
  readonly outboundNodes: LayerNode[];
  readonly trainableWeights: readonly { read(): Variable }[];
  readonly weights: readonly { read(): Variable }[];
  readonly outputShape: unknown;
  /** Not public: 0 once it has been disposed of. */
  readonly _refCount?: number | null;
  assertInputCompatibility(inputs: unknown): void;
}

/** What connects symbolic tensors through a layer. */
export interface LayerNode {
  readonly outboundLayer: Layer;
  readonly inputTensors: readonly SymbolicTensor[];
}

export interface SymbolicTensor {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly sourceLayer: Layer;
}

/** A model made of layers. */
export interface Container extends Layer {
  readonly layers: readonly Layer[];
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  /** Runs layers by the names of their outputs. */
  execute(...given: never[]): unknown;
}

/** A Sequential keeps the model that it runs, made when it is built, in `model`. */
export interface Sequential extends Container {
  model: Container | null | undefined;
  build(): void;
}

export function isTensor(core: Core, value: unknown): value is Tensor {
  return value instanceof core.Tensor;
}

export function isContainer(layer: Layer): layer is Container {
  return Array.isArray((layer as Partial<Container>).layers) && Array.isArray((layer as Partial<Container>).outputs);
}

/** Told by what it has, not by its class: a subclass is one too. */
export function isSequential(layer: Layer): layer is Sequential {
  return isContainer(layer) && typeof (layer as { add?: unknown }).add === 'function';
}

export function isInputLayer(layer: Layer): boolean {
  return layer.getClassName() === 'InputLayer';
}

export function isLayer(value: unknown): value is Layer {
  const layer = value as Partial<Layer> | null | undefined;
  return (
    typeof layer === 'object' &&
    layer !== null &&
    typeof layer.call === 'function' &&
    typeof layer.apply === 'function' &&
    typeof layer.getClassName === 'function' &&
    Array.isArray(layer.inboundNodes)
  );
}

export const toList = <V>(value: V | readonly V[]): V[] => (Array.isArray(value) ? [...value] : [value as V]);
