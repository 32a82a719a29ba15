/** @file Freeing what hooks replace, for frameworks whose tensors are not garbage collected. */
import { check, describeError, FUNCTION } from '../check/index.ts';
import { forEachTensor } from './core/each-tensor.ts';
import type { ChunkEvent, ForwardEvent } from './core/event.ts';
import type { Memory } from './core/hookable-options.ts';
import type { TensorReader } from './core/reader.ts';
import { report } from './core/report-error.ts';
import { listen } from './streams/chunks.ts';
import { ChunkListener } from './streams/stream-tap.ts';

/**
 * For the option `memory` of a Hookable: frees the tensors that hooks put out of use. These are an output that was
 * replaced, at once; the inputs of a pre-hook, when the call ends, or its output if that is a stream; the output of a call
 * that throws. Never the inputs of the call or its final output, which belong to the caller, nor what `mapInputs` made.
 * @param free is called once for each tensor; what it throws is reported
 * @example attach(model, 'run', { reader, memory: manualMemory((tensor) => tensor.dispose()) })
 * @throws TypeError for anything but a function
 */
export function manualMemory<T>(free: (tensor: T) => void): Memory {
  check('manualMemory()', 'free', free, FUNCTION);
  return {
    // The call may be failing already, so nothing here may throw.
    free(reader, values, kept, stream) {
      if (reader === undefined) return;
      const freeNow = () => {
        const staying = tensorsOf(reader, kept);
        for (const tensor of tensorsOf(reader, values)) {
          if (!staying.has(tensor)) reporting('a replaced tensor', () => free(tensor as T));
        }
      };
      if (stream === undefined) reporting('the replaced tensors of a call', freeNow);
      else afterStream(stream, () => reporting('the replaced tensors of a call', freeNow));
    },
  };
}

function afterStream(stream: object, then: () => void): void {
  const notify = ({ stream: part }: ChunkEvent) => {
    if (part !== 'chunk') then();
  };
  listen(stream, { listener: new ChunkListener(() => undefined), event: {} as ForwardEvent, notify });
}

function tensorsOf(reader: TensorReader, values: readonly unknown[]): ReadonlySet<unknown> {
  const found = new Set<unknown>();
  forEachTensor(
    values,
    (part) => reader.is(part),
    (tensor) => found.add(tensor),
  );
  return found;
}

function reporting(what: string, run: () => void): void {
  try {
    run();
  } catch (cause) {
    report(new Error(`layertap: ${what} could not be freed: ${describeError(cause)}`, { cause }));
  }
}
