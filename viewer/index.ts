/**
 * A viewer of activations, in an element of a page.
 * @module
 */

/* Mounting */
export { type MountOptions, mountPacked, mountViewer, type Viewer } from './mount.ts';

/* One activation, without the rest of the viewer */
export { type ActivationOptions, type ActivationShown, mountActivation } from './activation/mount.ts';
export type { ShapedValues } from './activation/static-source.ts';
export type { Activation, ActivationLabels, ActivationSummary, Want } from './activation/activation.ts';
export type { ActivationListener, Wants } from './activation/activations.ts';
export type { LabelsOption } from './activation/describe-outputs.ts';
export type { ActivationLayout, Axes, Picture, Plan } from './activation/layout.ts';

/* Sources */
export { type LiveOptions, liveSource, postActivations } from './sources/live.ts';
export { workerSource } from './sources/worker-source.ts';
export type { DataSource, Progress, SourceListener } from './sources/data-source.ts';
export type { MessageEnd } from './sources/worker-messages.ts';

/* What sources give */
export type {
  Bins,
  HistogramPoint,
  ImagePoint,
  PointSummary,
  NotShownPoint,
  RestartPoint,
  ScalarPoint,
  TextPoint,
  ViewerPoint,
} from './data/points.ts';

/* What a viewer holds */
export type { Alert, AlertKind } from './data/alerts.ts';
export type { HistogramColumn } from './data/histogram-column.ts';
export type { HistogramSeries } from './data/histogram-series.ts';
export type { ScalarSeries } from './data/scalar-series.ts';
export type { SeriesKind } from './data/run-series.ts';
export type { Store } from './data/store.ts';

/* What it shows, and how */
export type {
  AxisUnit,
  Hover,
  ImageLook,
  Range,
  Statistic,
  View,
  ViewListener,
  ViewState,
} from './state/view-state.ts';
