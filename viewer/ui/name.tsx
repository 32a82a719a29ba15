import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type NameOptions, nameElement } from '../names/name-element.ts';

/** A {@link nameElement} in the place of this component. */
export function Name({ of: name, title, from }: { of: string } & NameOptions): JSX.Element {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => place.current!.replaceChildren(nameElement(name, { title, from })), [name, title, from]);
  return <span class="name-place" ref={place} />;
}
