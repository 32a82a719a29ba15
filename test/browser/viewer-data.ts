// A made-up training that goes wrong, for the viewer's tests in a page.
import { histogramOf } from '../../viewer/data/histogram-of.ts';
import type { ViewerPoint } from '../../viewer/data/points.ts';

/** Reproducible numbers from 0 to 1 (Marsaglia's xorshift32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const LAYERS = ['conv1', 'conv2', 'block1.conv', 'block1.norm', 'block2.conv', 'block2.norm', 'fc1', 'fc2'];

/** Two runs of eight layers: in the second, `block2.conv` grows until it is NaN, and `fc1` dies. */
export function training(steps: number, values = 512, runs: readonly string[] = ['baseline', 'lr-0.1']): ViewerPoint[] {
  const random = numbers(7);
  const gaussian = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const points: ViewerPoint[] = [];
  for (const [r, run] of runs.entries()) {
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      const wallTime = 1_700_000_000 + step;
      for (const [i, layer] of LAYERS.entries()) {
        const scale = 2 ** (i / 2 - 2) * (1 + t * (i % 3));
        const grows = r === 1 && layer === 'block2.conv' && t > 0.5 ? 10 ** ((t - 0.5) * 12) : 1;
        const dies = r === 1 && layer === 'fc1' ? Math.min(1, t * 1.4) : 0;
        const relu = layer.startsWith('fc');
        const out = Float32Array.from({ length: values }, () => {
          const value = gaussian() * scale * grows + 0.3 * Math.sin(i + 5 * t);
          if (random() < dies) return 0;
          return relu ? Math.max(0, value) : value;
        });
        if (r === 1 && layer === 'block2.conv' && t > 0.75) out.fill(Number.NaN, 0, Math.floor(values * (t - 0.7) * 3));
        if (r === 1 && layer === 'block2.norm' && t > 0.8) out.fill(Number.POSITIVE_INFINITY, 0, 8);
        points.push({ kind: 'histogram', run, tag: `activations/${layer}`, step, wallTime, ...histogramOf(out) });
      }
      const bad = r === 1 && t > 0.75 ? Number.NaN : 1;
      const loss =
        (2.3 * Math.exp(-3 * t) + 0.1 + 0.15 * gaussian() * Math.exp(-t)) * bad * (r === 1 && t > 0.5 ? 1 + t : 1);
      points.push({ kind: 'scalar', run, tag: 'loss/train', step, wallTime, value: loss });
      points.push({ kind: 'scalar', run, tag: 'lr', step, wallTime, value: 0.1 * (1 - t) ** 2 + 1e-4 });
      if (step % 10 === 0) {
        points.push({ kind: 'scalar', run, tag: 'loss/test', step, wallTime, value: 2.4 * Math.exp(-2.6 * t) + 0.2 });
      }
    }
    points.push({
      kind: 'text',
      run,
      tag: 'config',
      step: 0,
      wallTime: 1_700_000_000,
      texts: [`optimizer: sgd\nlr: ${r === 0 ? 0.01 : 0.1}\nbatch_size: 64\nlayers: ${LAYERS.join(', ')}`],
    });
  }
  return points;
}
