import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';

/** A component that is loaded when it is first shown. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element | null {
  const loaded = signal<ComponentType<P> | undefined>(undefined);
  let requested = false;
  const request = async () => {
    requested = true;
    try {
      loaded.value = await load();
    } catch {
      // The server is gone, perhaps, and comes back.
      requested = false;
    }
  };
  return function Later(props) {
    const Part = loaded.value;
    if (Part === undefined && !requested) void request();
    return Part === undefined ? null : <Part {...props} />;
  };
}
