import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ServedLogs } from '../../command/server/served-logs.ts';

const directory = mkdtempSync(join(tmpdir(), 'layertap-served-'));
test.after(() => rmSync(directory, { recursive: true }));
const write = (name: string) => writeFileSync(join(directory, `events.out.tfevents.${name}`), '');

test('a prepared listing is used once, and soon', async () => {
  let now = 0;
  const logs = new ServedLogs(directory, { now: () => now });
  const count = async () => (await logs.list()).files.length;
  write('1');
  await logs.prepare();
  write('2');
  assert.is(await count(), 1, 'what was prepared');
  assert.is(await count(), 2, 'the next one is new');
  await logs.prepare();
  write('3');
  now = 3001;
  assert.is(await count(), 3, 'what was prepared is too old');
});

test.run();
