import type { JSX, RefObject } from 'preact';
import { nameFilter } from '../names/name-filter.ts';

/** A field for a filter of names, which says what is wrong with it. */
export function FilterField(props: {
  of: 'tags' | 'runs';
  value: string;
  change(value: string): void;
  field?: RefObject<HTMLInputElement | null>;
}): JSX.Element {
  const { of, value, change, field = null } = props;
  const { mistake } = nameFilter(value);
  return (
    <div class="filter">
      <input
        ref={field}
        type="search"
        placeholder={`Filter ${of}`}
        aria-label={`Filter ${of}: text, or /a regular expression/`}
        aria-describedby={`${of}-mistake`}
        aria-invalid={mistake !== undefined}
        title={`Text in the names of ${of}, or /a regular expression/`}
        spellcheck={false}
        autocomplete="off"
        value={value}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      <p id={`${of}-mistake`} hidden={mistake === undefined}>
        {mistake}
      </p>
    </div>
  );
}
