import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { AxisGroup } from '../axes/axes.ts';
import { nameOfRange } from '../axes/place-names.ts';
import type { AxisUnit } from '../state/view-state.ts';
import { Name } from './name.tsx';
import { toggled } from './toggled.ts';
import { useUi, useView } from './ui.ts';

/** The groups of tags that share an axis, to be linked and parted. Not there while all tags share one. */
export function AxesPanel(): JSX.Element | null {
  const { context, state, shown } = useUi();
  const { axes } = context;
  shown.value;
  const [unit, chosen] = [useView('axis'), useView('axes')];
  /** By their first tags. */
  const picked = useSignal<ReadonlySet<string>>(new Set());
  const groups = axes.groups.filter((group) => group.shown.length > 0);
  if (groups.length < 2 && chosen.length === 0) return null;
  const some = groups.filter((group) => picked.value.has(group.tags[0]!));
  const act = (change: () => void) => () => {
    change();
    picked.value = new Set();
  };
  const pick = (tag: string) => {
    picked.value = toggled(picked.value, tag);
  };
  return (
    <section aria-label="Axes">
      <h2>Axes</h2>
      <ul class="axes">
        {groups.map((group) => {
          const key = group.tags[0]!;
          return (
            <li key={key}>
              <label title={group.shown.join('\n')}>
                <input type="checkbox" checked={picked.value.has(key)} onChange={() => pick(key)} />
                <AxisName of={group} unit={unit} />
              </label>
            </li>
          );
        })}
      </ul>
      <div class="axes-tools">
        <button type="button" class="plain" disabled={some.length < 2} onClick={act(() => axes.link(some))}>
          Link
        </button>
        <button
          type="button"
          class="plain"
          title="Parts a group where the last steps of its tags differ most"
          disabled={some.length !== 1 || !axes.canPart(some[0]!)}
          onClick={act(() => axes.part(some[0]!))}
        >
          Part
        </button>
        {chosen.length > 0 && (
          <button type="button" class="plain" onClick={act(() => state.change({ axes: [] }))}>
            As at first
          </button>
        )}
      </div>
    </section>
  );
}

/** `steps 0–9`, and below it `epoch_loss, 2 more`. */
function AxisName({ of: { shown, extent }, unit }: { of: AxisGroup; unit: AxisUnit }): JSX.Element {
  return (
    <span class="axis-name">
      {extent === undefined ? 'no times' : nameOfRange(unit, extent)}
      <span>
        <Name of={shown[0]!} />
        {shown.length > 1 && <span>, {shown.length - 1} more</span>}
      </span>
    </span>
  );
}
