import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ServedRecordings } from '../../command/server/recordings.ts';
import { Linear, Module, rand, relu, type Tensor } from '../../src/index.ts';
import { record } from '../../src/inspect/index.ts';
import { writeSafetensors } from '../../src/safetensors/index.ts';
import type { Activation } from '../../viewer/activation/activation.ts';
import { Activations } from '../../viewer/activation/activations.ts';
import { httpRecordings, recordingSource } from '../../viewer/sources/recordings.ts';
import { serve } from './serve.ts';

class Network extends Module {
  fc1 = new Linear(4, 8);
  fc2 = new Linear(8, 3);
  override forward(x: Tensor): Tensor {
    return this.fc2(relu(this.fc1(x)));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'layertap-recordings-'));
test.after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'runs'));
const net = new Network();
const x = rand(5, 4);
writeFileSync(join(folder, 'runs/before.safetensors'), await record(net, [x]));
net.fc1.bias!.assign([1, 1, 1, 1, 1, 1, 1, 1]);
writeFileSync(join(folder, 'runs/after.safetensors'), await record(net, [x]));
const y = net(x);
writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(net.stateDict()));
writeFileSync(join(folder, 'torn.safetensors'), 'not safetensors at all');

test('recordings are listed by their headers; weights and torn files are none', async () => {
  const listings = await new ServedRecordings(folder).list();
  assert.equal(
    listings.map(({ path, run }) => [path, run]),
    [
      ['runs/after.safetensors', 'runs/after'],
      ['runs/before.safetensors', 'runs/before'],
    ],
  );
  assert.equal(
    listings[0]!.outputs.map(({ tag, call, dtype, shape }) => [tag, call, dtype, shape]),
    [
      ['Network', 0, 'F32', [5, 3]],
      ['fc1', 0, 'F32', [5, 8]],
      ['fc2', 0, 'F32', [5, 3]],
    ],
  );
});

test('without event files the server says what there is', async () => {
  const said = async (...files: string[]) => {
    const directory = mkdtempSync(join(folder, 'said-'));
    for (const file of files) copyFileSync(join(folder, file), join(directory, basename(file)));
    const listening = await serve(directory);
    const { whileEmpty } = (await (await fetch(`${listening.url}api/files`)).json()) as { whileEmpty?: string };
    await listening.close();
    rmSync(directory, { recursive: true });
    return whileEmpty;
  };
  assert.is(await said(), undefined);
  assert.is(await said('weights.safetensors', 'runs/after.safetensors'), '');
  const none = 'There are no event files yet.';
  assert.is(await said('weights.safetensors'), `${none} The .safetensors file here is not a recording of layertap.`);
  assert.is(
    await said('weights.safetensors', 'torn.safetensors'),
    `${none} None of the 2 .safetensors files here is a recording of layertap.`,
  );
});

test('one file is a directory of one recording', async () => {
  const listings = await new ServedRecordings(join(folder, 'runs/after.safetensors')).list();
  assert.equal(
    listings.map(({ run }) => run),
    ['after'],
  );
});

test('a recording of 2 GB is listed without reading its values', async () => {
  const path = join(folder, 'large.safetensors');
  const bytes = 2 * 2 ** 30;
  const call = { path: 'big', kind: 'Linear', call: 0, parent: null, start: 0, end: 1, inputs: [] };
  const part = { tensor: 't0', dtype: 'F32', shape: [bytes / 4 / 1024, 1024] };
  const metadata = {
    version: 1,
    framework: 'layertap',
    complete: true,
    calls: [{ ...call, output: part }],
    parameters: {},
  };
  const head = JSON.stringify({
    __metadata__: { 'layertap.recording': JSON.stringify(metadata) },
    t0: { dtype: 'F32', shape: part.shape, data_offsets: [0, bytes] },
  });
  const buffer = Buffer.alloc(8 + head.length);
  buffer.writeBigUInt64LE(BigInt(head.length));
  buffer.write(head, 8);
  writeFileSync(path, buffer);
  // A hole: the file system stores no zeros.
  truncateSync(path, buffer.length + bytes);
  const cpu = process.cpuUsage();
  const served = new ServedRecordings(path);
  const [listing] = await served.list();
  const { user, system } = process.cpuUsage(cpu);
  assert.equal(listing!.outputs[0]!.end - listing!.outputs[0]!.begin, bytes);
  assert.ok((user + system) / 1e6 < 0.5, `${(user + system) / 1e6} s of CPU time`);
  rmSync(path);
});

/** A page on the served folder. */
async function open(run: (address: string) => Promise<void>): Promise<void> {
  const listening = await serve(folder);
  try {
    await run(listening.url);
  } finally {
    await listening.close();
  }
}

test('the page reads the outputs that it shows: their values are those of the model', () =>
  open(async (url) => {
    const activations = new Activations();
    const warnings: string[] = [];
    const source = recordingSource('runs', httpRecordings(new URL(url)));
    const stop = source.connect({
      activations,
      points() {},
      progress() {},
      warning: (message) => void warnings.push(message),
    });
    await new Promise<void>((resolve) => {
      activations.listen(() => activations.offers.get('fc2')?.size === 2 && resolve());
    });
    const read = (name: string) =>
      new Promise<Activation>((resolve) => {
        activations.subscribe(name, 'fc2', resolve).want({ slice: [], width: 100, height: 100 });
      });
    const after = await read('runs/after');
    assert.equal([...after.cells], [...y.data]);
    assert.equal([after.shape, after.summary.count], [[5, 3], 15]);
    assert.not.equal([...(await read('runs/before')).cells], [...y.data]);
    assert.equal(warnings, []);
    stop();
  }));

test('the server gives bytes of tensors only', () =>
  open(async (url) => {
    const listings = (await (await fetch(`${url}api/recordings`)).json()) as {
      outputs: { begin: number; end: number }[];
    }[];
    const { begin, end } = listings[0]!.outputs[0]!;
    const status = async (query: string) => (await fetch(`${url}api/recording?${query}`)).status;
    const path = encodeURIComponent('runs/after.safetensors');
    assert.is(await status(`path=${path}&from=${begin}&to=${end}`), 200);
    assert.is(await status(`path=${path}&from=0&to=8`), 404);
    assert.is(await status(`path=${path}&from=${begin}&to=${end + 1}`), 404);
    assert.is(await status(`path=${path}&from=${end}&to=${begin}`), 404);
    assert.is(await status(`path=weights.safetensors&from=${begin}&to=${end}`), 404);
    assert.is(await status(`path=..%2F..%2Fetc%2Fpasswd&from=0&to=1`), 404);
    assert.is(await status(`path=${path}&from=${begin}`), 400);
    assert.is(await status(`path=${path}&from=-1&to=1`), 400);
  }));

test.run();
