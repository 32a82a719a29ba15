/**
 * @file The parts of tfjs that the adapter needs, as structural types: they compile without tfjs installed, and any
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

// biome-ignore-start lint/suspicious/noExplicitAny: tfjs's own type parameters fit no structural type

/** The tfjs namespace, as the user imported it; `T` is its tensor type. */
export interface Tfjs<T extends TfjsTensor = TfjsTensor> {
  readonly Tensor: abstract new (...args: any[]) => T;
  tidy(...args: any[]): any;
  keep(...args: any[]): any;
  customGrad(...args: any[]): any;
  engine(): any;
  getBackend(): string;
}

/** A tf.layers.Layer, and so a LayersModel or a Sequential. */
export interface TfjsLayerLike {
  readonly name: string;
  call(inputs: any, options: any): any;
  apply(inputs: any, options?: any): any;
  getClassName(): string;
}

/** A tf.GraphModel. */
export interface TfjsGraphModelLike {
  execute(inputs: any, outputs?: any): any;
  executeAsync(inputs: any, outputs?: any): Promise<any>;
  readonly modelVersion: string;
}

// biome-ignore-end lint/suspicious/noExplicitAny: as above

/** The last input of a layer whose call has options: `training`, `mask`, and the layer's own. */
export interface TfjsCallOptions {
  /** Set in fit and trainOnBatch, and by `apply(x, { training: true })`. */
  training?: boolean;
  mask?: unknown;
  [option: string]: unknown;
}

/* The rest are the types that the adapter itself works with. */

export interface Tensor extends TfjsTensor {
  readonly dataId: object;
  /** Set by tf.keep. */
  readonly kept?: boolean;
  /** Whether a variable is trained. */
  readonly trainable?: boolean;
  clone(): Tensor;
  dispose(): void;
  dataSync(): ArrayLike<number>;
  data(): Promise<ArrayLike<number>>;
}

type TensorLike = Tensor | number;
type Unary = (x: Tensor) => Tensor;
type Binary = (x: TensorLike, y: TensorLike) => Tensor;

/** The parts of tfjs-core in use. */
export interface Core
  extends Readonly<Record<'isFinite' | 'isNaN' | 'max' | 'min' | 'sum', Unary>>,
    Readonly<Record<'div' | 'equal' | 'mul' | 'sub', Binary>> {
  readonly engine: Engine;
  readonly Tensor: new () => Tensor;
  tidy<R>(run: () => R): R;
  keep(tensor: Tensor): Tensor;
  customGrad(
    f: (...inputs: Tensor[]) => { value: Tensor; gradFunc(dy: Tensor): Tensor[] },
  ): (...inputs: Tensor[]) => Tensor;
  getBackend(): string;
  cast(x: Tensor, dtype: string): Tensor;
  concat(tensors: Tensor[]): Tensor;
  reshape(x: Tensor, shape: number[]): Tensor;
  scalar(value: number): Tensor;
  slice(x: Tensor, begin: number[], size: number[]): Tensor;
  stack(tensors: Tensor[]): Tensor;
  where(condition: Tensor, x: TensorLike, y: TensorLike): Tensor;
  zeros(shape: number[]): Tensor;
}

export interface Engine {
  /** Whether operations are being recorded for gradients. */
  isTapeOn(): boolean;
  /** The two halves of tf.tidy. */
  startScope(name: string): void;
  endScope(result: unknown): void;
  makeTensor(values: ArrayLike<number>, shape: readonly number[], dtype: string): Tensor;
  /** Not public. Without it, cut gradients go unnoticed, and hooks take longer. */
  readonly state?: {
    readonly activeTape?: TapeNode[] | null;
    /** The running tidy, and the tensors created in it. */
    readonly activeScope?: { readonly track?: Tensor[]; readonly name?: string } | null;
    /** The backend that has a tensor's values. */
    readonly tensorInfo?: { get(dataId: object): { readonly backend?: Backend } | undefined };
  };
  /** The backends by name. */
  readonly registry?: Readonly<Record<string, Backend>>;
}

export interface Backend {
  /** The wasm backend has this: a view of a tensor's values in its memory. */
  typedArrayFromHeap?(tensor: Tensor): ArrayLike<number>;
  /** Its tensors. Ask `has` first: `get` would move a tensor here from another backend. */
  readonly dataIdMap?: { has?(dataId: object): boolean };
}

export interface TapeNode {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
  readonly saved?: readonly Tensor[];
}

/** A layer, with members that tfjs declares protected. */
export interface Layer extends TfjsLayerLike {
  readonly inboundNodes: LayerNode[];
  readonly outboundNodes: LayerNode[];
  readonly trainableWeights: readonly { read(): Tensor }[];
  readonly weights: readonly { readonly name: string; read(): Tensor }[];
  readonly outputShape: unknown;
  /** Of convolutions and poolings. */
  readonly dataFormat?: 'channelsFirst' | 'channelsLast';
  getConfig(): unknown;
  /** Not public; 0 after dispose(). */
  readonly _refCount?: number | null;
  assertInputCompatibility(inputs: unknown): void;
}

/** One application of a layer to symbolic tensors. */
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
  /** Runs the layers that lead to named outputs. */
  execute(...args: never[]): unknown;
}

/** A Sequential runs an inner model, made by `build`. */
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

/** Includes subclasses, and works without the class. */
export function isSequential(layer: Layer): layer is Sequential {
  return isContainer(layer) && typeof (layer as { add?: unknown }).add === 'function';
}

export function isInputLayer(layer: Layer): boolean {
  return layer.getClassName() === 'InputLayer';
}

export function isLayer(value: unknown): value is Layer {
  if (typeof value !== 'object' || value === null) return false;
  const isMethod = (key: string) => typeof Reflect.get(value, key) === 'function';
  return ['call', 'apply', 'getClassName'].every(isMethod) && Array.isArray((value as Partial<Layer>).inboundNodes);
}

export const toList = <V>(value: V | readonly V[]): V[] => (Array.isArray(value) ? [...value] : [value as V]);
