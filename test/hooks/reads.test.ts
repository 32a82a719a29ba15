// The option `reads` of observers, and an adapter that computes statistics where the output is.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { intercept, listenersOf, summaryReader, TensorSummary } from '../../src/adapter.ts';
import { attach, Hookable, type ReadingEvent, statistics } from '../../src/index.ts';
import { hookContract } from '../../src/testing/index.ts';

/** A tensor on a device: reading its values is counted. */
class DeviceTensor {
  static reads = 0;
  readonly #values: readonly number[];

  constructor(values: readonly number[]) {
    this.#values = values;
  }

  get length(): number {
    return this.#values.length;
  }

  read(): readonly number[] {
    DeviceTensor.reads++;
    return this.#values;
  }

  doubled(): DeviceTensor {
    return new DeviceTensor(this.#values.map((value) => 2 * value));
  }

  statistics() {
    const count = this.#values.length;
    const mean = this.#values.reduce((sum, value) => sum + value, 0) / count;
    const variance = this.#values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    const [min, max] = [Math.min(...this.#values), Math.max(...this.#values)];
    const zeros = this.#values.filter((value) => value === 0).length;
    return { count, mean, variance, min, max, zeros, nan: 0, positiveInfinity: 0, negativeInfinity: 0 };
  }
}

class DeviceLayer extends Hookable {
  readonly #listeners = listenersOf(this);
  readonly #onForward: (inputs: readonly unknown[]) => void;

  constructor(onForward: (inputs: readonly unknown[]) => void = () => {}) {
    super({
      reader: {
        is: (value) => value instanceof DeviceTensor,
        shape: (tensor) => [(tensor as DeviceTensor).length],
        values: (tensor) => [...(tensor as DeviceTensor).read()],
        keep: (tensor) => tensor,
      },
      call: (...inputs) => this.#run(inputs),
    });
    this.#onForward = onForward;
  }

  override forward(...inputs: unknown[]): DeviceTensor {
    this.#onForward(inputs);
    return (inputs[0] as DeviceTensor).doubled();
  }

  #run(inputs: readonly unknown[]): unknown {
    const listeners = this.#listeners;
    const call = listeners.begin();
    const forward = (...given: unknown[]) => this.forward(...given);
    if (listeners.mayReplace || listeners.reads !== 'statistics') return intercept(this, forward, inputs, { call });
    const output = this.forward(...inputs);
    listeners.notifyReaders(call, new TensorSummary([output.length], output.statistics()), summaryReader);
    return output;
  }
}

const contract = hookContract<DeviceTensor>({
  name: 'an adapter that computes statistics itself',
  mode: 'sync',
  extraInputs: true,
  tensor: (values) => new DeviceTensor(values),
  values: (tensor) => [...tensor.read()],
  create(onForward) {
    const hookable = new DeviceLayer(onForward);
    return { hookable, call: (...inputs: unknown[]) => (hookable as (...given: unknown[]) => unknown)(...inputs) };
  },
});
for (const { name, run } of contract) test(name, run);

const run = (layer: DeviceLayer) => (layer as (x: unknown) => unknown)(new DeviceTensor([1, 2]));

test('log() and statistics() right behind observe() read nothing from the device; observers of the output do', () => {
  const layer = new DeviceLayer();
  const lines: string[] = [];
  const means: number[] = [];
  layer.log({ print: (line) => lines.push(line) });
  layer
    .observe()
    .pipe(statistics())
    .subscribe(({ mean }) => means.push(mean));
  DeviceTensor.reads = 0;
  run(layer);
  assert.is(DeviceTensor.reads, 0);
  const handle = layer.observe(({ output, reader }) => reader!.values(output));
  run(layer);
  assert.is(DeviceTensor.reads, 3);
  handle.remove();
  layer.observe(({ output, reader }) => reader!.values(output), { reads: 'values' });
  run(layer);
  assert.is(DeviceTensor.reads, 6, 'they need more than statistics');
  const line = 'mean 3.000  std 1.000  min 2.000  max 4.000  zeros 0.0 %';
  assert.equal(
    lines,
    [0, 1, 2].map((call) => `DeviceLayer() #${call} [2] ${line}`),
  );
  assert.equal(means, [3, 3, 3]);
});

test('a stand-in without values says why, to an observer that said it reads statistics', () => {
  const layer = new DeviceLayer();
  const reports: string[] = [];
  const observer = ({ output, reader }: ReadingEvent) => reader!.values(output);
  layer.observe(observer, { reads: 'statistics', reporter: (error) => reports.push(error.message) });
  run(layer);
  assert.match(reports[0]!, /the observer gets statistics alone, as its option "reads" says/);
});

test('all observers of a module can do with what the most demanding one reads', () => {
  const hookable = attach({ run: (x: number) => x }, 'run');
  const listeners = listenersOf(hookable);
  assert.is(listeners.reads, undefined);
  const first = hookable.observe(() => {}, { reads: 'statistics' });
  assert.is(listeners.reads, 'statistics');
  const second = hookable.observe(() => {}, { reads: 'values' });
  assert.is(listeners.reads, 'values');
  const third = hookable.observe(() => {});
  assert.is(listeners.reads, undefined);
  for (const handle of [third, second]) handle.remove();
  assert.is(listeners.reads, 'statistics');
  first.remove();
  assert.is(listeners.reads, undefined);
});

test.run();
