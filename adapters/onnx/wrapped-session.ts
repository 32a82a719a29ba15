import { MethodInterceptor } from '../../src/adapter.ts';
import type { OnnxSession, OnnxTensor } from './ort.ts';

type Run<T extends OnnxTensor> = OnnxSession<T>['run'];

/** Replaces something while anything is registered. A MethodInterceptor is one. */
export interface Interceptor {
  /** Does nothing if it is in place. */
  install(): void;
  uninstall(): void;
}

/** A session of the user's, whose `run` and `release` are replaced while anything is registered. */
export class WrappedSession<T extends OnnxTensor> {
  readonly #session: OnnxSession<T>;
  readonly #run: MethodInterceptor<Run<T>>;
  readonly #release: MethodInterceptor<OnnxSession<T>['release']>;
  readonly #interceptors: readonly Interceptor[];

  /**
   * @param runHooked replaces `run`
   * @param beforeRelease is awaited before the session is released
   * @param more interceptors, which are installed after those of `run` and `release`
   */
  constructor(
    session: OnnxSession<T>,
    runHooked: Run<T>,
    beforeRelease: () => Promise<void>,
    more: readonly Interceptor[],
  ) {
    this.#session = session;
    this.#run = new MethodInterceptor(session, 'run', runHooked);
    this.#release = new MethodInterceptor(session, 'release', async () => {
      const { original } = this.#release;
      await beforeRelease();
      await Reflect.apply(original, session, []);
    });
    this.#interceptors = [this.#run, this.#release, ...more];
  }

  /** The session's own `run`, replaced or not. Read it when a call begins: another interceptor may replace it meanwhile. */
  get run(): Run<T> {
    const { original } = this.#run;
    return (...given) => Reflect.apply(original, this.#session, given);
  }

  /** Replaces the methods that are not replaced yet. */
  takeOver(): void {
    for (const interceptor of this.#interceptors) interceptor.install();
  }

  /** Leaves the session as it was found. */
  handBack(): void {
    for (const interceptor of this.#interceptors) interceptor.uninstall();
  }
}
