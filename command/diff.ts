import { readFile } from 'node:fs/promises';
import { describeError } from '../src/check/index.ts';
import { type Comparison, compare, type RecordedInput, type Verdict } from '../src/inspect/index.ts';
import type { CommandOf } from './arguments.ts';
import { openModel } from './onnx.ts';
import { CommandError } from './paths.ts';

const EXIT_CODES: Readonly<Record<Verdict, number>> = { PASS: 0, PASS_WITH_TOLERANCE: 0, FAIL: 1, INCONCLUSIVE: 2 };

/**
 * Compares a recording with another one, or with an ONNX model, and prints the verdict.
 * @returns the exit code
 * @throws CommandError if a file cannot be read
 */
export async function diff({ right, other, map, json }: CommandOf<'diff'>): Promise<number> {
  const recording = await read(right);
  const comparison = /\.onnx$/i.test(other)
    ? await compareModel(recording, right, other, map)
    : await compare(recording, await read(other), { map, names: [right, other] });
  console.log(json ? JSON.stringify(comparison, null, 2) : String(comparison));
  return EXIT_CODES[comparison.verdict];
}

async function compareModel(
  recording: Uint8Array,
  name: string,
  path: string,
  map: Readonly<Record<string, string>>,
): Promise<Comparison> {
  const { net, tensor } = await openModel(path);
  const run = (_net: unknown, inputs: readonly RecordedInput[]) => {
    const feeds = net.inputNames.map((name, i) => {
      const input = inputs.find((one) => one.name === name) ?? inputs[i];
      if (input === undefined) {
        throw new CommandError(`the recording must have the inputs ${net.inputNames.join(', ')}, got ${inputs.length}`);
      }
      return [name, tensor(input)] as const;
    });
    return net(Object.fromEntries(feeds));
  };
  try {
    return await compare(net, recording, run, { map, names: [name, path] });
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(describeError(error));
  } finally {
    await net.release();
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${describeError(error)}`);
  }
}
