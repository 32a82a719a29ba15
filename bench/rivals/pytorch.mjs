// PyTorch, in a Python process that takes turns on request. Native code, 256-bit vectors.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('pytorch.py', import.meta.url));

/**
 * @param python the interpreter; undefined means `python3`
 * @returns the rival, or undefined without a Python with PyTorch
 */
export async function openPyTorch({ python = 'python3', threads = 1 } = {}) {
  const name = 'PyTorch';
  const one = { OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` };
  const child = spawn(python, [script, `${threads}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...one },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise((resolve) => child.on('error', resolve).on('close', resolve));
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name}: the Python process ended`);
    return JSON.parse(value);
  };
  const ask = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  child.stdin.on('error', () => {});
  let versions;
  try {
    versions = await answer();
  } catch {
    return undefined;
  }

  const folder = mkdtempSync(join(tmpdir(), 'layertap-bench-'));
  let current;
  /** The Python side holds one candidate at a time. */
  async function candidate(request, floats, who = name) {
    if (current !== undefined) throw new Error(`${name}: ${current} was not disposed of`);
    current = request.make;
    const [file, output] = [join(folder, 'in.f32'), join(folder, 'out.f32')];
    const parts = floats.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    writeFileSync(file, Buffer.concat(parts));
    await ask({ ...request, file, output });
    const bytes = readFileSync(output);
    const result = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return {
      name: who,
      run: () => result,
      time: async (millis) => (await ask({ time: millis })).ns,
      async dispose() {
        current = undefined;
        await ask({ drop: true });
      },
    };
  }
  const network = ({ rows, layers, input }) =>
    candidate({ make: 'network', rows, layers: layers.map(({ depth, columns, relu }) => ({ depth, columns, relu })) }, [
      input,
      ...layers.flatMap(({ weight, bias }) => [weight, bias]),
    ]);
  return {
    name,
    version: `${versions.torch}, numpy ${versions.numpy}`,
    network,
    linear: (layer) => network({ ...layer, layers: [{ ...layer, relu: true }] }),
    relu: (values) => candidate({ make: 'relu' }, [values]),
    summarize: (values) => candidate({ make: 'summarize' }, [values]),
    histogram(values, edges) {
      const file = join(folder, 'edges.f64');
      writeFileSync(file, edges);
      return candidate({ make: 'histogram', edges: file }, [values], 'numpy');
    },
    async close() {
      child.stdin.end();
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}
