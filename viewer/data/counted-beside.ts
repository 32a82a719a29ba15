/** Scalars of layertap's SummaryWriter: `fc1/NaN` counts the NaN in no bin of `fc1`. */
export const COUNTED_BESIDE: readonly (readonly [string, 'nan' | 'negativeInfinity' | 'positiveInfinity'])[] = [
  ['/NaN', 'nan'],
  ['/-Inf', 'negativeInfinity'],
  ['/+Inf', 'positiveInfinity'],
];
