import { Fragment, type JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useUi } from './ui.ts';

const KEYS: readonly [keys: string, what: string][] = [
  ['/', 'filter the tags'],
  ['j k', 'next card, card before'],
  ['← →', 'in a card: step by step'],
  ['Shift ← →', 'in a card: brush steps'],
  ['n', 'in a card: the next run'],
  ['Enter', 'in a card: show the brushed steps alone'],
  ['Esc', 'drop the brush; then show all steps'],
  ['h r o', 'heat map, ridge, overlay'],
  ['l', 'linear or symmetric-log values'],
  ['p', 'pause or follow'],
  ['?', 'this help'],
];
const POINTER: readonly [what: string, does: string][] = [
  ['Drag', 'brushes steps, in all cards at once'],
  ['Shift and drag', 'moves along the steps'],
  ['Wheel', 'zooms, in a card that has the focus or with Ctrl'],
  ['Double click', 'shows everything again'],
  ['Click', 'in the overview: goes to the card'],
];

/** Open as soon as it is there. */
export function HelpDialog({ closed }: { closed: () => void }): JSX.Element {
  const { follows } = useUi();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help" onClose={closed}>
      <h2 id="help">Keys and pointer</h2>
      <dl>
        {KEYS.filter(([keys]) => follows || keys !== 'p').map(([keys, what]) => (
          <Fragment key={keys}>
            <dt>{keys.split(' ').flatMap((key) => [<kbd key={key}>{key}</kbd>, ' '])}</dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
        {POINTER.map(([what, does]) => (
          <Fragment key={what}>
            <dt>{what}</dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
      <button type="button" class="plain" onClick={() => dialog.current!.close()}>
        Close
      </button>
    </dialog>
  );
}
