import { MethodInterceptor } from '../../src/adapter.ts';
import type { OnnxSession, OnnxTensor } from './ort.ts';

type Run<T extends OnnxTensor> = OnnxSession<T>['run'];

/** A session of the user's, whose `run` and `release` are replaced while anything is registered. */
export class WrappedSession<T extends OnnxTensor> {
  readonly #session: OnnxSession<T>;
  readonly #run: MethodInterceptor<Run<T>>;
  readonly #release: MethodInterceptor<OnnxSession<T>['release']>;

  /**
   * @param runHooked replaces `run`
   * @param beforeRelease is awaited before the session is released
   */
  constructor(session: OnnxSession<T>, runHooked: Run<T>, beforeRelease: () => Promise<void>) {
    this.#session = session;
    this.#run = new MethodInterceptor(session, 'run', runHooked);
    this.#release = new MethodInterceptor(session, 'release', async () => {
      const { original } = this.#release;
      await beforeRelease();
      await Reflect.apply(original, session, []);
    });
  }

  /** The session's own `run`, replaced or not. Read it when a call begins: another interceptor may replace it meanwhile. */
  get run(): Run<T> {
    const { original } = this.#run;
    return (...given) => Reflect.apply(original, this.#session, given);
  }

  /** Replaces the methods that are not replaced yet. */
  takeOver(): void {
    this.#run.install();
    this.#release.install();
  }

  /** Leaves the session as it was found. */
  handBack(): void {
    this.#run.uninstall();
    this.#release.uninstall();
  }
}
