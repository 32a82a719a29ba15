import type { JSX } from 'preact';
import type { View } from '../state/view-state.ts';
import { useUi, useView } from './ui.ts';

/** A property of the view as radio buttons that look like one switch. @param options the label of each value */
export function Choice<K extends 'axis' | 'histograms' | 'overviewScale' | 'runs' | 'statistic' | 'valueAxis'>({
  of,
  legend,
  options,
}: {
  of: K;
  legend: string;
  options: Readonly<Record<View[K], string>>;
}): JSX.Element {
  const { state } = useUi();
  const chosen = useView(of);
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {Object.entries<string>(options).map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={of}
            value={value}
            checked={value === chosen}
            onChange={() => state.change({ [of]: value } as Partial<View>)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
