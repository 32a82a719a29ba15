/**
 * @module
 * Event files for TensorBoard, as PyTorch's `SummaryWriter` writes them.
 */
export { SummaryWriter } from './summary-writer.ts';
export type { SummaryValues } from './values.ts';
export type { SummaryWriterOptions } from './writer-options.ts';
