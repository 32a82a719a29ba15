// Runs inside Chromium: the contract suite, the kernels, and the limits of a page. Leaves its findings on window.
import * as layertap from 'layertap';
import { readSafetensors, writeSafetensors } from 'layertap/safetensors';
import { MemorySink, memoryLogs, RunReader, StreamSink, SummaryWriter } from 'layertap/tensorboard';
import { type ContractTarget, hookContract } from 'layertap/testing';
import { threads } from './threads.ts';

const { Linear, Module, ReLU, Sequential, tensor } = layertap;
type Tensor = layertap.Tensor;

const target: ContractTarget<Tensor> = {
  name: 'Module in a page',
  mode: 'sync',
  extraInputs: true,
  tensor: (values) => tensor(values),
  values: (t) => [...t.data],
  create(onForward) {
    class Double extends Module {
      override forward(...inputs: [Tensor, ...unknown[]]): Tensor {
        onForward(inputs);
        return tensor([...inputs[0].data].map((value) => value * 2));
      }
    }
    const hookable = new Double();
    return { hookable, call: hookable as never };
  },
};

async function findings(): Promise<object> {
  const failures: string[] = [];
  const cases = hookContract(target);
  for (const { name, run } of cases) await run().catch((error: Error) => failures.push(`${name}: ${error.message}`));

  const net = new Sequential(new Linear(3, 2), new ReLU());
  net.loadStateDict({
    '0.weight': tensor([
      [1, 2, 3],
      [-1, -2, -3],
    ]),
    '0.bias': tensor([0.5, 0.5]),
  });
  const copy = readSafetensors(writeSafetensors(net.stateDict()));
  net.loadStateDict(copy);
  let noFile = '';
  try {
    new SummaryWriter('runs/page');
  } catch (error) {
    noFile = (error as Error).message;
  }
  const [memory, stream, opfs] = [await logToMemory(), await logToStream(), await inWorker('/opfs-worker.js')];
  return {
    memory,
    stream,
    opfs,
    kernels: layertap.kernelName(),
    output: net(
      tensor([
        [1, 1, 1],
        [-1, 0, 0],
      ]),
    ).toArray(),
    repr: String(net),
    cases: cases.length,
    failures,
    noFile,
  };
}

/** Logs in this page, and reads it back. */
async function logToMemory(): Promise<string[]> {
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

/** The number of bytes written to a stream of this page, and whether it was closed. */
async function logToStream(): Promise<[number, boolean]> {
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

/** The message or the error of a worker. */
function inWorker(script: string): Promise<unknown> {
  return new Promise((resolve) => {
    const worker = new Worker(script + new URL(import.meta.url).search, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve(message);
  });
}

Object.assign(globalThis, {
  findings: findings(),
  threads: Promise.all([threads(), inWorker('/thread-worker.js')]).then(([page, worker]) => ({ page, worker })),
});
