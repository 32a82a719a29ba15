// Scalars without an object for each, beside the events of the full decoder.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { frameRecord } from '../../../src/tensorboard/format/record.ts';
import { EventReader } from '../../../src/tensorboard/index.ts';
import type { LoggedEvent } from '../../../src/tensorboard/reading/logged-event.ts';
import { cases } from '../fixture.ts';

function framed(data: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(12 + data.length + 4);
  buffer.set(data, 12);
  return frameRecord(buffer, data.length).slice();
}

/** What both ways of reading find: each scalar as an event again. */
function both(file: Uint8Array, piece: number): [LoggedEvent[], LoggedEvent[]] {
  const [events, scalars]: [LoggedEvent[], LoggedEvent[]] = [[], []];
  const warnings: [string[], string[]] = [[], []];
  const [plain, fast] = warnings.map((own) => new EventReader(({ offset, reason }) => own.push(`${offset} ${reason}`)));
  for (let at = 0; at < file.length; at += piece) {
    const bytes = file.subarray(at, at + piece);
    events.push(...plain!.push(bytes));
    fast!.pushScalars(
      bytes,
      (tag, step, wallTime, value) => scalars.push({ kind: 'scalar', tag, step, wallTime, value }) > 0,
      (event) => scalars.push(event),
    );
  }
  assert.equal(warnings[0], warnings[1]);
  assert.is(plain!.offset, fast!.offset);
  return [events.map(inOrder), scalars.map(inOrder)];
}

const inOrder = (event: LoggedEvent): LoggedEvent =>
  Object.fromEntries(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1))) as never;

test('the records of every writer are read as by the full decoder, in pieces of any size', () => {
  const file = Buffer.concat(cases.map(({ record }) => record));
  for (const piece of [file.length, 4096, 57]) {
    const [events, scalars] = both(file, piece);
    assert.ok(scalars.some(({ kind }) => kind === 'scalar'));
    assert.equal(scalars, events);
  }
});

test('bytes that are nearly a scalar are read as by the full decoder', () => {
  const tag = new TextEncoder().encode('train/loss');
  const scalar = (step: readonly number[]) => [
    ...[0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, ...step],
    ...[0x2a, tag.length + 9, 0x0a, tag.length + 7, 0x0a, tag.length, ...tag, 0x15, 0, 0, 0x80, 0x3f],
  ];
  const steps = [
    [0],
    [0x7f],
    [0x80, 0x01],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [...new Array(9).fill(0xff), 0x01],
    [...new Array(8).fill(0xff), 0x0f],
  ];
  for (const step of steps) {
    const [events, scalars] = both(framed(Uint8Array.from(scalar(step))), 1000);
    assert.equal(scalars, events);
    assert.is(scalars.length, 1);
  }
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.option(fc.nat(60)), twice: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...steps), fc.array(change, { maxLength: 3 }), (step, changes) => {
      let data = scalar(step);
      for (const { at, byte, cut, twice } of changes) {
        data[at % data.length] = byte;
        if (twice) data = [...data, ...data.slice(9)];
        if (cut !== null) data.splice(Math.min(cut, data.length - 1));
      }
      const [events, scalars] = both(framed(Uint8Array.from(data)), 1000);
      assert.equal(scalars, events);
    }),
    { numRuns: 3000 },
  );
});

test.run();
