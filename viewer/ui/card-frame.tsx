import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Card } from '../cards/card.ts';
import { departureOf } from '../names/split-name.ts';
import type { CardKey } from './card-loader.ts';
import { Host } from './host.tsx';
import { later } from './later.tsx';
import { MenuButton } from './menu-button.tsx';
import { Name } from './name.tsx';
import { RunDot } from './runs-panel.tsx';
import { useUi } from './ui.ts';

const RunTable = later(async () => (await import('./run-table.tsx')).RunTable);

/** The title and the menu around a card. */
export function CardFrame({ of: key }: { of: CardKey }): JSX.Element {
  const { cards, pointed, state } = useUi();
  const { kind, tag, run } = key;
  const frame = useRef<HTMLElement>(null);
  const card = useSignal<Card | undefined>(undefined);
  useLayoutEffect(() => cards.add({ key, element: frame.current!, card, requested: '' }), []);
  const title = run === undefined ? tag : `${tag}, ${run}`;
  const made = card.value;
  const isPointedAt = useComputed(() => pointed.value === frame.current && pointed.value !== undefined).value;
  const leave = () => {
    if (pointed.peek() !== frame.current) return;
    pointed.value = undefined;
    state.change({ hover: undefined, run: undefined });
  };
  return (
    <article
      ref={frame}
      class={`card ${kind}`}
      tabIndex={-1}
      aria-label={title}
      onPointerOver={() => {
        pointed.value = frame.current!;
      }}
      onPointerLeave={({ pointerType }) => {
        // A finger that is lifted leaves its record readable.
        if (pointerType !== 'touch' && !frame.current!.matches(':focus-within')) leave();
      }}
      onFocusIn={({ target }) => {
        if (target !== frame.current) pointed.value = frame.current!;
      }}
      onFocusOut={({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && frame.current!.contains(relatedTarget))) leave();
      }}
    >
      {made !== undefined && <Content of={key} title={title} card={made} frame={frame.current!} />}
      {made?.readout !== undefined && isPointedAt && <RunTable card={made} title={title} close={leave} />}
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
        <h4>
          <span class="prefix">{tag.slice(0, slash)}</span>
          <Name of={tag.slice(slash)} title={title} />
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
          <RunDot run={run} />
          <Name of={run} from={departureOf(run, store.runs)} />
        </>
      )}
    </span>
  );
}
