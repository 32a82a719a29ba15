/* Mounting */

/* What sources give */
export type {
  Bins,
  HistogramPoint,
  ImagePoint,
  PointSummary,
  RestartPoint,
  ScalarPoint,
  TextPoint,
  ViewerPoint,
} from './data/points.ts';
export { type MountOptions, mountViewer, type Viewer } from './mount.ts';
export type { DataSource, Progress, SourceListener } from './sources/data-source.ts';
/* Sources */
export { type LiveOptions, liveSource } from './sources/live.ts';
export { postActivations, workerSource } from './sources/worker.ts';
export type { MessageEnd } from './sources/worker-messages.ts';

/* What is shown and how */
export { FIRST_VIEW, type Hover, type Range, type Statistic, type View, ViewState } from './state/view-state.ts';
