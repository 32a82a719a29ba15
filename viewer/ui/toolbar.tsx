import { useComputed } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { nameOfRange } from '../axes/place-names.ts';
import type { Progress } from '../sources/data-source.ts';
import { Choice } from './choice.tsx';
import { FilterField } from './filter-field.tsx';
import type { ThemeChoice } from './theme-choice.ts';
import { type Ui, useUi, useView } from './ui.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In powers of 1000: `0 B`, `950 kB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let size = bytes;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 9.95 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

/** The share that is loaded, 0 to 1. */
export const loadedOf = (progress: Progress | undefined): number =>
  progress === undefined || progress.total === 0 ? 1 : Math.min(1, progress.read / progress.total);

/** The name, the progress, the filter, and the switches of the view. */
export function Toolbar({ filter }: { filter: RefObject<HTMLInputElement | null> }): JSX.Element {
  const { name, sideOpen, help } = useUi();
  const bar = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // What sticks below the toolbar needs its height, which changes as controls wrap.
    const sizes = new ResizeObserver(() => {
      const { style } = bar.current!.parentElement!;
      style.setProperty('--toolbar', `${bar.current!.offsetHeight}px`);
    });
    sizes.observe(bar.current!);
    return () => sizes.disconnect();
  }, []);
  return (
    <header class="toolbar" ref={bar}>
      <div class="title">
        <h1 title={name}>{name}</h1>
        <Status />
      </div>
      <div class="tools">
        <Filter field={filter} />
        <Tools />
        <Zoom />
      </div>
      <div class="ends">
        <button
          type="button"
          class="plain side-switch"
          aria-expanded={sideOpen.value}
          onClick={() => {
            sideOpen.value = !sideOpen.value;
          }}
        >
          Runs and alerts
        </button>
        <ThemeButton />
        <button type="button" class="icon" aria-label="Keys and help" onClick={help}>
          ?
        </button>
      </div>
      <Loading />
    </header>
  );
}

/** The ranges of the axes that are in view. */
function rangesOf({ context, state, shown, paused, store }: Ui): readonly string[] {
  // While paused they say how far the data are.
  paused.value ? store.version : shown.value;
  const { axis } = state.view;
  return context.axes.groups.flatMap(({ extent }) => (extent === undefined ? [] : [nameOfRange(axis, extent)]));
}

function statusOf(ui: Ui): string {
  const { progress, paused, store } = ui;
  const ranges = rangesOf(ui);
  const loaded = loadedOf(progress.value);
  if (loaded < 1) return `${Math.floor(loaded * 100)} % of ${formatBytes(progress.value?.total ?? 0)}`;
  const nothing = store.steps === undefined ? 'no data yet' : 'nothing in view';
  const extent = ranges.length > 1 ? `${ranges.length} axes` : (ranges[0] ?? nothing);
  return paused.value ? `paused · ${extent}` : extent;
}

function Status(): JSX.Element {
  const ui = useUi();
  return (
    <span class="status" title={useComputed(() => rangesOf(ui).join('\n'))}>
      {useComputed(() => statusOf(ui))}
    </span>
  );
}

function Loading(): JSX.Element {
  const loaded = loadedOf(useUi().progress.value);
  return <progress max={1} value={loaded} aria-label="Loading" hidden={loaded === 1} />;
}

function Zoom(): JSX.Element | null {
  const { state, paused } = useUi();
  const [steps, unit] = [useView('steps'), useView('axis')];
  if (steps.size === 0 || paused.value) return null;
  return (
    <button type="button" class="chip" title="Show all steps" onClick={() => state.change({ steps: new Map() })}>
      {[...steps.values()].map((range) => nameOfRange(unit, range)).join(', ')} ✕
    </button>
  );
}

function Filter({ field }: { field: RefObject<HTMLInputElement | null> }): JSX.Element {
  const { state } = useUi();
  return (
    <FilterField of="tags" field={field} value={useView('filter')} change={(filter) => state.change({ filter })} />
  );
}

/** The switches of what is in view. */
function Tools(): JSX.Element {
  const { store, shown, outline, paused, pause, follows } = useUi();
  shown.value;
  const kinds = outline.value.map(({ kind }) => kind);
  return (
    <>
      {kinds.length > 0 && (
        <Choice of="axis" legend="Horizontal axis" options={{ step: 'Step', relative: 'Relative', wall: 'Wall' }} />
      )}
      {kinds.includes('histogram') && (
        <>
          <Choice of="histograms" legend="Histograms" options={{ heat: 'Heat', ridge: 'Ridge', overlay: 'Overlay' }} />
          <Choice of="valueAxis" legend="Value axis" options={{ symlog: 'Symlog', linear: 'Linear' }} />
          {store.runs.length > 1 && (
            <Choice of="runs" legend="Runs" options={{ 'side by side': 'Side by side', overlaid: 'Overlaid' }} />
          )}
        </>
      )}
      {kinds.includes('scalar') && <ScalarTools />}
      {follows && (
        <button type="button" class="plain" aria-pressed={paused.value} onClick={pause}>
          {paused.value ? 'Follow' : 'Pause'}
        </button>
      )}
    </>
  );
}

function ScalarTools(): JSX.Element {
  const { state } = useUi();
  const smoothing = useView('smoothing');
  const axis = useView('scalarAxis');
  const ignoreOutliers = useView('ignoreOutliers');
  return (
    <div class="smoothing">
      <label>
        Smoothing
        <input
          type="range"
          min={0}
          max={0.999}
          step={0.001}
          aria-label="Smoothing of scalars"
          value={smoothing}
          onInput={({ currentTarget }) => state.change({ smoothing: Number(currentTarget.value) })}
        />
        <output class="number">{smoothing.toFixed(2)}</output>
      </label>
      <button
        type="button"
        class="plain"
        title="A symmetric-log axis for scalars"
        aria-pressed={axis === 'symlog'}
        onClick={() => state.change({ scalarAxis: axis === 'linear' ? 'symlog' : 'linear' })}
      >
        Log
      </button>
      <button
        type="button"
        class="plain"
        title="The axis of scalars shows a few values far from all others too"
        aria-pressed={!ignoreOutliers}
        onClick={() => state.change({ ignoreOutliers: !ignoreOutliers })}
      >
        Outliers
      </button>
    </div>
  );
}

const NEXT_THEME: Readonly<Record<ThemeChoice, ThemeChoice>> = { auto: 'light', light: 'dark', dark: 'auto' };
const THEMES: Readonly<Record<ThemeChoice, readonly [sign: string, name: string]>> = {
  auto: ['◐', 'as the system'],
  light: ['○', 'light'],
  dark: ['●', 'dark'],
};

function ThemeButton(): JSX.Element {
  const { theme } = useUi();
  const [sign, name] = THEMES[theme.value];
  const change = () => {
    theme.value = NEXT_THEME[theme.value];
  };
  return (
    <button type="button" class="icon" title={`Colours: ${name}`} aria-label={`Colours: ${name}`} onClick={change}>
      {sign}
    </button>
  );
}
