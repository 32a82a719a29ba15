/** @file One run with hooks. It begins with one session; where a hook replaces a value, the rest is computed again from there. */
import { listHooks } from '../../src/index.ts';
import type { EditValues } from './compile.ts';
import type { Region } from './graph.ts';
import { type OnnxTensor, type OnnxTensors, tensorClass } from './ort.ts';
import type { Plan } from './plan.ts';
import type { Entered, Replacing, Values } from './planned-call.ts';
import type { RunRequest } from './run-arguments.ts';
import type { PlanSessions, StageSession } from './session-cache.ts';
import { shapeText } from './validate-edit.ts';

/** What a run needs of its model. */
export interface RunOwner<T extends OnnxTensor> {
  /** Keeps the sessions of a plan until `letGo`. @param done the stages before the branch was known that the plan is for */
  hold(plan: Plan<T>, done: readonly StageSession<T>[]): PlanSessions<T>;
  letGo(sessions: PlanSessions<T>): void;
  /** Which edit does not fit its value in a run that has failed, as a sentence. */
  editProblem(plan: Plan<T>, feeds: OnnxTensors<T>): Promise<string | undefined>;
  /** A plan that is cut where a hook has replaced something. @param isRerun whether the rest was computed already */
  cutAt(plan: Plan<T>, replacing: Replacing<T>, isRerun: boolean): Plan<T>;
}

/** Runs a session. @param session undefined: the user's */
export type NativeRun<T extends OnnxTensor> = (
  session: StageSession<T>['session'],
  given: [feeds: object, ...more: unknown[]],
) => Promise<OnnxTensors<T>>;

export class HookedRun<T extends OnnxTensor> {
  readonly #owner: RunOwner<T>;
  readonly #run: NativeRun<T>;
  readonly #feeds: OnnxTensors<T>;
  readonly #request: RunRequest<T>;
  #plan: Plan<T>;
  #sessions: PlanSessions<T>;
  #stages: readonly StageSession<T>[] = [];
  /** The stages before the last branch was known. */
  #before: readonly StageSession<T>[] = [];
  #numbers: readonly number[];
  readonly #edits: EditValues;
  #values: Values<T>;
  readonly #entered: Entered = new Map();
  /** How many steps are done. */
  #done = 0;
  /** The node up to which the run has come if it fails. */
  #at = -1;
  #isComputing = false;
  /** Replacements of other shapes, in words. */
  readonly #reshaped: string[] = [];

  /** Begins a run: it takes the plan, the numbers of the calls and the values of edits as they are now. */
  constructor(owner: RunOwner<T>, run: NativeRun<T>, plan: Plan<T>, feeds: OnnxTensors<T>, request: RunRequest<T>) {
    this.#owner = owner;
    this.#run = run;
    this.#feeds = feeds;
    this.#request = request;
    this.#plan = plan;
    this.#numbers = plan.steps.map((step) => step.begin());
    this.#edits = plan.editValues;
    this.#values = new Map(Object.entries(feeds));
    this.#feedEdits();
    this.#sessions = owner.hold(plan, this.#before);
  }

  #feedEdits(): void {
    const { compiled } = this.#plan;
    if (compiled === undefined) return;
    const feeds = compiled.feeds(this.#edits, tensorClass(this.#feeds));
    for (const name of Object.keys(feeds)) this.#values.set(name, feeds[name]!);
  }

  async result(): Promise<OnnxTensors<T>> {
    try {
      this.#stages = await this.#sessions.ready;
      for (let i = 0; i < this.#stages.length; i++) {
        // A pre-hook on what is fed need not wait.
        i = await this.#fire(i, false);
        if (this.#done === this.#endOf(i) && i < this.#stages.length - 1) continue;
        await this.#compute(i);
        i = await this.#fire(i, true);
      }
      const { names } = this.#request;
      return Object.fromEntries(names.map((name) => [name, this.#values.get(name)!]));
    } catch (error) {
      await this.#fail(error);
      throw error;
    } finally {
      this.#owner.letGo(this.#sessions);
    }
  }

  /**
   * Runs the hooks of a stage, as far as all that they need is known.
   * @returns the index of the stage that they end in, which is another one if the plan has changed
   */
  async #fire(index: number, isComputed: boolean): Promise<number> {
    let at = index;
    while (this.#done < this.#endOf(at)) {
      const step = this.#plan.steps[this.#done]!;
      if (!isComputed && !step.needs.every((name) => this.#values.has(name))) break;
      this.#at = step.at;
      if (step.choose !== undefined) {
        at = await this.#choose(at, await step.choose(this.#values));
        continue;
      }
      const firing = step.fire(this.#numbers[this.#done]!, this.#values, this.#entered);
      const changed = firing === undefined ? undefined : await firing;
      this.#done++;
      const { replaces } = step;
      if (replaces === undefined) continue;
      if (changed !== undefined) {
        this.#noteShapes(replaces, changed);
        if (step.after === undefined && replaces.isRead) at = await this.#cut(replaces, isComputed);
      }
      // Those of the current plan.
      const done = this.#plan.steps[this.#done - 1]!;
      const { before } = done.replaces!;
      const { after = before } = done;
      if (changed !== undefined) for (const [i, name] of after.entries()) this.#values.set(name, changed[i]!);
      else if (after !== before)
        for (const [i, name] of after.entries()) this.#values.set(name, this.#values.get(before[i]!)!);
    }
    return at;
  }

  /** Goes on with a branch of an If. @param index of the stage @returns the index of the stage that ends there */
  async #choose(index: number, body: Region): Promise<number> {
    this.#before = this.#stages.slice(0, index + 1);
    this.#done++;
    const plan = this.#plan.chosen(body, this.#done);
    this.#numbers = plan.numbersFrom(this.#numbers);
    await this.#goOnWith(plan);
    this.#feedEdits();
    return 0;
  }

  async #goOnWith(plan: Plan<T>): Promise<void> {
    const sessions = this.#owner.hold(plan, this.#before);
    this.#owner.letGo(this.#sessions);
    this.#sessions = sessions;
    this.#plan = plan;
    this.#stages = await sessions.ready;
  }

  /** Goes on with a plan that is cut after the last step. @returns the index of the stage that ends there */
  async #cut(replacing: Replacing<T>, isComputed: boolean): Promise<number> {
    const before = this.#plan;
    const plan = this.#owner.cutAt(before, replacing, isComputed);
    await this.#goOnWith(plan);
    const translated = [...this.#values].map(
      ([name, tensor]) => [before.versions.translate(name, plan.versions), tensor] as const,
    );
    this.#values = new Map(translated);
    this.#feedEdits();
    const index = this.#stages.findIndex(({ stage }) => stage!.end === this.#done);
    // What crosses the cut was not fetched before. Other values may have been replaced since.
    for (let i = 0; i <= index; i++) {
      if (this.#stages[i]!.stage!.fetches.some((name) => !this.#values.has(name))) {
        const known = new Map(this.#values);
        await this.#compute(i);
        for (const [name, tensor] of known) this.#values.set(name, tensor);
      }
    }
    // The rest was computed from what has been replaced.
    const computed = this.#stages.slice(index + 1).flatMap(({ stage }) => stage!.fetches);
    for (const name of computed) this.#values.delete(name);
    return index;
  }

  #endOf(index: number): number {
    return this.#stages[index]!.stage?.end ?? this.#plan.steps.length;
  }

  async #compute(index: number): Promise<void> {
    const { stage, session } = this.#stages[index]!;
    const { fetches: wanted, options } = this.#request;
    const values = this.#values;
    let feeds: Record<string, T | undefined>;
    let fetches: Record<string, T | null>;
    if (stage === undefined) {
      const { compiled, fetches: own } = this.#plan;
      feeds = compiled === undefined ? (this.#feeds as Record<string, T>) : Object.fromEntries(values);
      // The caller's come first, to keep their order, and last, to keep their tensors.
      fetches = { ...wanted, ...own, ...wanted };
    } else {
      if (session === undefined) return;
      feeds = {};
      for (const name of stage.feeds) feeds[name] = values.get(name);
      fetches = {};
      for (const name of stage.fetches) {
        const isWanted = name in wanted;
        if (isWanted || !stage.optional.has(name)) fetches[name] = isWanted ? wanted[name]! : null;
      }
      if (Object.keys(fetches).length === 0) return;
    }
    const running =
      options == null ? this.#run(session, [feeds, fetches]) : this.#run(session, [feeds, fetches, options]);
    this.#isComputing = true;
    // In the last stage any node may fail.
    const last = this.#plan.steps[this.#endOf(index) - 1];
    this.#at = last?.after === undefined ? Infinity : last.at;
    let result: OnnxTensors<T>;
    try {
      result = await running;
    } catch (cause) {
      throw await this.#explained(cause as Error);
    }
    this.#isComputing = false;
    for (const name of Object.keys(result)) values.set(name, result[name]!);
  }

  #noteShapes({ point, before, kind }: Replacing<T>, changed: readonly T[]): void {
    for (const [i, { dims }] of changed.entries()) {
      const expected = this.#values.get(before[i]!)!.dims;
      if (String(dims) === String(expected)) continue;
      const [what, ...kinds] = kind === 'inputs' ? ['input', 'forward-pre'] : ['output', 'forward', 'transform'];
      const hooks = listHooks(point).filter((one) => one.path === '' && kinds.includes(one.kind));
      const names = hooks.map(({ name }) => name).join(', ');
      this.#reshaped.push(
        `the ${what} of ${point.path}, by ${names}: ${shapeText(dims)} instead of ${shapeText(expected)}`,
      );
    }
  }

  async #explained(cause: Error): Promise<Error> {
    const problem = await this.#owner.editProblem(this.#plan, this.#feeds);
    const error =
      problem === undefined ? this.#plan.explained(cause) : new Error(`${problem}\n  ${cause.message}`, { cause });
    if (this.#reshaped.length === 0) return error;
    const what = this.#reshaped.join('\n  ');
    return new Error(`the run failed after a hook that has replaced\n  ${what}\n  ${error.message}`, { cause });
  }

  /** Runs the hooks with `alwaysCall` of the calls that have begun. */
  async #fail(error: unknown): Promise<void> {
    for (const [id, call] of [...this.#entered].reverse()) {
      this.#entered.delete(id);
      call.fail(error);
      await call.result.catch(() => {});
    }
    // A hook that throws has ended its own call.
    const from = this.#isComputing ? this.#done : this.#done + 1;
    for (const [i, step] of this.#plan.steps.entries()) {
      if (i < from || step.fail === undefined || step.replaces!.first > this.#at) continue;
      await step.fail(this.#numbers[i]!, this.#values, error);
    }
  }
}
