import { elementTypeOf, type Region } from './graph.ts';

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
