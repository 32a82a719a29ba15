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

/** What single outputs are, for their pictures. */
export interface OutputDescription {
  /**
   * What the axes of outputs mean: one layout for all, or a function of a module's path and an output's shape. Default:
   * what the module's adapter says, else the last two axes are rows and columns.
   */
  readonly layout?:
    | ActivationLayout
    | ((path: string, shape: readonly number[]) => ActivationLayout | undefined)
    | undefined;
  /** Names along the axes, or a function that returns those of an output. Default: none. */
  readonly labels?: LabelsOption | undefined;
}

export const isLayout = (value: unknown): value is ActivationLayout => LAYOUTS.includes(value as ActivationLayout);
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

type Described = Pick<ActivationOutput, 'layout' | 'labels'>;

/**
 * @returns a function that says what an output is
 * @throws TypeError from that function, for what the functions in the options return
 */
export function describeOutputs(
  where: string,
  { layout, labels }: OutputDescription,
): (event: ForwardEvent, shape: readonly number[]) => Described {
  return (event, shape) => {
    const own = layoutOf(where, layout, event.path, shape) ?? event.reader?.layout?.(shape);
    return described(
      where,
      isLayout(own) ? own : undefined,
      typeof labels === 'function' ? labels(event) : labels,
      shape,
    );
  };
}

/** The same for a tensor without an event. @throws TypeError for labels that are a function */
export function describeStatic(
  where: string,
  { layout, labels }: OutputDescription,
  shape: readonly number[],
): Described {
  return described(where, layoutOf(where, layout, '', shape), labels as Labels | undefined, shape);
}

function layoutOf(
  where: string,
  layout: OutputDescription['layout'],
  path: string,
  shape: readonly number[],
): ActivationLayout | undefined {
  const own = typeof layout === 'function' ? layout(path, shape) : layout;
  if (own === undefined || isLayout(own)) return own;
  throw mismatch(where, 'option "layout"', `a function that returns ${LAYOUT_NAMES} or undefined`, own);
}

function described(
  where: string,
  layout: ActivationLayout | undefined,
  labels: Labels | undefined,
  shape: readonly number[],
): Described {
  if (labels === undefined) return { layout, labels };
  if (!isLabels(labels)) throw mismatch(where, 'option "labels"', `${LABELS_EXPECTED} here`, labels);
  return { layout, labels: labelsOf(labels, shape, layout) };
}

function labelsOf(given: Labels, shape: readonly number[], layout: ActivationLayout | undefined): ActivationLabels {
  if (!Array.isArray(given)) return given as ActivationLabels;
  const { rows } = axesOf(shape, layout);
  if (rows === -1) return { columns: given };
  return layout === 'heads' ? { rows: given, columns: given } : { rows: given };
}
