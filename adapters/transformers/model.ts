import { describe, nearest } from '../../src/adapter.ts';
import { Hookable } from '../../src/index.ts';
import type { OnnxHookPoint, OnnxModel, OnnxTensor } from '../onnx/index.ts';

/**
 * The sessions of a model of transformers.js. Call the pipeline or the model as before; hooks are registered on the sessions
 * and what is inside them.
 */
export class TransformersModel<T extends OnnxTensor = OnnxTensor> extends Hookable {
  static readonly className: string = 'TransformersModel';
  readonly #sessions: ReadonlyMap<string, OnnxModel<T>>;

  /** Use `wrapTransformers`. */
  constructor(sessions: Iterable<readonly [string, OnnxModel<T>]>) {
    const all = new Map(sessions);
    const why = `transformers.js runs the sessions one by one: register on ${[...all.keys()].join(', ')}, or inside`;
    super({
      async: true,
      unsupported: {
        forward: why,
        'forward-pre': why,
        transform: why,
        edit: why,
        observer: why,
        backward: why,
        'backward-pre': why,
      },
    });
    this.#sessions = all;
  }

  /** Whether the sessions have been released, by `release()` or by `dispose()` of the pipeline. */
  get isReleased(): boolean {
    return [...this.#sessions.values()].some((session) => session.isReleased);
  }

  /** A session by its name in `model.sessions`: `model`, `decoder_model_merged`. @throws Error with the names that exist */
  session(name: string): OnnxModel<T> {
    const found = this.#sessions.get(name);
    if (found !== undefined) return found;
    throw new Error(`session(): no session "${name}"\n  sessions: ${[...this.#sessions.keys()].join(', ')}`);
  }

  /**
   * The session, module or node at a path; '' is the root itself. The name of the session may be left out where only one session
   * has the path.
   * @throws Error with the nearest paths, with those that may be meant, or with what the exporter has made of a module
   */
  override getSubmodule(path: ''): this;
  override getSubmodule<O = T>(path: string): OnnxHookPoint<T, O>;
  override getSubmodule(path: string): Hookable {
    if (path === '') return this;
    if (typeof path !== 'string')
      throw new TypeError(`getSubmodule(): the path must be a string, got ${describe(path)}`);
    const sessions = [...this.#sessions];
    const modules = [...this.namedModules({ removeDuplicate: false })];
    const full = modules.find(([other]) => other === path);
    if (full !== undefined) return full[1];
    const found = modules.filter(([other]) => sessions.some(([name]) => other === `${name}.${path}`));
    if (found.length === 1) return found[0]![1];
    const paths = (found.length > 1 ? found : modules).map(([other]) => other);
    if (found.length > 1) throw new Error(`getSubmodule(): "${path}" is in several sessions: ${paths.join(', ')}`);
    // The session says what the exporter has made of the module.
    const owner = sessions.find(([name]) => path.startsWith(`${name}.`));
    if (owner !== undefined) return owner[1].getSubmodule(path.slice(owner[0].length + 1));
    if (sessions.length === 1) return sessions[0]![1].getSubmodule(path);
    throw new Error(`getSubmodule(): no module "${path}"\n  nearest: ${nearest(path, paths).join(', ')}`);
  }

  /** @throws TypeError always, as a rejection */
  async forward(..._inputs: unknown[]): Promise<never> {
    throw new TypeError(`${this} cannot be called: call the pipeline or the model that was wrapped`);
  }

  /** Creates the sessions that the hooks need, which the next runs would do otherwise. @throws as `OnnxModel.prepare` */
  async prepare(): Promise<void> {
    for (const session of this.#sessions.values()) await session.prepare();
  }

  /**
   * Ends the hooks after the current runs, and releases the sessions that they needed. The pipeline goes on without hooks, as it
   * was found. A hook must not await it, since its own run is not over.
   */
  async release(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.release()));
  }

  /** The sessions. Their type is that of what is inside them, which `select` is mostly for; `session(name)` has their own. */
  override *namedChildren(): Generator<[string, OnnxHookPoint<T>]> {
    for (const [name, session] of this.#sessions) yield [name, session as Hookable as OnnxHookPoint<T>];
  }

  override toString(): string {
    return `TransformersModel(${[...this.#sessions.keys()].join(', ')})`;
  }
}
