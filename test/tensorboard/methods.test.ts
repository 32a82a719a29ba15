// Compares each method with PyTorch's writer for the same call.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SummaryWriter } from '../../src/tensorboard/index.ts';
import { type ArrayFixture, arrayOf, methods, wallTime } from './fixture.ts';
import { pixelsOf } from './pixels.ts';
import { type ReadEvent, readEvents } from './read-events.ts';
import { atTime, runsIn, temporaryDirectory, withSumsOf } from './temporary.ts';

/** The arguments as the fixture holds them: arrays by their bytes, everything else as it is. */
function readArgument(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return argument;
  if ('dtype' in argument) return arrayOf(argument as ArrayFixture);
  return Object.fromEntries(
    Object.entries(argument).map(([key, value]) => [
      key,
      key === 'bins' && typeof value === 'object' ? arrayOf(value).data : value,
    ]),
  );
}

/** Calls the method at the fixture's time. @returns the bytes of each run's file, without its header */
function log(method: string, given: readonly unknown[]): Record<string, ReadEvent[]> {
  const directory = temporaryDirectory();
  atTime(wallTime, () => {
    const options = method === 'purgeStep' ? { purgeStep: given[0] as number } : {};
    const writer = new SummaryWriter(directory, options);
    if (method !== 'purgeStep') {
      (writer as unknown as Record<string, (...given: unknown[]) => void>)[method]!(...given.map(readArgument));
    }
    void writer.close();
  });
  return runsIn(directory);
}

for (const { name, method, arguments: given, runs, picture } of methods) {
  if (runs !== undefined) {
    test(`SummaryWriter.${method}() writes PyTorch's bytes: ${name}`, () => {
      const actual = log(method, given);
      const expected = Object.fromEntries(
        Object.entries(runs).map(([run, records]) => [
          run,
          records.flatMap((record) => readEvents(Buffer.from(record, 'base64'))),
        ]),
      );
      assert.equal(Object.keys(actual).sort(), Object.keys(expected).sort());
      for (const [run, events] of Object.entries(expected)) {
        assert.is(actual[run]!.length, events.length, run);
        events.forEach((event, i) => {
          const ours = actual[run]![i]!;
          const bytes = event.histogram === undefined ? Buffer.from(ours.bytes) : withSumsOf(event, ours);
          assert.is(bytes.toString('hex'), Buffer.from(event.bytes).toString('hex'), `${run} ${i}`);
        });
      }
    });
  } else {
    test(`SummaryWriter.${method}() writes PyTorch's pixels: ${name}`, () => {
      const [event, ...others] = log(method, given)['.']!;
      assert.is(others.length, 0);
      const { pixels, ...fields } = picture!;
      const { encoded, ...image } = event!.image!;
      assert.equal({ tag: event!.tag, step: event!.step, ...image }, fields);
      const decoded = pixelsOf(encoded, pixels.shape[2]!);
      assert.equal(decoded, { shape: pixels.shape, data: [...arrayOf(pixels).data] });
    });
  }
}

test.run();
