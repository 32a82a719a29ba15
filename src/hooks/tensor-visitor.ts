/** @file Visiting the tensors of outputs, and saying which outputs have none. */
import { describe } from '../check/index.ts';
import { describeModule } from './core/describe-module.ts';
import { forEachTensor } from './core/each-tensor.ts';
import type { ReadingEvent } from './core/event.ts';
import type { ModuleLike } from './core/module-like.ts';
import { NO_READER } from './core/reader.ts';
import { report } from './core/report-error.ts';

/** Visits the tensors of outputs. Skips outputs without tensors, and reports that once for each module; null and undefined silently. */
export class TensorVisitor {
  static readonly className: string = 'TensorVisitor';
  protected readonly where: string;
  readonly #say: (error: Error) => void;
  readonly #without: WeakSet<ModuleLike> = new WeakSet();

  /** @param where names the visitor in messages */
  constructor(where: string, say: (error: Error) => void = report) {
    this.where = where;
    this.#say = say;
  }

  /** @throws as {@link forEachTensor} does */
  each(event: ReadingEvent, visit: (tensor: unknown, place: string) => void): void {
    const { output, reader } = event;
    if (reader !== undefined && forEachTensor(output, (value) => reader.is(value), visit)) return;
    if (output === null || output === undefined) return;
    const why = reader === undefined ? NO_READER : 'it has no tensor that its module can read';
    this.passOver(this.#without, event, 'the output', `${why}: ${describe(output)}`);
  }

  /** @param reported the modules of which it has been said */
  protected passOver(reported: WeakSet<ModuleLike>, { module, path }: ReadingEvent, what: string, why: string): void {
    if (reported.has(module)) return;
    reported.add(module);
    const where = `layertap: ${this.where}: ${what} of ${path || describeModule(module)}`;
    this.#say(new Error(`${where} is passed over: ${why}. This is said once for each module.`));
  }
}
