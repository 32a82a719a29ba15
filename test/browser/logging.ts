// What SummaryWriter does in a page, found out in the page.
import { tensor } from 'layertap';
import { MemorySink, memoryLogs, RunReader, StreamSink, SummaryWriter } from 'layertap/tensorboard';

/** What a writer in this page logged, read back in this page. */
export async function logToMemory(): Promise<string[]> {
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  writer.addHistogram('h', tensor([1, 2, 3]));
  writer.addScalars('s', { a: 0.5 });
  writer.addImage('i', new ImageData(2, 3));
  await writer.close();
  const found: string[] = [];
  for await (const { run, event } of new RunReader(memoryLogs(sink)).poll()) {
    if (event.kind === 'histogram') found.push(`${run} ${event.tag} ${event.statistics?.sum}`);
    if (event.kind === 'scalar') found.push(`${run} ${event.tag} ${event.value}`);
    if (event.kind === 'image') {
      const bitmap = await createImageBitmap(new Blob([event.images[0]! as BlobPart]));
      found.push(`${run} ${event.tag} ${bitmap.width}x${bitmap.height}`);
    }
  }
  return found;
}

/** How many bytes went into a stream of this page, and whether it was closed. */
export async function logToStream(): Promise<[number, boolean]> {
  const seen = { bytes: 0, closed: false };
  const stream = new WritableStream<Uint8Array>({
    write(part) {
      seen.bytes += part.length;
    },
    close() {
      seen.closed = true;
    },
  });
  const writer = new SummaryWriter('run', { sink: new StreamSink(stream) });
  writer.addScalar('a', 1);
  await writer.close();
  return [seen.bytes, seen.closed];
}

/** What a worker wrote into the private file system and read there; or why not. */
export function logInWorker(): Promise<string[] | string> {
  return new Promise((resolve) => {
    const worker = new Worker(`/logging-worker.js?of=${location.pathname}`, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve(message);
  });
}
