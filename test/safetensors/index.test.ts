import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as safetensors from '../../src/safetensors/index.ts';

test('layertap/safetensors exports these functions and no others', () => {
  assert.equal(Object.keys(safetensors), [
    'readSafetensors',
    'readSafetensorsHeader',
    'readSafetensorsMetadata',
    'safetensorsParts',
    'writeSafetensors',
  ]);
});

test.run();
