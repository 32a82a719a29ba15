import type { Statistic } from '../state/view-state.ts';

export const STATISTIC_NAMES: Readonly<Record<Statistic, string>> = {
  std: 'Std',
  mean: 'Mean',
  min: 'Min',
  max: 'Max',
  zeros: 'Zeros',
  nonFinite: 'NaN, Inf',
  count: 'Count',
};
