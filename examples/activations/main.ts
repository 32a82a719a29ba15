// From hooks to histograms in one line: logs the activations of a network, then reads the log directory while the writer is
// still open, as a viewer would.
//
//   npx tsx examples/activations/main.ts [log directory]
import { Linear, manualSeed, ReLU, randn, Sequential, select } from 'layertap';
import { directoryLogs, logActivations, RunReader, SummaryWriter } from 'layertap/tensorboard';

manualSeed(0);
const net = new Sequential(new Linear(8, 32), new ReLU(), new Linear(32, 32), new ReLU(), new Linear(32, 4));
const writer = new SummaryWriter(process.argv[2]);
const handle = logActivations(writer, select(net, Linear), { every: 2 });
for (let batch = 0; batch < 6; batch++) net(randn(100, 8));
handle.remove();
net(randn(100, 8));
await writer.flush();

for await (const { event } of new RunReader(directoryLogs(writer.logDir)).poll()) {
  if (event.kind !== 'histogram') continue;
  const { min, max, num } = event.statistics!;
  console.log(`layer ${event.tag}, step ${event.step}: ${num} values from ${min.toFixed(2)} to ${max.toFixed(2)}`);
}
await writer.close();
