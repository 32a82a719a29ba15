import { ReplacedMethod } from '../own-property.ts';
import type { OnnxSession, OnnxTensor, OnnxTensors } from './framework.ts';

type Run<T extends OnnxTensor> = OnnxSession<T>['run'];

/** A session of the user's, which is taken over while something is registered. */
export class WrappedSession<T extends OnnxTensor> {
  readonly #session: OnnxSession<T>;
  readonly #runHooked: Run<T>;
  readonly #released: () => Promise<void>;
  #run: ReplacedMethod<Run<T>> | undefined;
  #release: ReplacedMethod<OnnxSession<T>['release']> | undefined;

  /**
   * @param run what it does instead, while it is taken over
   * @param released is called, and waited for, before it is released
   */
  constructor(session: OnnxSession<T>, run: Run<T>, released: () => Promise<void>) {
    this.#session = session;
    this.#runHooked = run;
    this.#released = released;
  }

  /** Its own run, taken over or not. */
  run(given: Parameters<Run<T>>): Promise<OnnxTensors<T>> {
    return Reflect.apply(this.#run?.original ?? this.#session.run, this.#session, given);
  }

  /** Does nothing where it is taken over already. */
  takeOver(): void {
    const session = this.#session;
    if (this.#run?.isInPlace !== true)
      this.#run = new ReplacedMethod(session, 'run', (...given) => this.#runHooked(...given));
    if (this.#release?.isInPlace === true) return;
    const release = new ReplacedMethod(session, 'release', async () => {
      await this.#released();
      await Reflect.apply(release.original, session, []);
    });
    this.#release = release;
  }

  /** Leaves it as it was found. */
  handBack(): void {
    this.#run?.restore();
    this.#release?.restore();
    this.#run = undefined;
    this.#release = undefined;
  }
}
