/** @file A table of the modules of a model, with shapes, parameters and multiply-adds. */
import { checkOptions } from '../check/index.ts';
import { type ForwardEvent, forEachTensor, type Hookable, type ModuleParameter, optionsOf } from '../hooks/index.ts';
import { bytesOf } from './copies.ts';
import type { ModuleSummary, Summaries, SummaryTotals } from './module-summary.ts';
import { multiplyAdds } from './multiply-adds.ts';
import { checkRun, kindOfModule, RUN_OPTIONS, type RunInputs, runWithHooks } from './run.ts';
import { summaryText } from './summary-text.ts';
import { sizeOf } from './values.ts';

/** Options of {@link summary}. */
export interface SummaryOptions {
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

/**
 * Runs a model once and lists its modules as torchinfo does: path, class, shapes of inputs and outputs, parameters, multiply-adds
 * and memory. A module that is used several times is listed once, with the number of its calls.
 * @param inputs what the model is called with, or a function that runs it
 * @example console.log(String(await summary(net, [x])));
 * @throws what the model throws; TypeError for other arguments, before anything has run
 */
export async function summary<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  options: SummaryOptions = {},
): Promise<Summaries> {
  checkRun('summary()', model, inputs);
  checkOptions('summary()', options, { signal: RUN_OPTIONS.signal });
  const seen = new Map<Hookable, Seen>();
  const modules = [...model.namedModules()].map(([path, module]) => [path, module as Hookable] as const);
  for (const [, module] of modules) seen.set(module, new Seen(module));
  const register = () => {
    for (const [, module] of modules) {
      // Inside an ONNX If that runs in some iterations, for instance.
      if (optionsOf(module).unsupported?.observer !== undefined) continue;
      module.observe((event) => seen.get(module)!.add(event));
    }
  };
  await runWithHooks('summary()', model, inputs, register, options.signal);
  const all = new Map([...seen.values()].flatMap(({ parameters }) => parameters.map((one) => [one.identity, one])));
  const total = [...all.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const rows = modules.map(([path, module]) => seen.get(module)!.row(path, depthOf(path, modules), total));
  // Parents come before their modules.
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    if (!row.isContainer) continue;
    const inside = rows.slice(i + 1).filter((other) => isInside(other.path, row.path) && !other.isContainer);
    const known = inside.flatMap(({ multiplyAdds: some }) => some ?? []);
    if (known.length > 0) rows[i] = { ...row, multiplyAdds: known.reduce((sum, some) => sum + some, 0) };
  }
  const leaves = rows.filter(({ isContainer }) => !isContainer);
  const totals: SummaryTotals = {
    parameters: total,
    parameterBytes: [...all.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    multiplyAdds: leaves.reduce((sum, { multiplyAdds: some = 0 }) => sum + some, 0),
    unknown: leaves
      .filter(({ parameters, multiplyAdds: some, calls }) => calls > 0 && parameters > 0 && some === undefined)
      .map(({ path }) => path),
    inputBytes: seen.get(model)!.inputBytes,
    outputBytes: leaves.reduce((sum, { outputBytes }) => sum + outputBytes, 0),
  };
  return { modules: rows, totals, toString: (width?: number) => summaryText(rows, totals, width) };
}

const isInside = (path: string, parent: string) => path !== parent && (parent === '' || path.startsWith(`${parent}.`));

/** Names may contain dots, so ancestors are counted, not dots. */
const depthOf = (path: string, modules: readonly (readonly [string, Hookable])[]) =>
  modules.filter(([other]) => isInside(path, other)).length;

/** The calls of a module. */
class Seen {
  readonly parameters: readonly ModuleParameter[];
  inputBytes = 0;
  readonly #kind: string;
  readonly #isContainer: boolean;
  #calls = 0;
  #inputs: (readonly number[])[] | undefined;
  #outputs: (readonly number[])[] | undefined;
  #multiplyAdds: number | undefined;
  #outputBytes = 0;

  constructor(module: Hookable) {
    this.#kind = kindOfModule(module);
    this.parameters = [...(optionsOf(module).parameters?.(module) ?? [])];
    this.#isContainer = [...module.namedChildren()].length > 0;
  }

  add({ inputs, output, reader }: ForwardEvent): void {
    const shapesOf = (value: unknown): [shapes: (readonly number[])[], bytes: number] => {
      const shapes: (readonly number[])[] = [];
      let bytes = 0;
      if (reader === undefined) return [shapes, bytes];
      forEachTensor(
        value,
        (one) => reader.is(one),
        (tensor) => {
          shapes.push([...reader.shape(tensor)]);
          bytes += bytesOf(tensor, reader);
        },
      );
      return [shapes, bytes];
    };
    const [given, inputBytes] = shapesOf(inputs);
    const [outputs, bytes] = shapesOf(output);
    this.#calls++;
    this.#outputBytes += bytes;
    this.#inputs ??= given;
    this.#outputs ??= outputs;
    if (this.#calls === 1) this.inputBytes = inputBytes;
    const shapes = { kind: this.#kind, parameters: this.parameters, inputs: given, outputs };
    const some = this.#isContainer ? undefined : multiplyAdds(shapes);
    if (some !== undefined) this.#multiplyAdds = (this.#multiplyAdds ?? 0) + some;
  }

  row(path: string, depth: number, total: number): ModuleSummary {
    const parameters = this.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return {
      path,
      kind: this.#kind,
      depth,
      isContainer: this.#isContainer,
      calls: this.#calls,
      inputs: this.#inputs,
      outputs: this.#outputs,
      parameters,
      parameterBytes: this.parameters.reduce((sum, { bytes }) => sum + bytes, 0),
      share: total === 0 ? 0 : parameters / total,
      multiplyAdds: this.#multiplyAdds,
      outputBytes: this.#outputBytes,
    };
  }
}
