// Real digits, through weights trained in PyTorch, against PyTorch's logits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Tensor } from '../../src/index.ts';
import { readSafetensors, type SafetensorsTensor, writeSafetensors } from '../../src/safetensors/index.ts';
import { fixtureBytes } from '../fixtures/files.ts';
import { Digits } from '../fixtures/modules.ts';

const floats = ({ data }: SafetensorsTensor): Float32Array => {
  assert.instance(data, Float32Array);
  return data as Float32Array;
};
const data = (name: string) => readSafetensors(fixtureBytes(`../../examples/digits/data/${name}`));

test('logits of all test digits equal PyTorch’s within 1e-5 of the row’s largest, and predictions are the same', () => {
  const net = new Digits();
  assert.equal(net.loadStateDict(data('weights.safetensors')), { missingKeys: [], unexpectedKeys: [] });
  const images = data('test.safetensors').get('images')!;
  const expected = readSafetensors(fixtureBytes('pytorch/digits-logits.safetensors'));
  const [logits, predictions] = [expected.get('logits')!, expected.get('predictions')!];
  assert.equal(logits.shape, [360, 10]);
  const rows = [new Tensor(floats(images), images.shape)];
  // Also one by one: other tiles of the kernel compute single rows.
  const alone = Array.from({ length: 360 }, (_, i) => new Tensor(floats(images).slice(i * 64, i * 64 + 64), [1, 64]));
  for (const outputs of [rows.map((x) => net(x)), alone.map((x) => net(x))]) {
    const came = Float32Array.from(outputs.flatMap((output) => [...output.data]));
    assert.is(came.length, 3600);
    for (let row = 0; row < 360; row++) {
      const [ours, theirs] = [came, floats(logits)].map((all) => all.slice(row * 10, row * 10 + 10)) as [
        Float32Array,
        Float32Array,
      ];
      const largest = Math.max(...theirs.map(Math.abs));
      ours.forEach((value, i) => {
        assert.ok(
          Math.abs(value - theirs[i]!) <= 1e-5 * largest,
          `digit ${row}, score ${i}: ${value}, not ${theirs[i]}`,
        );
      });
      assert.is(ours.indexOf(Math.max(...ours)), predictions.data[row]);
    }
  }
});

test('weights that layertap wrote load bit for bit', () => {
  const net = new Digits();
  const copy = new Digits();
  copy.loadStateDict(readSafetensors(writeSafetensors(net.stateDict())));
  const bits = (digits: Digits) => [...digits.stateDict()].map(([key, { shape, data }]) => [key, shape, [...data]]);
  assert.equal(bits(copy), bits(net));
});

test.run();
