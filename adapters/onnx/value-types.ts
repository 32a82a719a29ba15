import { elementTypeOf, type Region, type Shape } from './graph.ts';

/** A value of a model. */
export interface ValueIn {
  readonly region: Region;
  readonly value: string;
}

export interface InferredValue extends ValueIn {
  /** A TensorProto.DataType; 0 if it is not known. */
  readonly type: number;
  readonly shape: Shape | undefined;
}

/** The element types of a model's values: those that the file has, and those that the runtime has inferred. */
export class ValueTypes {
  readonly #inferred = new Map<string, number>();

  /** A TensorProto.DataType; 0 if it is not known. */
  of(region: Region, value: string): number {
    return Number(elementTypeOf(region.graph, value)) || (this.#inferred.get(`${region.id} ${value}`) ?? 0);
  }

  infer(region: Region, value: string, type: number): void {
    this.#inferred.set(`${region.id} ${value}`, type);
  }
}
