// Logs scalars as fast as it can, and prints the number and time of each before the next one. Run by kill.mjs.
import { writeSync } from 'node:fs';
import { SummaryWriter } from 'layertap/tensorboard';

const [directory, flushSecs, manner] = process.argv.slice(2);
const writer = new SummaryWriter(directory, { flushSecs: Number(flushSecs), maxQueue: manner === 'turns' ? 10 : 1000 });
let step = 0;

function logOne() {
  writer.addScalar('load', Math.random(), step);
  writeSync(1, `${step} ${performance.timeOrigin + performance.now()}\n`);
  step++;
}

for (;;) {
  const turn = manner === 'turns' ? 5 : manner === 'busy' ? Infinity : 500 * Math.random();
  for (let i = 0; i < turn; i++) logOne();
  await new Promise((resolve) => setImmediate(resolve));
}
