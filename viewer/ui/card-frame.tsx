import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Card } from '../cards/card.ts';
import type { CardKey } from './card-loader.ts';
import { MenuButton } from './card-menu.tsx';
import { Host } from './host.tsx';
import { RunDot } from './runs-panel.tsx';
import { useUi } from './ui.ts';

/** The title and the menu around a card. */
export function CardFrame({ of: key }: { of: CardKey }): JSX.Element {
  const { cards } = useUi();
  const { kind, tag, run } = key;
  const frame = useRef<HTMLElement>(null);
  const card = useSignal<Card | undefined>(undefined);
  useLayoutEffect(() => cards.add({ key, element: frame.current!, card, requested: '' }), []);
  const title = run === undefined ? tag : `${tag}, ${run}`;
  return (
    <article ref={frame} class={`card ${kind}`} tabIndex={-1} aria-label={title}>
      {card.value !== undefined && <Content of={key} title={title} card={card.value} frame={frame.current!} />}
    </article>
  );
}

function Content(props: { of: CardKey; title: string; card: Card; frame: HTMLElement }): JSX.Element {
  const { title, card, frame } = props;
  const { tag, run } = props.of;
  const slash = tag.lastIndexOf('/') + 1;
  return (
    <>
      <header>
        <h4 title={title}>
          <span class="prefix">{tag.slice(0, slash)}</span>
          {tag.slice(slash)}
        </h4>
        {run !== undefined && <RunName run={run} />}
        <MenuButton name={title} owner={() => ({ frame, title, card, tag })} />
      </header>
      <Host of={card.element} />
    </>
  );
}

/** Shows the run, if there are several. Its colour changes when others are added. */
function RunName({ run }: { run: string }): JSX.Element {
  const { store, shown } = useUi();
  shown.value;
  return (
    <span class="run">
      {store.runs.length > 1 && (
        <>
          <RunDot index={store.runs.indexOf(run)} />
          {run}
        </>
      )}
    </span>
  );
}
