// Runs inside Chromium: the contract suite, the kernels, and what a page may not do. Leaves its findings on window.
import * as layertap from 'layertap';
import { readSafetensors, writeSafetensors } from 'layertap/safetensors';
import { SummaryWriter } from 'layertap/tensorboard';
import { type ContractTarget, hookContract } from 'layertap/testing';
import { logInWorker, logToMemory, logToStream } from './logging.ts';

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
  return {
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
    memory: await logToMemory(),
    stream: await logToStream(),
    opfs: await logInWorker(),
  };
}

/** What threads do here, and whether they change a bit of a product that is large enough to be shared. */
async function threads(): Promise<object> {
  layertap.manualSeed(1);
  const layer = new Linear(1024, 1024);
  const x = layertap.rand(128, 1024);
  const alone = layer(x).data;
  const count = await layertap.setNumThreads(2);
  const together = layer(x).data;
  return { count, same: alone.every((value, i) => Object.is(value, together[i])) };
}

if (typeof document === 'undefined') {
  // As a Web Worker of a page that wants to know the same.
  threads().then((result) => postMessage(result));
} else {
  const worker = new Worker(import.meta.url, { type: 'module' });
  const inWorker = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  Object.assign(globalThis, {
    findings: findings(),
    threads: Promise.all([threads(), inWorker]).then(([page, worker]) => ({ page, worker })),
  });
}
