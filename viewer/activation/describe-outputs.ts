/** @file What the axes of outputs mean and how they are labelled: from options, or from the module's reader. */
import { isPlainObject, mismatch, type Rule, rule } from '../../src/check/index.ts';
import type { ForwardEvent } from '../../src/index.ts';
import type { ActivationLabels, ActivationOutput } from './activation.ts';
import { type ActivationLayout, axesOf, LAYOUTS } from './layout.ts';

/**
 * Names along the drawn axes. An array names queries and keys alike in the layout `'heads'`, the values of a vector, else
 * the rows.
 */
export type LabelsOption = Labels | ((event: ForwardEvent) => Labels | undefined);
type Labels = readonly string[] | ActivationLabels;

/** See LiveOptions. */
export interface OutputDescription {
  readonly layout?:
    | ActivationLayout
    | ((path: string, shape: readonly number[]) => ActivationLayout | undefined)
    | undefined;
  readonly labels?: LabelsOption | undefined;
}

const isLayout = (value: unknown): value is ActivationLayout => LAYOUTS.includes(value as ActivationLayout);
const LAYOUT_NAMES = LAYOUTS.map((name) => `'${name}'`).join(', ');

export const LAYOUT: Rule = rule(
  `${LAYOUT_NAMES} or a function`,
  (value) => isLayout(value) || typeof value === 'function',
);

const isNames = (value: unknown): boolean => Array.isArray(value) && value.every((name) => typeof name === 'string');
const SIDES: readonly string[] = ['rows', 'columns', 'maps'];

const isLabels = (value: unknown): value is Labels =>
  isNames(value) ||
  (isPlainObject(value) &&
    Object.entries(value).every(([side, names]) => SIDES.includes(side) && (names === undefined || isNames(names))));
const LABELS_EXPECTED = 'an array of strings, or an object of such arrays named rows, columns and maps';

export const LABELS: Rule = rule(
  `${LABELS_EXPECTED}, or a function`,
  (value) => isLabels(value) || typeof value === 'function',
);

/**
 * @returns a function that says what an output is
 * @throws TypeError from that function, for what the functions in the options return
 */
export function describeOutputs(
  where: string,
  { layout, labels }: OutputDescription,
): (event: ForwardEvent, shape: readonly number[]) => Pick<ActivationOutput, 'layout' | 'labels'> {
  return (event, shape) => {
    const own = typeof layout === 'function' ? layout(event.path, shape) : layout;
    if (own !== undefined && !isLayout(own)) {
      throw mismatch(where, 'option "layout"', `a function that returns ${LAYOUT_NAMES} or undefined`, own);
    }
    const named = typeof labels === 'function' ? labels(event) : labels;
    if (named !== undefined && !isLabels(named)) {
      throw mismatch(where, 'option "labels"', `a function that returns ${LABELS_EXPECTED}`, named);
    }
    const said = own ?? event.reader?.layout?.(shape);
    const known = isLayout(said) ? said : undefined;
    return { layout: known, labels: named && labelsOf(named, shape, known) };
  };
}

export function labelsOf(
  given: Labels,
  shape: readonly number[],
  layout: ActivationLayout | undefined,
): ActivationLabels {
  if (!Array.isArray(given)) return given as ActivationLabels;
  const { rows } = axesOf(shape, layout);
  if (rows === -1) return { columns: given };
  return layout === 'heads' ? { rows: given, columns: given } : { rows: given };
}
