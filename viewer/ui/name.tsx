import type { JSX } from 'preact';
import { splitName } from '../names.ts';

/** A name that loses its middle where it is too long, in its own direction of writing. */
export function Name({ of: name, title = name }: { of: string; title?: string }): JSX.Element {
  const [start, end] = splitName(name);
  return (
    <span class="name" dir="auto" title={title}>
      {start !== '' && <span>{start}</span>}
      <span>{end}</span>
    </span>
  );
}
