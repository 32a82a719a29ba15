import { handleOf, report } from '../../src/adapter.ts';
import { checkOptions, mismatch, NONEMPTY_STRING, oneOf, rule } from '../../src/check/index.ts';
import { type Handle, Hookable, Selection } from '../../src/index.ts';
import type { Card } from '../cards/card.ts';
import { DARK, LIGHT } from '../cards/theme.ts';
import { oncePerFrame } from '../clock.ts';
import { element, isElement, say } from '../element.ts';
import type { DataSource } from '../sources/data-source.ts';
import { liveSource } from '../sources/live.ts';
import { Activations } from './activations.ts';
import type { Side } from './comparison.ts';
import { describeStatic, LABELS, LAYOUT, type OutputDescription } from './describe-outputs.ts';
import { isShapedValues, type ShapedValues, staticSource } from './static-source.ts';

/**
 * What {@link mountActivation} shows: a module, or a selection of one, as it runs; a source with single outputs, such as
 * `workerSource` or `liveSource`; or a tensor, such as one that `capture` of `layertap/inspect` kept.
 */
export type ActivationShown = Hookable | Selection | DataSource | ShapedValues;

/** Options of {@link mountActivation}. */
export interface ActivationOptions extends OutputDescription {
  /** The value of the strongest colour: colours span -range to range. Default: the largest size of the shown tensor. */
  readonly range?: number;
  /** For a source of several outputs: the tag of the one to show. Default: the first. */
  readonly tag?: string;
  /** Default `'auto'`: as the page's `color-scheme`. */
  readonly theme?: 'auto' | 'light' | 'dark';
}

const RANGE = rule(
  'a finite number above 0',
  (value) => typeof value === 'number' && value > 0 && value < Infinity,
  RangeError,
);

/** The height of an element that has none of its own. */
const HEIGHT = '280px';

/**
 * Shows the last output of a layer in an element of the page, without the rest of the viewer. The layer is read while the
 * picture is in view, within 2 % of the time. It needs no inline style, and works under a strict content security policy.
 * @param shown what to show; two of them, such as one before and one after an edit, are compared: A, B and B - A
 * @example
 * mountActivation(document.querySelector('#conv1')!, net.conv1, { layout: 'NCHW' });
 * @returns a handle that removes the picture and its hooks
 * @throws TypeError or RangeError for other arguments
 */
export function mountActivation(
  parent: Element,
  shown: ActivationShown | readonly [a: ActivationShown, b: ActivationShown],
  options: ActivationOptions = {},
): Handle {
  const where = 'mountActivation()';
  if (!isElement(parent)) throw mismatch(where, 'the first argument', 'an Element', parent);
  checkOptions(where, options, {
    layout: LAYOUT,
    labels: LABELS,
    range: RANGE,
    tag: NONEMPTY_STRING,
    theme: oneOf(['auto', 'light', 'dark']),
  });
  const { range, tag, theme = 'auto' } = options;
  const both = (Array.isArray(shown) ? shown : [shown]) as readonly ActivationShown[];
  if (both.length !== 1 && both.length !== 2) throw mismatch(where, 'what is shown', 'one output, or two', shown);
  const sources = both.map((one) => sourceOf(where, one, options));

  const message = element('div', { role: 'status' });
  const box = element('div', {}, message);
  Object.assign(box.style, { display: 'flex', flexDirection: 'column', height: '100%', minHeight: HEIGHT });
  if (theme !== 'auto') {
    const { ink, surface } = theme === 'dark' ? DARK : LIGHT;
    Object.assign(box.style, { colorScheme: theme, color: ink, background: surface });
  }
  let card: Card | undefined;
  const draw = oncePerFrame(() => card?.draw());
  const sides: (Side | undefined)[] = sources.map(() => undefined);
  let removed = false;
  const open = async () => {
    const [a, b] = sides;
    if (a === undefined || (both.length === 2 && b === undefined)) return;
    const others = b === undefined ? [] : [b];
    try {
      // The viewer loads it later too: pages that show no activation never do.
      const { activationCard } = await import('./activation-card.ts');
      if (removed) return;
      const compares = b !== undefined;
      card = activationCard({ requestDraw: draw }, a.tag || 'a tensor', a, { range, others: () => others, compares });
    } catch (error) {
      report(error as Error);
      say(message, 'The picture could not be loaded.');
      return;
    }
    // The box may have its least height only, of which there are no percents.
    card.element.style.flex = '1 1 0';
    box.prepend(card.element);
    say(message, '');
  };
  say(message, 'Waiting for an output.');
  parent.append(box);
  const stops = sources.map((source, i) => {
    const activations = new Activations({ only: true });
    const offered = () => {
      const found = tag === undefined ? [...activations.offers.keys()][0] : tag;
      const [run] = activations.offers.get(found ?? '') ?? [];
      if (found === undefined || run === undefined || sides[i] !== undefined) return;
      sides[i] = { name: i === 0 ? 'A' : 'B', activations, run, tag: found };
      void open();
    };
    activations.listen(offered);
    return source.connect({
      activations,
      points() {},
      progress() {},
      warning: (text) => say(message, text),
    });
  });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', draw);
  const remove = () => {
    if (removed) return;
    removed = true;
    dark.removeEventListener('change', draw);
    card?.destroy();
    card = undefined;
    for (const stop of stops) stop();
    box.remove();
  };
  return handleOf(remove);
}

function sourceOf(where: string, shown: ActivationShown, options: ActivationOptions): DataSource {
  const { layout, labels } = options;
  const live = { layout, labels };
  if (shown instanceof Hookable) return liveSource(new Selection([['', shown]]), live);
  if (shown instanceof Selection) return liveSource(shown, live);
  if (typeof (shown as DataSource | null)?.connect === 'function') {
    if (layout === undefined && labels === undefined) return shown as DataSource;
    throw new TypeError(`${where}: options "layout" and "labels" must be given to the source, where it is made`);
  }
  if (isShapedValues(shown)) return staticSource(where, shown, (shape) => describeStatic(where, options, shape));
  throw mismatch(where, 'what is shown', 'a module, a selection, a source or a tensor with data and shape', shown);
}
