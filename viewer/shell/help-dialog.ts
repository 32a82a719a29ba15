import { element } from '../element.ts';

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

/** @param follows whether there is a source to pause */
export function helpDialog(follows: boolean): HTMLDialogElement {
  const dialog: HTMLDialogElement = element(
    'dialog',
    { 'aria-labelledby': 'help' },
    element('h2', { id: 'help' }, 'Keys and pointer'),
    element(
      'dl',
      {},
      ...KEYS.filter(([keys]) => follows || keys !== 'p').flatMap(([keys, what]) => [
        element('dt', {}, ...keys.split(' ').flatMap((key) => [element('kbd', {}, key), ' '])),
        element('dd', {}, what),
      ]),
      ...POINTER.flatMap(([what, does]) => [element('dt', {}, what), element('dd', {}, does)]),
    ),
    element('button', { class: 'plain', click: () => dialog.close() }, 'Close'),
  );
  return dialog;
}
