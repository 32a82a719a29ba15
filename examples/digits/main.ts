// The main job, from end to end: see the outputs of a trained network's layers, without touching the network.
//
// Runs 360 real handwritten digits in six batches. One forward hook on each linear layer sends its outputs to
// TensorBoard histograms. Then one handle is removed, and a second run logs one layer fewer.
//
//   npm run digits [log directory]
import { readFileSync } from 'node:fs';
import { kernelName, Linear, type RemovableHandle, Tensor } from 'layertap';
import { readSafetensors } from 'layertap/safetensors';
import { SummaryWriter } from 'layertap/tensorboard';
import { Digits } from './network.ts';
import { type LayerReport, table } from './table.ts';

const BATCH = 60;
const PIXELS = 64;

const read = (name: string) => readSafetensors(readFileSync(new URL(`data/${name}`, import.meta.url)));

const net = new Digits();
net.loadStateDict(read('weights.safetensors'));
net.eval();

const test = read('test.safetensors');
const [pixels, digits] = [floats('images'), floats('labels')];
const writer = new SummaryWriter(process.argv[2]);

console.log(`${net}\n\n${digits.length} handwritten digits, this one among them:\n`);
console.log(`${picture(pixels.subarray(0, PIXELS))}\n`);

let reports = new Map<string, LayerReport>();
const handles = new Map<string, RemovableHandle>();
for (const [path, module] of net.namedModules()) {
  if (!(module instanceof Linear)) continue;
  const handle = module.registerForwardHook((layer, _inputs, output) => {
    writer.addHistogram(path, output);
    const report = reports.get(path) ?? { path, layer: String(layer), outputs: [] };
    reports.set(path, { ...report, outputs: [...report.outputs, output] });
  });
  handles.set(path, handle);
}

run('A hook on each linear layer:');
handles.get('fc2')!.remove();
run('The handle of fc2 removed:');
await writer.close();

console.log(`Computed by the ${kernelName()} kernels. The histograms are in ${writer.logDir}; to look at them:\n`);
console.log(`  node dist/command.js view ${writer.logDir}\n\nor:\n`);
console.log(`  pip install tensorboard\n  tensorboard --logdir ${writer.logDir}\n`);

/** Sends all digits through the network and prints statistics from the hooks. */
function run(title: string): void {
  reports = new Map();
  let right = 0;
  for (let first = 0; first < digits.length; first += BATCH) {
    const batch = pixels.slice(first * PIXELS, (first + BATCH) * PIXELS);
    const scores = net(new Tensor(batch, [batch.length / PIXELS, PIXELS]));
    for (let i = 0; i < scores.shape[0]!; i++) {
      const ten = scores.data.slice(i * 10, (i + 1) * 10);
      if (ten.indexOf(Math.max(...ten)) === digits[first + i]) right++;
    }
  }
  const share = ((100 * right) / digits.length).toFixed(1);
  console.log(`${title}\n\n${table([...reports.values()])}\n\n${right} of ${digits.length} digits read (${share} %)\n`);
}

/** The values of a tensor: files may also have integers. */
function floats(name: string): Float32Array {
  const data = test.get(name)?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`test.safetensors has no floating-point tensor "${name}"`);
}

/** An image in characters: the darker the pixel, the more ink. */
function picture(pixels: Float32Array): string {
  const ink = ' .:-=+*#@';
  const lines = Array.from({ length: 8 }, (_, y) =>
    [...pixels.subarray(y * 8, y * 8 + 8)]
      .map((pixel) => ink[Math.round(pixel * (ink.length - 1))]!.repeat(2))
      .join(''),
  );
  return lines.map((line) => `    ${line}`).join('\n');
}
