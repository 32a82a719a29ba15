import type { Clock } from './clock.ts';

/** The user counts as active for this many milliseconds after an event. */
const ACTIVE_FOR = 300;

export interface UserActivity {
  readonly isActive: boolean;
}

/** Whether the user is moving something. If so, frames come first; reading and new data wait. */
export function userActivity(
  { pointer, keys, scrolled }: Record<'pointer' | 'keys' | 'scrolled', EventTarget>,
  clock: Clock,
  signal: AbortSignal,
): UserActivity {
  let lastEvent = Number.NEGATIVE_INFINITY;
  const onEvent = () => {
    lastEvent = clock.now();
  };
  const listen = (target: EventTarget, type: string) =>
    target.addEventListener(type, onEvent, { capture: true, passive: true, signal });
  listen(pointer, 'pointermove');
  listen(pointer, 'wheel');
  listen(keys, 'keydown');
  listen(scrolled, 'scroll');
  return {
    get isActive() {
      return clock.now() - lastEvent < ACTIVE_FOR;
    },
  };
}
