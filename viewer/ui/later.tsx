import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { type Ui, useUi } from './ui.ts';

/** A component that is loaded when it is first shown. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element | null {
  const loaded = signal<ComponentType<P> | undefined>(undefined);
  let requested = false;
  const request = async ({ warn }: Ui) => {
    requested = true;
    try {
      loaded.value = await load();
    } catch {
      warn('A part of the page could not be loaded.');
      // The server is gone, perhaps, and comes back.
      requested = false;
    }
  };
  return function Later(props) {
    const ui = useUi();
    const Part = loaded.value;
    if (Part === undefined && !requested) void request(ui);
    return Part === undefined ? null : <Part {...props} />;
  };
}
