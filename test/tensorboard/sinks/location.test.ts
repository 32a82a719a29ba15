import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultLogDir } from '../../../src/tensorboard/sinks/location.ts';

test("defaultLogDir() is PyTorch's: local time, host and comment", () => {
  assert.is(defaultLogDir('/', 'vm', new Date(2026, 10, 23, 14, 47, 27), '_c'), 'runs/Nov23_14-47-27_vm_c');
  assert.is(defaultLogDir('/', 'vm', new Date(2026, 0, 2, 3, 4, 5), ''), 'runs/Jan02_03-04-05_vm');
});

test('defaultLogDir() names all the months in English', () => {
  const names = Array.from({ length: 12 }, (_, month) => defaultLogDir('/', 'vm', new Date(2026, month, 1), ''));
  const months = names.map((name) => name.replace('runs/', '').replace('01_00-00-00_vm', ''));
  assert.is(months.join(' '), 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
});

test.run();
