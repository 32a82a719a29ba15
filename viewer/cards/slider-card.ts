import { TagAxis } from '../axes/tag-axis.ts';
import type { ImagePoint, TextPoint } from '../data/points.ts';
import { element, say } from '../element.ts';
import type { Card, CardContext } from './card.ts';

/** What a card with a slider shows. */
export interface SliderContent<P> {
  readonly body: HTMLElement;
  /** Beside the slider. */
  readonly controls: readonly HTMLElement[];
  points(): readonly P[];
  /** Called in each frame in which the card is drawn. */
  show(point: P | undefined): void;
  toSvg(): string | Promise<string>;
  toRows(): readonly (readonly (string | number)[])[];
  destroy(): void;
}

/**
 * A card of one tag in one run that shows one point at a time: that of the slider, or that at the pointer in another card of
 * its axis. It follows the last point until the user moves the slider.
 */
export function sliderCard<P extends ImagePoint | TextPoint>(
  { state, axes, requestDraw }: CardContext,
  tag: string,
  run: string,
  content: SliderContent<P>,
): Card {
  const axis = new TagAxis(axes, state, tag);
  let steps: readonly number[] = [];
  /** The step that the user chose; undefined follows the last point. */
  let chosen: number | undefined;
  const range = element('input', {
    type: 'range',
    min: 0,
    disabled: true,
    'aria-label': `Step of ${tag}`,
    input() {
      const index = Number(range.value);
      chosen = index === steps.length - 1 ? undefined : steps[index];
      requestDraw(card);
    },
  });
  const name = element('output', { class: 'number' });

  /** The last point up to the pointer, or to the chosen step. */
  function indexOf(points: readonly P[]): number {
    const { hover } = axis;
    let places = steps;
    let wanted = chosen ?? Number.POSITIVE_INFINITY;
    if (hover !== undefined) {
      const wallTimes = Float64Array.from(points, ({ wallTime }) => wallTime);
      const now = axis.places(run, { version: 0, steps: Float64Array.from(steps), wallTimes });
      // Points without a time do not follow a pointer in time.
      if (now.length > 0) [places, wanted] = [[...now], hover.at];
    }
    const after = places.findIndex((place) => place > wanted);
    return Math.max(0, after === -1 ? places.length - 1 : after - 1);
  }

  const stop = state.listen(() => requestDraw(card));
  const { body, controls } = content;
  const card: Card = {
    element: element('div', { class: 'body' }, body, element('div', { class: 'slider' }, range, name, ...controls)),
    draw() {
      const points = content.points();
      steps = points.map(({ step }) => step);
      const index = indexOf(points);
      range.max = String(Math.max(0, steps.length - 1));
      range.value = String(index);
      range.disabled = steps.length < 2;
      const text = index in steps ? `step ${steps[index]}` : '';
      range.setAttribute('aria-valuetext', text);
      say(name, text);
      content.show(points[index]);
      return true;
    },
    toSvg: content.toSvg,
    toRows: content.toRows,
    destroy() {
      stop();
      content.destroy();
    },
  };
  return card;
}
