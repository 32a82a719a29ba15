import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Card } from '../cards/card.ts';
import { type Readout, type ReadoutRow, readoutRows } from '../cards/readout.ts';
import { oncePerFrame } from '../clock.ts';
import { saveCsv } from '../export.ts';
import { departureOf } from '../names/split-name.ts';
import { pointedRun } from '../state/view-state.ts';
import { Name } from './name.tsx';
import { pointing } from './pointing.ts';
import { useUi } from './ui.ts';
import { VirtualRows } from './virtual-rows.tsx';

/** Pixels. */
const ROW = 22;

/** A column by its index, or 'run'. */
interface Order {
  readonly by: number | 'run';
  readonly descending: boolean;
}

/** The records of all visible runs at the pointer, docked below the card that is pointed at. */
export function RunTable({ card, title, close }: { card: Card; title: string; close: () => void }): JSX.Element | null {
  const { store, state, shown } = useUi();
  shown.value;
  const table = useRef<HTMLElement>(null);
  const [moves, isAbove] = [useSignal(0), useSignal(false)];
  const order = useSignal<Order>({ by: 'run', descending: false });
  moves.value;
  useLayoutEffect(() => {
    const { top, bottom } = table.current!.parentElement!.getBoundingClientRect();
    const { offsetHeight } = table.current!;
    isAbove.value = bottom + offsetHeight > innerHeight && top > offsetHeight;
    const update = oncePerFrame(() => moves.value++);
    return state.listen(update);
  }, []);

  const readout = card.readout!();
  const rows = ordered(readout.rows, order.value);
  const { hover, run } = state.view;
  const pointed = pointedRun(state.view);
  const heading = (name: string, by: Order['by']) => {
    const { descending } = order.value;
    const isOrder = order.value.by === by;
    const sort = () => {
      order.value = { by, descending: isOrder ? !descending : by !== 'run' };
    };
    return (
      <span
        key={name}
        role="columnheader"
        data-column={name}
        aria-sort={isOrder ? (descending ? 'descending' : 'ascending') : 'none'}
      >
        <button type="button" onClick={sort}>
          {name}
          {isOrder && (descending ? ' ▾' : ' ▴')}
        </button>
      </span>
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  return (
    <section
      ref={table}
      class={isAbove.value ? 'run-table above' : 'run-table'}
      style={{ '--step': `${stepLetters(readout)}ch` }}
      aria-label={`Runs of ${title} at ${hover === undefined ? 'their ends' : 'the pointer'}`}
      onKeyDown={onKeyDown}
    >
      <div role="table" aria-label={title} aria-rowcount={rows.length + 1}>
        <div role="rowgroup">
          <div role="row" class="cells head">
            {heading('run', 'run')}
            {readout.columns.map(({ name }, i) => heading(name, i))}
          </div>
        </div>
        <VirtualRows
          count={rows.length}
          rowHeight={ROW}
          roles={['rowgroup', 'row']}
          label="Runs"
          reveal={run === undefined ? rows.findIndex((row) => row.run === pointed) : -1}
        >
          {(index, tabIndex) => {
            const row = rows[index]!;
            return (
              <div class={row.run === pointed ? 'cells pointed' : 'cells'} {...pointing(state, row.run)}>
                <span role="rowheader">
                  <span class="dot" aria-hidden="true" style={{ background: row.colour }} />
                  <button type="button" tabIndex={tabIndex} aria-label={row.run}>
                    <Name of={row.run} from={departureOf(row.run, store.runs)} />
                  </button>
                </span>
                {readout.columns.map(({ name, format }, i) => {
                  const value = row.values[i];
                  return (
                    <span key={name} role="cell" data-column={name}>
                      {value === undefined ? '–' : format(value)}
                    </span>
                  );
                })}
              </div>
            );
          }}
        </VirtualRows>
      </div>
      <button type="button" class="plain" onClick={() => saveCsv(title, readoutRows(inOrder(readout, rows)))}>
        Save as CSV
      </button>
    </section>
  );
}

/** How many letters the longest step has, or the name of their column. */
function stepLetters({ columns, rows }: Readout): number {
  const at = columns.findIndex(({ name }) => name === 'step');
  const largest = rows.reduce((most, { values }) => Math.max(most, values[at] ?? 0), 0);
  return Math.max(6, columns[at]!.format(largest).length);
}

const inOrder = (readout: Readout, rows: readonly ReadoutRow[]): Readout => ({ ...readout, rows });

/** Rows without a number come last. */
function ordered(rows: readonly ReadoutRow[], { by, descending }: Order): readonly ReadoutRow[] {
  if (by === 'run') return descending ? [...rows].reverse() : rows;
  const sign = descending ? -1 : 1;
  const isNumber = (value: number | undefined) => value !== undefined && !Number.isNaN(value);
  return [...rows].sort((a, b) => {
    const [x, y] = [a.values[by], b.values[by]];
    if (isNumber(x) && isNumber(y)) return sign * (x! - y!);
    return Number(isNumber(y)) - Number(isNumber(x));
  });
}
