import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Choice } from '../ui/choice.tsx';
import { Host } from '../ui/host.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { useUi } from '../ui/ui.ts';
import { STATISTIC_NAMES } from './matrix-rows.ts';
import { overview } from './overview.ts';

/** The overview with its heading and menu. */
export function OverviewFrame(): JSX.Element {
  const { context, scheduler, navigation, shown, dark, onPaper } = useUi();
  const card = useMemo(() => overview(context, (cell) => navigation.jump(cell)), []);
  const frame = useRef<HTMLElement>(null);
  const [unfolded, setUnfolded] = useState(true);
  useLayoutEffect(() => {
    const seen = new IntersectionObserver(([entry]) => scheduler.setVisible(card, entry!.isIntersecting));
    let width = -1;
    const sizes = new ResizeObserver(([entry]) => {
      // The overview sets its own height.
      if (entry!.contentRect.width === width) return;
      width = entry!.contentRect.width;
      context.requestDraw(card);
    });
    seen.observe(card.element);
    sizes.observe(card.element);
    return () => {
      seen.disconnect();
      sizes.disconnect();
      scheduler.remove(card);
      card.destroy();
    };
  }, []);
  useLayoutEffect(() => scheduler.requestDataDraw(card), [shown.value]);
  useLayoutEffect(() => scheduler.requestDraw(card), [dark.value, onPaper.value]);
  return (
    <section ref={frame} class="overview" aria-label="Overview">
      <header>
        <h2>
          <button type="button" class="fold" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
            Overview
          </button>
        </h2>
        {unfolded && (
          <MenuButton name="the overview" owner={() => ({ frame: frame.current!, title: 'overview', card })} />
        )}
      </header>
      <div hidden={!unfolded}>
        <div class="bar">
          <Choice of="statistic" legend="Statistic" options={STATISTIC_NAMES} />
          <Choice of="overviewScale" legend="Colours of" options={{ 'all rows': 'All rows', 'each row': 'Each row' }} />
          <Host of={card.legend} />
        </div>
        <Host of={card.element} />
      </div>
    </section>
  );
}
