import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeNotShown } from '../../../viewer/ui/not-shown.tsx';

test('each kind has its count and its name, in one or several', () => {
  const counts = new Map([
    ['audio', 1200],
    ['hparams', 1],
    ['mesh', 2],
    ['graph', 1],
    ['beholder', 3],
  ]);
  assert.is(describeNotShown(counts), '1,200 sounds, 1 run with hyperparameters, 2 meshes, 1 graph, 3 of beholder');
});

test.run();
