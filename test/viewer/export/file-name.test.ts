import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileName } from '../../../viewer/export/file-name.ts';

const CASES: [tag: string, name: string][] = [
  ['activations/block1.conv', 'activations_block1.conv'],
  ['a, run 1', 'a_run_1'],
  ['../../etc/passwd', 'etc_passwd'],
  ['.hidden', 'hidden'],
  ['C:\\x\\y', 'C_x_y'],
  ['a\0b\nc', 'a_b_c'],
  ['<img src=x onerror=alert(1)>', 'img_src_x_onerror_alert_1'],
  ['schön/weiß', 'schön_weiß'],
  ['层/卷积', '层_卷积'],
  ['con', 'card_con'],
  ['COM1.x', 'card_COM1.x'],
  ['conv1', 'conv1'],
  ['///', 'card_'],
  ['', 'card_'],
];

for (const [tag, name] of CASES) {
  test(`${JSON.stringify(tag)} is saved as ${name}`, () => assert.is(fileName(tag), name));
}

test('a name is at most a hundred units long, and is not cut within a letter', () => {
  assert.is(fileName('x'.repeat(500)).length, 100);
  const cut = fileName(`${'x'.repeat(99)}𝒳𝒳`);
  assert.is(Buffer.from(cut).toString(), cut);
});

test.run();
