/**
 * layertap/inspect: one call for each question about a running model. All tools are built on the public hooks, so they work
 * on every framework.
 * @module
 */
export { type CaptureOptions, capture, type Take } from './capture.ts';
export type { Captured, CapturedCall } from './captured.ts';
export { type CompareOptions, compare, type RecordedInput, type RunRecorded } from './compare.ts';
export type { Comparison, ModuleDifference, ValueDifference, Verdict } from './comparison.ts';
export { GuardError, type GuardHandle, type GuardOptions, guard } from './guard.ts';
export type { GuardFinding, GuardFrame } from './guard-finding.ts';
export { mergeSummaries } from './merge-summaries.ts';
export type { ModuleSummary, Summaries, SummaryTotals } from './module-summary.ts';
export { type Patch, type PatchOptions, patch, skip } from './patch.ts';
export { type Profile, type ProfileOptions, profile } from './profile.ts';
export { type RecordOptions, record } from './record.ts';
export { type RecordedOutput, RecordingError, readRecordingHeader } from './recording-file.ts';
export type { RecordingTarget } from './recording-target.ts';
export { openReplay, type Replay, type ReplayTensor } from './replay.ts';
export type { ReplayTarget } from './replay-folder.ts';
export type { RunInputs } from './run.ts';
export { type SummaryOptions, summary } from './summary.ts';
export type { ModuleTimes } from './timer.ts';
export {
  type DeadUnits,
  deadUnits,
  type Saturation,
  type SaturationOptions,
  saturation,
  type UnitOptions,
} from './units.ts';
