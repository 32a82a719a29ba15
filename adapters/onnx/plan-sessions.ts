/** @file Creates the sessions of a plan: one for the whole run, or one for each stage. */
import { listHooks } from '../../src/index.ts';
import { CutModel, type NodeOrigin } from './cut-model.ts';
import { elementTypeOf, type Shape } from './graph.ts';
import { inferValues, knownShape } from './infer-values.ts';
import { ELEMENT_TYPES, type OnnxSession, type OnnxTensor, type OnnxTensors } from './ort.ts';
import type { Plan } from './plan.ts';
import type { Share, StageSession } from './session-cache.ts';
import { NoTensor, type SessionMaker } from './sessions.ts';
import { type Stage, stagesOf } from './stages.ts';
import { ValueTypes } from './value-types.ts';
import { joined } from './write-message.ts';

/** Creates sessions for the plans of a model. */
export class SessionBuilder<T extends OnnxTensor> {
  readonly #maker: SessionMaker<T>;
  readonly #types = new ValueTypes();
  /** Values that were found to be sequences or optionals. */
  readonly #noTensors = new Set<string>();

  constructor(maker: SessionMaker<T>) {
    this.#maker = maker;
  }

  /** The session of the model as it is. */
  async plain(share: Share<T>): Promise<StageSession<T>[]> {
    const { fileSize } = this.#maker;
    return oneStage(await share('', fileSize, () => this.#maker.plain()));
  }

  /**
   * Creates the sessions of a plan, up to where a run has to know which branch of an If it takes.
   * @param done the stages of the plan before the branch was known
   * @throws Error that names the hooks
   */
  async build(
    plan: Plan<T>,
    share: Share<T>,
    done: readonly StageSession<T>[] = [],
  ): Promise<readonly StageSession<T>[]> {
    const hooks = [...plan.points].flatMap((point) =>
      listHooks(point).flatMap(({ path, kind, name }) => (path === '' ? `${kind} ${name} of ${point.path}` : [])),
    );
    try {
      const maker = this.#maker;
      await this.#inferTypes(plan);
      const model = joined(plan.patch(this.#types).apply(plan.variant.bytes));
      if (plan.isCut) return await this.#stages(plan, model, share, done);
      return oneStage(await share(plan.key, maker.fileSize, () => maker.create(model)));
    } catch (cause) {
      // A TypeError names the edit already.
      const problem = cause instanceof TypeError ? undefined : await this.editProblem(plan);
      const why = problem ?? (cause as Error).message;
      throw new Error(`the session that the hooks need cannot be created\n  hooks: ${hooks.join(', ')}\n  ${why}`, {
        cause,
      });
    }
  }

  /**
   * Which edit does not fit its value, after a session or a run has failed, as a sentence.
   * @param feeds of the run
   */
  async editProblem({ compiled, variant }: Plan<T>, feeds?: OnnxTensors<T>): Promise<string | undefined> {
    const values = compiled?.unchecked ?? [];
    if (values.length === 0) return undefined;
    try {
      return compiled!.problemWith(await inferValues(this.#maker, variant, values, feeds));
    } catch {
      // The model itself fails.
      return undefined;
    }
  }

  /** Finds out the types that have to be known before the model can be changed. */
  async #inferTypes({ variant, typed }: Plan<T>): Promise<void> {
    const unknown = typed.filter(({ region, value }) => this.#types.of(region, value) === 0);
    if (unknown.length === 0) return;
    for (const { region, value, type } of await inferValues(this.#maker, variant, unknown)) {
      this.#types.infer(region, value, type);
    }
  }

  async #stages(
    plan: Plan<T>,
    model: Uint8Array,
    share: Share<T>,
    done: readonly StageSession<T>[],
  ): Promise<StageSession<T>[]> {
    const { graph } = plan.variant.main;
    const parts = new CutModel(model, originsIn(plan), plan.reads);
    const known = done.flatMap(({ stage }) => [...stage!.fetches, ...(plan.steps[stage!.end - 1]!.after ?? [])]);
    const choice = plan.steps.findIndex(({ choose }, i) => i >= plan.done && choose !== undefined);
    for (;;) {
      const stages = stagesOf(
        parts,
        plan.steps,
        [...parts.graph.inputs.keys()].filter((name) => !parts.graph.weights.has(name)),
        [...graph.outputs.keys()],
        (name) => this.#typeOf(plan, name),
        { steps: plan.done, known },
      ).filter(({ end }) => choice === -1 || end <= choice + 1);
      /** Shapes of values that cross. */
      const shapes = new Map(done.flatMap((stage) => [...stage.shapes]));
      const sessions: StageSession<T>[] = [];
      try {
        for (const stage of stages) {
          const isDone = plan.done > 0 && sessions.length === 0;
          const session =
            isDone || stage.fetches.length === 0 ? undefined : await this.#session(plan, parts, stage, shapes, share);
          const { replaces, after } = plan.steps[stage.end - 1] ?? {};
          for (const [i, name] of (isDone ? [] : (after ?? [])).entries()) {
            const before = replaces!.before[i]!;
            // A replacement may be larger or smaller, but without the rank the runtime allocates wrong outputs for an If.
            const shape = shapes.get(before) ?? graph.shapes.get(plan.versions.valueOf(before));
            if (shape !== undefined)
              shapes.set(
                name,
                shape.map(() => undefined),
              );
          }
          sessions.push({ stage, session, shapes });
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
    shapes: Map<string, Shape>,
    share: Share<T>,
  ): Promise<OnnxSession<T>> {
    const inputs = feeds.map((name) => ({ name, type: Number(this.#typeOf(plan, name)), shape: shapes.get(name) }));
    const key = parts.keyOf(part, inputs, fetches);
    const { model, size } = parts.write(part, inputs, fetches);
    const session = await share(key, size, () => this.#maker.create(model));
    for (const { name, type = '', shape } of session.outputMetadata ?? []) {
      const value = plan.versions.valueOf(name);
      this.#types.infer(plan.variant.main, value, ELEMENT_TYPES[type] ?? 0);
      const known = knownShape(shape);
      if (known !== undefined) shapes.set(name, known);
    }
    return session;
  }

  #typeOf({ versions, variant: { main } }: Plan<T>, name: string): number | 'no tensor' {
    const value = versions.valueOf(name);
    if (this.#noTensors.has(value) || elementTypeOf(main.graph, value) === 'no tensor') return 'no tensor';
    return this.#types.of(main, value);
  }
}

const oneStage = <T extends OnnxTensor>(session: OnnxSession<T> | undefined): StageSession<T>[] => [
  { stage: undefined, session, shapes: new Map() },
];

/** Where the nodes of a plan's main graph come from, by the first value that each gives. */
function originsIn<T extends OnnxTensor>({ variant, versions, bodiesKey }: Plan<T>): Map<string, NodeOrigin> {
  const renamed = versions.renamed(variant.main);
  return new Map(
    variant.main.graph.nodes.map(({ index, outputs, bodies }) => {
      const value = outputs.find((output) => output !== '') ?? '';
      const origin = variant.origins[index];
      const key = bodies.length > 0 && origin !== undefined ? `${origin} ${bodiesKey}` : origin;
      return [renamed?.get(value) ?? value, { index, key }];
    }),
  );
}
