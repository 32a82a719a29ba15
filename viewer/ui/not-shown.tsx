import type { JSX } from 'preact';
import { formatCount } from '../cards/format-numbers.ts';
import { useUi } from './ui.ts';

/** By plugin of TensorBoard: one, and several. */
const NAMES: Readonly<Record<string, readonly [one: string, several: string]>> = {
  audio: ['sound', 'sounds'],
  hparams: ['run with hyperparameters', 'runs with hyperparameters'],
  custom_scalars: ['custom layout', 'custom layouts'],
  mesh: ['mesh', 'meshes'],
  pr_curves: ['precision-recall curve', 'precision-recall curves'],
  graph: ['graph', 'graphs'],
  projector: ['embedding', 'embeddings'],
};

/** `2 sounds, 1 graph`. Plugins without a name here are counted by theirs. */
export function describeNotShown(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([what, count]) => `${formatCount(count)} ${NAMES[what]?.[count === 1 ? 0 : 1] ?? `of ${what}`}`)
    .join(', ');
}

/** One line about what the logs have and the page does not show. */
export function NotShown(): JSX.Element | null {
  const { store, shown } = useUi();
  shown.value;
  const { notShown } = store;
  if (notShown.size === 0) return null;
  return (
    <p class="hint not-shown">
      Not shown here, but by TensorBoard (<code>tensorboard --logdir</code>): {describeNotShown(notShown)}.
    </p>
  );
}
