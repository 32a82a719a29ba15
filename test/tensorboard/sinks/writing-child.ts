/**
 * @file A program that logs and ends in one of several ways, run by process-end.test.ts.
 *
 *     writing-child.ts <directory> <ending>
 */
import { rmSync } from 'node:fs';
import { SummaryWriter } from '../../../src/tensorboard/index.ts';

const [directory = '', ending = ''] = process.argv.slice(2);

// As many as would make Node warn of a leak if each had its own listener.
const others = Array.from({ length: 12 }, (_, i) => new SummaryWriter(`${directory}-${i}`));
const writer = new SummaryWriter(directory);
for (let i = 0; i < 3; i++) writer.addScalar('flushed', i);
await writer.flush();
for (let i = 0; i < 4; i++) writer.addScalar('waiting', i);
for (const other of others) other.addScalar('waiting', 1);

switch (ending) {
  case 'normal':
    break;
  case 'exit':
    process.exit(3);
    break;
  case 'exception':
    throw new Error('uncaught');
  case 'rejection':
    void Promise.reject(new Error('unhandled'));
    break;
  case 'late':
    process.on('exit', () => writer.addScalar('late', 1));
    break;
  case 'gone':
    rmSync(`${directory}-0`, { recursive: true });
    break;
  case 'interrupted':
    // Its own records have all been written when the turn ended.
    setTimeout(() => process.kill(process.pid, 'SIGINT'), 20);
    setInterval(() => {}, 1000);
    break;
  case 'terminated':
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20);
    setInterval(() => {}, 1000);
    break;
  case 'busy':
    // A loop that never yields: nothing listens to the signal, so that it ends the process at once.
    process.kill(process.pid, 'SIGINT');
    for (;;);
  case 'kill':
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment to arrive.
    setInterval(() => {}, 1000);
    break;
  default:
    throw new Error(`unknown ending ${ending}`);
}
