import type { JSX } from 'preact';
import { runVariable } from '../cards/run-colours.ts';
import { useUi, useView } from './ui.ts';

/** A dot in the colour of a run. */
export function RunDot({ index }: { index: number }): JSX.Element {
  return <span class="dot" aria-hidden="true" style={{ background: runVariable(index) }} />;
}

/** The runs, each with its colour and a checkbox that hides it. */
export function RunsPanel(): JSX.Element {
  const { store, state, shown } = useUi();
  shown.value;
  const hiddenRuns = useView('hiddenRuns');
  const { runs } = store;
  const show = (run: string, visible: boolean) => {
    const hidden = new Set(hiddenRuns);
    if (visible) hidden.delete(run);
    else hidden.add(run);
    state.change({ hiddenRuns: hidden });
  };
  /** Hides all other runs, or shows them again if they are hidden. */
  const showOnly = (run: string) => {
    const others = runs.filter((one) => one !== run);
    const alone = !hiddenRuns.has(run) && others.every((one) => hiddenRuns.has(one));
    state.change({ hiddenRuns: new Set(alone ? [] : others) });
  };
  return (
    <section>
      <h2>Runs</h2>
      <ul class="runs">
        {runs.map((run, index) => (
          <li key={run}>
            <label title={run}>
              <input
                type="checkbox"
                checked={!hiddenRuns.has(run)}
                onChange={({ currentTarget }) => show(run, currentTarget.checked)}
              />
              <RunDot index={index} />
              <span>{run || '.'}</span>
            </label>
            <button type="button" class="only" aria-label={`Only ${run}`} onClick={() => showOnly(run)}>
              only
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
