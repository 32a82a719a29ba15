import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { CardFrame } from './card-frame.tsx';
import type { CardKind } from './card-kind.ts';
import { type CardKey, cardId } from './card-loader.ts';
import { later } from './later.tsx';
import { cardKeys, groupKey, hasHeading, type Outline, TITLES } from './outline.ts';
import { toggled } from './toggled.ts';
import { MOST_PRINTED, useUi, useView } from './ui.ts';

/** A grid of more cards than this is made of blocks of so many, of which those near the visible part are in the page. */
const BLOCK = 48;
/** How near, in pixels. */
const NEAR = 1500;
/** The height of a card and the gap below it, and the least width of a card, in pixels. */
const [PITCH, GAP, WIDTH] = [316, 12, 400];

const SectionTools = later(async () => (await import('./section-tools.tsx')).SectionTools);

/** The cards of all tags that pass the filter, by kind and by the first part of their names. */
export function Sections(): JSX.Element {
  const { outline } = useUi();
  return (
    <div class="sections">
      {outline.value.map((section) => (
        <Section key={section.kind} {...section} />
      ))}
    </div>
  );
}

function Section({ kind, tags, groups }: Outline): JSX.Element {
  return (
    <Fold of={kind} level="h2" title={TITLES[kind]} count={tags.length}>
      {() => (
        <div class="groups">
          {(kind === 'image' || kind === 'text') && <SectionTools of={kind} />}
          {groups.map((group) => {
            const grid = () => <Grid kind={kind} tags={group.tags} />;
            if (!hasHeading(groups, group)) return <div key={group.name}>{grid()}</div>;
            return (
              <Fold key={group.name} of={groupKey(kind, group)} level="h3" title={group.name} count={group.tags.length}>
                {grid}
              </Fold>
            );
          })}
        </div>
      )}
    </Fold>
  );
}

/** A part of the page with a heading that folds it. */
function Fold(props: {
  of: string;
  level: 'h2' | 'h3';
  title: string;
  count: number;
  children: () => JSX.Element;
}): JSX.Element {
  const { of, level: Heading, title, count, children } = props;
  const { folded } = useUi();
  const isFolded = useComputed(() => folded.value.has(of)).value;
  const toggle = () => {
    folded.value = toggled(folded.value, of);
  };
  return (
    <section aria-label={title} data-fold={of}>
      <Heading>
        <button type="button" class="fold" aria-expanded={!isFolded} onClick={toggle}>
          {title} <span class="count">{count}</span>
        </button>
      </Heading>
      {!isFolded && children()}
    </section>
  );
}

function Grid({ kind, tags }: { kind: CardKind; tags: readonly string[] }): JSX.Element {
  const { store } = useUi();
  const [runs, hiddenRuns] = [useView('runs'), useView('hiddenRuns')];
  const keys = useMemo(
    () => cardKeys(store, kind, tags, runs, hiddenRuns),
    [kind, tags, runs, kind === 'scalar' ? undefined : hiddenRuns],
  );
  if (keys.length <= BLOCK) return <Cards keys={keys} />;
  const blocks = Array.from({ length: Math.ceil(keys.length / BLOCK) }, (_, i) => i * BLOCK);
  return (
    <div class="card-blocks">
      {blocks.map((first) => (
        <Block key={first} first={first} keys={keys.slice(first, first + BLOCK)} />
      ))}
    </div>
  );
}

function Cards({ keys }: { keys: readonly CardKey[] }): JSX.Element {
  const ids = keys.map(cardId);
  // The same elements as before are not compared again.
  return useMemo(
    () => (
      <div class="grid">
        {keys.map((key, i) => (
          <CardFrame key={ids[i]} of={key} />
        ))}
      </div>
    ),
    [ids.join()],
  );
}

/** Some cards of a large grid, or an empty place as high as they are. @param first the number of cards before it in the grid */
function Block({ first, keys }: { first: number; keys: readonly CardKey[] }): JSX.Element {
  const { navigation, onPaper } = useUi();
  const { wanted } = navigation;
  const place = useRef<HTMLDivElement>(null);
  const [isNear, height] = [useSignal(false), useSignal(0)];
  useLayoutEffect(() => {
    const near = new IntersectionObserver(
      ([entry]) => {
        const { width } = entry!.boundingClientRect;
        const columns = Math.max(1, Math.floor((width + GAP) / (WIDTH + GAP)));
        height.value = Math.ceil(keys.length / columns) * PITCH - GAP;
        isNear.value = entry!.isIntersecting || place.current!.matches(':focus-within');
      },
      { rootMargin: `${NEAR}px` },
    );
    near.observe(place.current!);
    return () => near.disconnect();
  }, [keys.length]);
  const isWanted =
    useComputed(() => wanted.value !== undefined).value && keys.some((key) => cardId(key) === wanted.value);
  const isMade = isNear.value || isWanted || (onPaper.value && first < MOST_PRINTED);
  return (
    <div ref={place} style={isMade ? {} : { height: `${height.value || PITCH}px` }}>
      {isMade && <Cards keys={keys} />}
    </div>
  );
}
