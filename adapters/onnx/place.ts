import { Hookable } from '../../src/index.ts';
import type { Call } from './calls.ts';
import { isTensor, type OnnxTensor } from './framework.ts';
import { keep, tensorReader } from './reader.ts';

/** What is known of a place before anything is registered there. */
export interface PlaceInfo {
  readonly path: string;
  readonly calls: readonly Call[];
  /** Why nothing can be registered here, in a sentence. */
  readonly unreachable: string | undefined;
  /** Whether a hook may replace the value: nothing in the graph reads it. */
  readonly canReplace: boolean;
  /** What the exporter has merged into this place, in a sentence. */
  readonly note: string | undefined;
}

/** Learns of places that are listened to. */
export interface PlaceOwner {
  /** Called before each registration. */
  listen(place: OnnxPlace): void;
  /** Called when the last one is gone. */
  leave(place: OnnxPlace): void;
}

/** Names with the places that they lead to, directly below. */
export type Children<T extends OnnxTensor> = (readonly [string, OnnxPlace<T>])[];

/**
 * A place in a model that ONNX Runtime computes: its hooks run after the run, in the order of computing, and are awaited.
 * Made by the model.
 */
export abstract class OnnxPlace<T extends OnnxTensor = OnnxTensor, O = T> extends Hookable {
  /** The path in the model. */
  readonly path: string;
  /** Where the exporter has merged another module into this one: the sentence that says so. */
  readonly note: string | undefined;
  readonly #children: Children<T>;

  constructor(info: PlaceInfo, children: Children<T>, owner: PlaceOwner) {
    const { path, unreachable, canReplace, note } = info;
    const later = 'the run would have to be taken apart here, which the adapter cannot do yet';
    const noGradients = unreachable ?? `${path} has no backward hooks: a model in an ONNX file has no gradients`;
    let warned = false;
    super({
      reader: tensorReader,
      async: true,
      call: () => this.forward(),
      unsupported: {
        forward: unreachable,
        observer: unreachable,
        transform: unreachable ?? (canReplace ? undefined : `${path} takes no transform: ${later}`),
        'forward-pre': unreachable ?? `${path} has no pre-hooks: ${later}`,
        backward: noGradients,
        'backward-pre': noGradients,
      },
      validateOutput: (output, replacement) =>
        canReplace
          ? wrongType(output, replacement)
          : 'no replacement: what the graph computes from this value has been computed',
      install: () => {
        if (note !== undefined && !warned) console.warn(`layertap: ${note}`);
        warned = true;
        owner.listen(this as unknown as OnnxPlace);
      },
      uninstall: () => owner.leave(this as unknown as OnnxPlace),
    });
    this.path = path;
    this.note = note;
    this.#children = children;
  }

  /** @throws TypeError always, as a rejection: only the model runs it, between the others */
  async forward(..._inputs: (T | undefined)[]): Promise<O> {
    throw new TypeError(`${this} cannot be called: only its model runs it`);
  }

  /** A copy of a tensor that shares no memory with it. */
  keep(tensor: T): T {
    return keep(tensor);
  }

  override *namedChildren(): Generator<[string, OnnxPlace<T>]> {
    for (const [name, child] of this.#children) yield [name, child];
  }
}

/** A module of PyTorch, as its exporter has left it in the file: its value is the last one that leaves it. */
export class OnnxModule<T extends OnnxTensor = OnnxTensor> extends OnnxPlace<T> {
  static readonly className: string = 'OnnxModule';
  /** The name of its class in PyTorch, where the file has it: `Linear`. */
  readonly kind: string | undefined;

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(info: PlaceInfo & { readonly kind: string | undefined }, children: Children<T>, owner: PlaceOwner) {
    super(info, children, owner);
    this.kind = info.kind;
  }

  override toString(): string {
    return `${this.kind ?? 'Module'}(${this.path})`;
  }
}

/** A node of the graph: gives one tensor, or an array of them where it has several outputs. */
export class OnnxNode<T extends OnnxTensor = OnnxTensor, O = T> extends OnnxPlace<T, O> {
  static readonly className: string = 'OnnxNode';
  /** What it computes: `Conv`, `Softmax`. */
  readonly op: string;
  /** The names of the values that it gives. */
  readonly values: readonly string[];

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(
    info: PlaceInfo & { readonly op: string; readonly values: readonly string[] },
    children: Children<T>,
    owner: PlaceOwner,
  ) {
    super(info, children, owner);
    this.op = info.op;
    this.values = info.values;
  }

  override toString(): string {
    return `${this.op}(${this.path})`;
  }
}

function wrongType(output: unknown, replacement: unknown): string | undefined {
  if (!isTensor(output)) return undefined;
  const { type } = output;
  return isTensor(replacement) && replacement.type === type ? undefined : `a tensor of type ${type}`;
}
