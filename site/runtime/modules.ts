// What blocks may import: layertap's entries and rxjs, which come with every block, and frameworks, which are loaded by the
// blocks that name them.
import * as layertap from 'layertap';
import * as adapter from 'layertap/adapter';
import * as onnx from 'layertap/adapters/onnx';
import * as tfjs from 'layertap/adapters/tfjs';
import * as transformers from 'layertap/adapters/transformers';
import * as inspect from 'layertap/inspect';
import * as safetensors from 'layertap/safetensors';
import * as tensorboard from 'layertap/tensorboard';
import * as testing from 'layertap/testing';
import * as viewer from 'layertap/viewer';
import * as logs from 'layertap/viewer/logs';
import * as rxjs from 'rxjs';
import type { Files } from './files.ts';

type Modules = Record<string, object>;
type Read = Files['readOrFail'];

const LIBRARY: Modules = {
  layertap,
  'layertap/adapter': adapter,
  'layertap/adapters/onnx': onnx,
  'layertap/adapters/tfjs': tfjs,
  'layertap/adapters/transformers': transformers,
  'layertap/inspect': inspect,
  'layertap/safetensors': safetensors,
  'layertap/tensorboard': tensorboard,
  'layertap/testing': testing,
  'layertap/viewer': viewer,
  'layertap/viewer/logs': logs,
  rxjs,
};

const FRAMEWORKS: Record<string, (read: Read) => Promise<Modules>> = {
  '@tensorflow/tfjs': async (read) => {
    const tf = (await moduleOf('tfjs.js', read)) as typeof import('@tensorflow/tfjs');
    // As in Node. On WebGL in a worker, Chromium without a GPU never reports that a tensor can be read.
    await tf.setBackend('cpu');
    return { '@tensorflow/tfjs': tf };
  },
  onnxruntime: loadOnnxRuntime,
  '@huggingface/transformers': async (read) => {
    const runtimes = await loadOnnxRuntime(read);
    // transformers.js finds the runtime here: both use the same copy.
    Object.assign(globalThis, { onnxruntime: runtimes['onnxruntime-web'] });
    const transformers = await moduleOf('transformers.js', read);
    Object.assign((transformers as typeof import('@huggingface/transformers')).env, {
      allowLocalModels: true,
      allowRemoteModels: false,
      useBrowserCache: false,
    });
    return { ...runtimes, '@huggingface/transformers': transformers };
  },
};

/** The frameworks that a script names. */
export async function loadFrameworks(script: string, read: Read): Promise<Modules> {
  const named = Object.entries(FRAMEWORKS).filter(([name]) => script.includes(name));
  return Object.assign({}, ...(await Promise.all(named.map(([, load]) => load(read)))));
}

/** In a page onnxruntime-web is what onnxruntime-node is in Node. */
async function loadOnnxRuntime(read: Read): Promise<Modules> {
  const [runtime, wasmBinary] = await Promise.all([
    moduleOf('onnxruntime.js', read),
    read('../ort-wasm-simd-threaded.wasm'),
  ]);
  const { default: ort } = runtime as { default: typeof import('onnxruntime-web') };
  Object.assign(ort.env.wasm, { wasmBinary, wasmPaths: {}, numThreads: 1, proxy: false });
  return { 'onnxruntime-web': runtime, 'onnxruntime-node': runtime };
}

async function moduleOf(file: string, read: Read): Promise<object> {
  return import(URL.createObjectURL(new Blob([await read(file)], { type: 'text/javascript' })));
}

/** `require` of a block. */
export function requireFrom(frameworks: Modules): (name: string) => object {
  const modules = { ...LIBRARY, ...frameworks };
  return (name) => {
    const found = modules[name];
    if (found === undefined) throw new Error(refusal(name));
    return new Proxy<object>(
      { ...found, __esModule: true },
      {
        get(all, key) {
          if (!(key in all) && typeof key === 'string') throw new Error(`'${name}' has no '${key}'`);
          return Reflect.get(all, key);
        },
      },
    );
  };
}

function refusal(name: string): string {
  if (/^(node:|fs|path)/.test(name)) return `'${name}' is a module of Node, and this is a page`;
  return `'${name}' cannot be imported here; layertap, its entries, rxjs, @tensorflow/tfjs, onnxruntime-web and @huggingface/transformers can`;
}
