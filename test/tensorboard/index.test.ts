import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tensorboard from '../../src/tensorboard/index.ts';

test('layertap/tensorboard exports what it does on purpose', () => {
  assert.equal(Object.keys(tensorboard).sort(), [
    'EventReader',
    'MemorySink',
    'OpfsSink',
    'RunReader',
    'StreamSink',
    'SummaryWriter',
    'defaultEdges',
    'directoryLogs',
    'fileLogs',
    'handleLogs',
    'logActivations',
    'memoryLogs',
    'readEvents',
  ]);
});

test.run();
