import { MethodInterceptor } from '../../src/adapter.ts';
import type { OnnxSession, OnnxTensor, OnnxTensors } from './framework.ts';

type Run<T extends OnnxTensor> = OnnxSession<T>['run'];

/** A session of the user's, which is taken over while something is registered. */
export class WrappedSession<T extends OnnxTensor> {
  readonly #session: OnnxSession<T>;
  readonly #run: MethodInterceptor<Run<T>>;
  readonly #release: MethodInterceptor<OnnxSession<T>['release']>;

  /**
   * @param run what it does instead, while it is taken over
   * @param released is called, and waited for, before it is released
   */
  constructor(session: OnnxSession<T>, run: Run<T>, released: () => Promise<void>) {
    this.#session = session;
    this.#run = new MethodInterceptor(session, 'run', run);
    this.#release = new MethodInterceptor(session, 'release', async () => {
      const { original } = this.#release;
      await released();
      await Reflect.apply(original, session, []);
    });
  }

  /** Its own run, taken over or not. */
  run(given: Parameters<Run<T>>): Promise<OnnxTensors<T>> {
    return Reflect.apply(this.#run.original, this.#session, given);
  }

  /** Does nothing where it is taken over already. */
  takeOver(): void {
    this.#run.install();
    this.#release.install();
  }

  /** Leaves it as it was found. */
  handBack(): void {
    this.#run.uninstall();
    this.#release.uninstall();
  }
}
