import type { JSX } from 'preact';
import { groupKey, hasHeading, TITLES } from './outline.ts';
import { useUi } from './ui.ts';
import { VirtualRows } from './virtual-rows.tsx';

/** Pixels. */
const ROW = 24;

/** The sections of the page and their groups, to go to one, and to fold or unfold all groups. */
export function GroupsPanel(): JSX.Element | null {
  const { outline, folded, navigation } = useUi();
  const lines = outline.value.flatMap(({ kind, tags, groups }) => [
    { key: kind as string, title: TITLES[kind], count: tags.length, isGroup: false },
    ...groups
      .filter((group) => hasHeading(groups, group))
      .map((group) => ({ key: groupKey(kind, group), title: group.name, count: group.tags.length, isGroup: true })),
  ]);
  const groups = lines.filter(({ isGroup }) => isGroup);
  if (lines.length < 2) return null;
  const allFolded = groups.length > 0 && groups.every(({ key }) => folded.value.has(key));
  const foldAll = () => {
    const keys = new Set(folded.value);
    for (const { key } of groups) {
      if (allFolded) keys.delete(key);
      else keys.add(key);
    }
    folded.value = keys;
  };
  return (
    <section class="groups-panel">
      <h2>
        Groups
        {groups.length > 0 && (
          <button type="button" class="plain" onClick={foldAll}>
            {allFolded ? 'Unfold all' : 'Fold all'}
          </button>
        )}
      </h2>
      <VirtualRows count={lines.length} rowHeight={ROW} roles={['list', 'listitem']} label="Groups">
        {(index, tabIndex) => {
          const { key, title, count, isGroup } = lines[index]!;
          return (
            <button
              type="button"
              class={isGroup ? 'in-group' : ''}
              tabIndex={tabIndex}
              onClick={() => navigation.goTo(key)}
            >
              {title} <span class="count">{count}</span>
            </button>
          );
        }}
      </VirtualRows>
    </section>
  );
}
