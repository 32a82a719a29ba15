import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tensorboard from '../../src/tensorboard/index.ts';

test('layertap/tensorboard exports SummaryWriter and nothing else', () => {
  assert.equal(Object.keys(tensorboard), ['SummaryWriter']);
});

test.run();
