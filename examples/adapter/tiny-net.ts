// A framework in small, which knows nothing of layertap: layers that call each other, and tensors of their own kind.

export class Tensor {
  readonly data: readonly number[];
  constructor(data: readonly number[]) {
    this.data = data;
  }
}

export interface Layer {
  readonly layers?: Readonly<Record<string, Layer>>;
  call(x: Tensor): Tensor;
}

export class Dense implements Layer {
  readonly weight: readonly (readonly number[])[];
  constructor(...weight: readonly (readonly number[])[]) {
    this.weight = weight;
  }
  call({ data }: Tensor): Tensor {
    return new Tensor(this.weight.map((row) => row.reduce((sum, w, i) => sum + w * data[i]!, 0)));
  }
}

export class Relu implements Layer {
  call({ data }: Tensor): Tensor {
    return new Tensor(data.map((value) => Math.max(value, 0)));
  }
}

export class Chain implements Layer {
  readonly layers: Readonly<Record<string, Layer>>;
  constructor(layers: Readonly<Record<string, Layer>>) {
    this.layers = layers;
  }
  call(x: Tensor): Tensor {
    return Object.values(this.layers).reduce((value, layer) => layer.call(value), x);
  }
}
