/**
 * @file A program that logs and ends in one of several ways, run by process-end.test.ts.
 *
 *     writing-child.ts <directory> <ending>
 */
import { rmSync } from 'node:fs';
import { ReLU, Sequential, select, tensor } from '../../../src/index.ts';
import { logActivations, SummaryWriter } from '../../../src/tensorboard/index.ts';

const [directory = '', ending = ''] = process.argv.slice(2);

// Enough to make Node warn of a leak if each had its own listener.
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
  case 'merged': {
    const net = new Sequential(new ReLU());
    logActivations(writer, select(net, ReLU), { step: () => 7, merge: 'step' });
    for (let i = 0; i < 3; i++) net(tensor([1, 2]));
    break;
  }
  case 'refusing': {
    let room = 1;
    const append = () => {
      if (room-- <= 0) throw new Error('no space left');
    };
    const refused = new SummaryWriter('run', { sink: { create: () => ({ append }) } });
    const text = 'x'.repeat(9 << 20);
    for (let i = 0; i < 9; i++) {
      try {
        refused.addText('text', text);
      } catch {
        // Said when the process ends.
      }
    }
    break;
  }
  case 'interrupted':
    // Its own records were written at the end of the turn.
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
