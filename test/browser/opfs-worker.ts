// A worker that logs into the browser's private file system, and reads it back.
import { handleLogs, OpfsSink, RunReader, SummaryWriter } from 'layertap/tensorboard';

async function findings(): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const directory = await root.getDirectoryHandle(`test-${Math.random()}`, { create: true });
  const writer = new SummaryWriter('run', { sink: new OpfsSink(directory) });
  for (let i = 0; i < 25; i++) writer.addScalar('a', i);
  await writer.close();
  const found: string[] = [];
  for await (const { run, event } of new RunReader(handleLogs(directory)).poll()) {
    if (event.kind === 'scalar') found.push(`${run} ${event.tag} ${event.value}`);
  }
  return found;
}

findings().then(postMessage, (error: Error) => postMessage(String(error)));
