// dist/browser/hooks.js: the hooks without tensors and kernels. layertap.js imports it.
export {
  AsyncTransformError,
  attach,
  chunks,
  ForwardError,
  Hookable,
  LateEmissionError,
  listHooks,
  queue,
  RemovableHandle,
  removeAllHooks,
  Selection,
  select,
  setReporter,
  statistics,
  TooManyEmissionsError,
  withHooks,
} from '../src/hooks/index.ts';
export * from './operators.ts';
