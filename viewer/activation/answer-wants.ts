import { report } from '../../src/adapter.ts';
import type { Activation, Want } from './activation.ts';
import type { ActivationListener } from './activations.ts';

/**
 * For sources whose values do not change: answers each want once, and again when it changes.
 * @param read what an error of it means to the user, `failed` says
 * @returns a function that stops answering
 */
export function answerWants(
  listener: ActivationListener,
  read: (want: Want) => Promise<Activation | undefined>,
  failed: (want: Want, error: unknown) => void = (_, error) => report(error as Error),
): () => void {
  /** The last want of each card, so that the others are not read again. */
  let answered = new Map<number, Want>();
  let stopped = false;

  async function answer(want: Want): Promise<void> {
    try {
      const activation = await read(want);
      const isCurrent = !stopped && answered.get(want.id) === want;
      if (isCurrent && activation !== undefined) await listener.take(activation);
    } catch (error) {
      if (!stopped) failed(want, error);
    }
  }
  const look = () => {
    const before = answered;
    answered = new Map(listener.wants.all.map((want) => [want.id, want]));
    for (const want of answered.values()) if (before.get(want.id) !== want) void answer(want);
  };
  const stop = listener.wants.listen(look);
  look();
  return () => {
    stopped = true;
    stop();
  };
}
