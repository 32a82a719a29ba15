import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { shownColour } from '../cards/run-colours.ts';
import { nameFilter } from '../names/name-filter.ts';
import { departureOf } from '../names/split-name.ts';
import { FilterField } from './filter-field.tsx';
import { Name } from './name.tsx';
import { pointing } from './pointing.ts';
import { type RunGroup, type RunRow, runRows } from './run-groups.ts';
import { toggled } from './toggled.ts';
import { useUi, useView } from './ui.ts';
import { VirtualRows } from './virtual-rows.tsx';

/** Pixels. */
const ROW = 24;

/** A dot in the colour of a run. */
export function RunDot({ run }: { run: string }): JSX.Element {
  const { store, state, dark } = useUi();
  const colours = useView('colours');
  const background = shownColour(run, store.runs.indexOf(run), { ...state.view, colours }, dark.value);
  return <span class="dot" aria-hidden="true" style={{ background }} />;
}

/** The runs that pass a filter, in groups, each with its colour and a checkbox that hides it. */
export function RunsPanel(): JSX.Element {
  const { store, state, shown } = useUi();
  shown.value;
  const hidden = useView('hiddenRuns');
  const filter = useSignal('');
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const { runs } = store;
  const { matches, mistake } = nameFilter(filter.value);
  const rows = runRows(runs, matches, folded.value);
  const listed = runs.filter(matches);
  const visible = runs.length - runs.filter((run) => hidden.has(run)).length;

  const show = (some: readonly string[], isShown: boolean) => {
    const hiddenRuns = new Set(state.view.hiddenRuns);
    for (const run of some) {
      if (isShown) hiddenRuns.delete(run);
      else hiddenRuns.add(run);
    }
    state.change({ hiddenRuns });
  };
  /** Hides all other runs, or shows them again if they are hidden. */
  const showOnly = (some: readonly string[]) => {
    const wanted = new Set(some);
    const others = runs.filter((run) => !wanted.has(run));
    const { hiddenRuns } = state.view;
    const alone = some.every((run) => !hiddenRuns.has(run)) && others.every((run) => hiddenRuns.has(run));
    state.change({ hiddenRuns: new Set(alone ? [] : others) });
  };
  const namesOf = ({ runs: members }: RunGroup) => members.map((index) => runs[index]!);

  return (
    <section class="runs-panel">
      <h2>
        Runs<span class="count">{visible < runs.length ? `${visible} of ${runs.length}` : runs.length || ''}</span>
      </h2>
      {runs.length > 1 && (
        <FilterField
          of="runs"
          value={filter.value}
          change={(text) => {
            filter.value = text;
          }}
        />
      )}
      {runs.length > 1 && (
        <div class="row-of-buttons">
          <button type="button" class="plain" onClick={() => show(listed, true)}>
            All
          </button>
          <button type="button" class="plain" onClick={() => show(listed, false)}>
            None
          </button>
          {listed.length > 0 && listed.length < runs.length && (
            <button type="button" class="plain" onClick={() => showOnly(listed)}>
              Only these
            </button>
          )}
          <span class="hint" aria-live="polite">
            {filter.value !== '' && mistake === undefined && `${listed.length} found`}
          </span>
        </div>
      )}
      <VirtualRows count={rows.length} rowHeight={ROW} roles={['list', 'listitem']} label="Runs">
        {(index, tabIndex) => {
          const row = rows[index]!;
          return row.kind === 'run' ? (
            <RunLine row={row} tabIndex={tabIndex} show={show} showOnly={showOnly} />
          ) : (
            <GroupLine
              prefix={row.group.prefix}
              runs={namesOf(row.group)}
              isFolded={folded.value.has(row.group.prefix)}
              fold={() => {
                folded.value = toggled(folded.value, row.group.prefix);
              }}
              tabIndex={tabIndex}
              show={show}
              showOnly={showOnly}
            />
          );
        }}
      </VirtualRows>
    </section>
  );
}

interface LineActions {
  tabIndex: 0 | -1;
  show(runs: readonly string[], isShown: boolean): void;
  showOnly(runs: readonly string[]): void;
}

function RunLine(props: { row: RunRow & { kind: 'run' } } & LineActions): JSX.Element {
  const { row, tabIndex, show, showOnly } = props;
  const { store, state, dark } = useUi();
  const [hidden, colours, pointed] = [useView('hiddenRuns'), useView('colours'), useView('run')];
  const run = store.runs[row.index]!;
  return (
    <div class={pointed === run ? 'run-line pointed' : 'run-line'} {...pointing(state, run)}>
      <label>
        <input
          type="checkbox"
          tabIndex={tabIndex}
          aria-label={run}
          checked={!hidden.has(run)}
          onChange={({ currentTarget }) => show([run], currentTarget.checked)}
        />
        <Name
          of={run.slice(row.prefix.length) || '.'}
          title={run}
          from={departureOf(run, store.runs) - row.prefix.length}
        />
      </label>
      {store.runs.length > 1 && (
        <button
          type="button"
          class="only"
          tabIndex={tabIndex}
          aria-label={`Only ${run}`}
          onClick={() => showOnly([run])}
        >
          only
        </button>
      )}
      <input
        type="color"
        tabIndex={tabIndex}
        aria-label={`Colour of ${run}`}
        title="Another colour"
        value={shownColour(run, row.index, { colours }, dark.value)}
        onInput={({ currentTarget }) => state.change({ colours: new Map(colours).set(run, currentTarget.value) })}
      />
    </div>
  );
}

function GroupLine(
  props: { prefix: string; runs: readonly string[]; isFolded: boolean; fold(): void } & LineActions,
): JSX.Element {
  const { prefix, runs, isFolded, fold, tabIndex, show, showOnly } = props;
  const hidden = useView('hiddenRuns');
  const visible = runs.filter((run) => !hidden.has(run)).length;
  return (
    <div class="run-line group">
      <input
        type="checkbox"
        tabIndex={tabIndex}
        aria-label={`All of ${prefix}`}
        checked={visible > 0}
        indeterminate={visible > 0 && visible < runs.length}
        onChange={() => show(runs, visible < runs.length)}
      />
      <button type="button" class="fold" tabIndex={tabIndex} aria-expanded={!isFolded} onClick={fold}>
        <Name of={prefix} />
        <span class="count">{runs.length}</span>
      </button>
      <button
        type="button"
        class="only"
        tabIndex={tabIndex}
        aria-label={`Only ${prefix}`}
        onClick={() => showOnly(runs)}
      >
        only
      </button>
    </div>
  );
}
