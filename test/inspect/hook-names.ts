import { type Hookable, listHooks } from '../../src/index.ts';

/** What is registered on a model and below it, as text that can be compared. */
export const hookNames = (model: Hookable): string[] =>
  listHooks(model).map(({ path, kind, id }) => `${path} ${kind} ${id}`);
