import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { CardFrame } from './card-frame.tsx';
import type { CardKind } from './card-kind.ts';
import { cardId } from './card-loader.ts';
import { cardKeys, groupKey, type Outline } from './outline.ts';
import { SectionTools } from './section-tools.tsx';
import { useUi, useView } from './ui.ts';

const TITLES: Readonly<Record<CardKind, string>> = {
  histogram: 'Histograms',
  activation: 'Activations',
  scalar: 'Scalars',
  image: 'Images',
  text: 'Text',
};

/** A grid of more cards than this is laid out only while it is visible. */
const LONG = 60;

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
          <SectionTools of={kind} />
          {groups.map((group) => {
            const grid = () => <Grid kind={kind} tags={group.tags} />;
            if (groups.length === 1 || group.name === '') return <div key={group.name}>{grid()}</div>;
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
    const keys = new Set(folded.value);
    if (!keys.delete(of)) keys.add(of);
    folded.value = keys;
  };
  return (
    <section aria-label={title}>
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
  const ui = useUi();
  const [runs, hiddenRuns] = [useView('runs'), useView('hiddenRuns')];
  const keys = cardKeys(ui.store, kind, tags, runs, hiddenRuns);
  const ids = keys.map(cardId);
  // The same elements as before are not compared again.
  return useMemo(
    () => (
      <div class={keys.length > LONG ? 'grid long' : 'grid'}>
        {keys.map((key, i) => (
          <CardFrame key={ids[i]} of={key} />
        ))}
      </div>
    ),
    [ids.join()],
  );
}
