// Runs inside Chromium: the contract suite, the kernels, and what a page may not do. Leaves its findings on window.
import * as layertap from 'layertap';
import { readSafetensors, writeSafetensors } from 'layertap/safetensors';
import { SummaryWriter } from 'layertap/tensorboard';
import { type ContractTarget, hookContract } from 'layertap/testing';

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
  };
}

(globalThis as { findings?: Promise<object> }).findings = findings();
