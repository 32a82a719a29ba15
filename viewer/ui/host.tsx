import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Puts an element that was made by hand into the page. */
export function Host({ of }: { of: HTMLElement }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current!.replaceChildren(of), [of]);
  return <div class="host" ref={place} />;
}
