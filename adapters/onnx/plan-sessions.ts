/** @file Creates the sessions of a plan: one for the whole run, or one for each stage. */
import { listHooks } from '../../src/index.ts';
import { CutModel, type PartInput } from './cut-model.ts';
import { elementTypeOf, type Region } from './graph.ts';
import { inferTypes } from './infer-types.ts';
import { ELEMENT_TYPES, type OnnxSession, type OnnxTensor } from './ort.ts';
import type { Plan } from './plan.ts';
import type { Share, StageSession } from './session-cache.ts';
import { NoTensor, type SessionMaker } from './sessions.ts';
import { type Stage, stagesOf } from './stages.ts';
import type { ValueTypes } from './value-types.ts';

/** Creates sessions for the plans of a model. */
export class SessionBuilder<T extends OnnxTensor> {
  readonly #maker: SessionMaker<T>;
  readonly #regions: readonly Region[];
  readonly #types: ValueTypes;
  /** Values that were found to be sequences or optionals. */
  readonly #noTensors = new Set<string>();

  constructor(maker: SessionMaker<T>, regions: readonly Region[], types: ValueTypes) {
    this.#maker = maker;
    this.#regions = regions;
    this.#types = types;
  }

  /** The session of the model as it is. */
  async plain(share: Share<T>): Promise<StageSession<T>[]> {
    const { fileSize } = this.#maker;
    return [{ stage: undefined, session: await share('', fileSize, () => this.#maker.plain()) }];
  }

  /** @throws Error that names the hooks */
  async build(plan: Plan<T>, share: Share<T>): Promise<readonly StageSession<T>[]> {
    const hooks = [...new Set(plan.calls.map(({ point }) => point))].flatMap((point) =>
      listHooks(point).flatMap(({ path, kind, name }) => (path === '' ? `${kind} ${name} of ${point.path}` : [])),
    );
    try {
      const maker = this.#maker;
      await inferTypes(maker, this.#regions, plan.typed, this.#types);
      const patch = plan.patch(this.#types);
      const change = (bytes: Uint8Array) => patch.apply(bytes);
      if (plan.isCut) return await this.#stages(plan, maker.changed(change), share);
      const create = () => maker.create(maker.changed(change));
      return [{ stage: undefined, session: await share(plan.key, maker.fileSize, create) }];
    } catch (cause) {
      const why = (cause as Error).message;
      throw new Error(`the session that the hooks need cannot be created\n  hooks: ${hooks.join(', ')}\n  ${why}`, {
        cause,
      });
    }
  }

  async #stages(plan: Plan<T>, model: Uint8Array, share: Share<T>): Promise<StageSession<T>[]> {
    const main = this.#regions[0]!;
    const { graph } = main;
    const renamed = plan.versions.renamed(main);
    const inFile = new Map(
      graph.nodes.map(({ index, outputs }) => {
        const value = outputs.find((output) => output !== '') ?? '';
        return [renamed?.get(value) ?? value, index];
      }),
    );
    const parts = new CutModel(model, inFile, plan.reads);
    for (;;) {
      const stages = stagesOf(
        parts,
        plan.steps.map(({ needs, replaces }) => ({ needs, after: replaces?.after })),
        parts.graph.inputs.keys(),
        [...graph.outputs.keys()],
        (name) => this.#typeOf(plan, name),
      );
      const sessions: StageSession<T>[] = [];
      /** Shapes of values that cross. */
      const shapes = new Map<string, PartInput['shape']>();
      try {
        for (const stage of stages) {
          const session =
            stage.fetches.length === 0 ? undefined : await this.#session(plan, parts, stage, shapes, share);
          sessions.push({ stage, session });
          const { before = [], after = [] } = plan.steps[stage.end - 1]?.replaces ?? {};
          for (const [i, name] of after.entries()) {
            // A replacement may be larger or smaller, but without the rank the runtime allocates wrong outputs for an If.
            const shape = shapes.get(before[i]!) ?? graph.shapes.get(plan.versions.valueOf(before[i]!));
            shapes.set(
              name,
              shape?.map(() => undefined),
            );
          }
        }
        return sessions;
      } catch (error) {
        // A cut moves to where only tensors cross.
        if (!(error instanceof NoTensor) || plan.steps.some(({ needs }) => needs.includes(error.value))) throw error;
        this.#noTensors.add(plan.versions.valueOf(error.value));
      }
    }
  }

  async #session(
    plan: Plan<T>,
    parts: CutModel,
    { part, feeds, fetches }: Stage,
    shapes: Map<string, PartInput['shape']>,
    share: Share<T>,
  ): Promise<OnnxSession<T>> {
    const inputs = feeds.map((name) => ({ name, type: Number(this.#typeOf(plan, name)), shape: shapes.get(name) }));
    const key = parts.keyOf(part, inputs, fetches);
    const { model, size } = parts.write(part, inputs, fetches);
    const session = await share(key, size, () => this.#maker.create(model));
    for (const { name, type = '', shape } of session.outputMetadata ?? []) {
      const value = plan.versions.valueOf(name);
      this.#types.infer(this.#regions[0]!, value, ELEMENT_TYPES[type] ?? 0);
      // A scalar's shape is empty, but so is one of unknown rank.
      if (shape === undefined || shape.length === 0) continue;
      shapes.set(
        name,
        // onnxruntime-web gives -1 for an unknown size, as a number without a sign.
        shape.map((size) => (typeof size === 'number' && size < 2 ** 31 ? size : undefined)),
      );
    }
    return session;
  }

  #typeOf({ versions }: Plan<T>, name: string): number | 'no tensor' {
    const main = this.#regions[0]!;
    const value = versions.valueOf(name);
    if (this.#noTensors.has(value) || elementTypeOf(main.graph, value) === 'no tensor') return 'no tensor';
    return this.#types.of(main, value);
  }
}
