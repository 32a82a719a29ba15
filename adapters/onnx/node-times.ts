/** @file The times of nodes, by ONNX Runtime's own profiler. It writes a file, which only Node can read. */
import type { RuntimeEvent, RuntimeProfiler } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { BFLOAT16, DOUBLE, type ElementType, FLOAT, FLOAT16, type Graph, type GraphNode } from './graph.ts';
import type { OnnxSession, OnnxTensor } from './ort.ts';
import { readGraph } from './read-model.ts';
import { oneAtATime, type SessionMaker } from './sessions.ts';
import { builtin } from './source.ts';

/** The node of the model that gives a value. */
export type NodeOf = (value: string) => Hookable | undefined;

/** A session whose runs are timed. */
export class NodeProfiler<T extends OnnxTensor> implements RuntimeProfiler {
  #isOn = false;
  readonly #turn: (isOn: boolean) => void;
  readonly #session: OnnxSession<T>;
  readonly #maker: SessionMaker<T>;
  readonly #folder: string;
  readonly #graph: Graph;
  readonly #nodeOf: NodeOf;
  /** When each run began, as `performance.now()`. */
  readonly #starts: number[] = [];

  private constructor(
    session: OnnxSession<T>,
    maker: SessionMaker<T>,
    folder: string,
    graph: Graph,
    nodeOf: NodeOf,
    turn: (isOn: boolean) => void,
  ) {
    this.#session = session;
    this.#maker = maker;
    this.#folder = folder;
    this.#graph = graph;
    this.#nodeOf = nodeOf;
    this.#turn = turn;
  }

  /**
   * @param turn is called when runs are to be timed, and no longer
   * @throws TypeError where the runtime's file cannot be read
   */
  static async open<T extends OnnxTensor>(
    maker: SessionMaker<T>,
    graph: Graph,
    nodeOf: NodeOf,
    turn: (isOn: boolean) => void,
  ): Promise<NodeProfiler<T>> {
    const [fs, path, os] = [builtin('node:fs'), builtin('node:path'), builtin('node:os')];
    if (maker.packageName !== 'onnxruntime-node' || fs === undefined || path === undefined || os === undefined) {
      throw new TypeError(
        'profile(): the nodes of an ONNX model are timed by the profiler of onnxruntime-node, which writes a file\n' +
          '  got: onnxruntime-web, which prints to the console alone\n' +
          '  expected: onnxruntime-node; or a predicate as "select" that takes the model as a whole: (path) => path === \'\'',
      );
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'layertap-profile-'));
    try {
      const session = await maker.profiled(path.join(folder, 'run'), path.join(folder, OPTIMIZED));
      return new NodeProfiler(session, maker, folder, graph, nodeOf, turn);
    } catch (error) {
      fs.rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    this.#turn(isOn);
  }

  run(feeds: object, more: readonly unknown[]): ReturnType<OnnxSession<T>['run']> {
    return oneAtATime(this.#maker.runtime, () => {
      this.#starts.push(performance.now());
      return this.#session.run(feeds, ...more);
    });
  }

  async end(): Promise<readonly RuntimeEvent[]> {
    this.isOn = false;
    const [fs, path] = [builtin('node:fs')!, builtin('node:path')!];
    try {
      await oneAtATime(this.#maker.runtime, async () => {
        this.#session.endProfiling?.();
        await this.#session.release();
      });
      const names = fs.readdirSync(this.#folder);
      const read = (name: string) => fs.readFileSync(path.join(this.#folder, name));
      const file = names.find((name) => name.endsWith('.json'));
      if (file === undefined) throw new Error('profile(): ONNX Runtime has written no profile');
      const byName = nodesByName(readGraph('profile()', read(OPTIMIZED)), this.#graph, this.#nodeOf);
      return eventsOf(JSON.parse(new TextDecoder().decode(read(file))), this.#starts, byName);
    } finally {
      fs.rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

const OPTIMIZED = 'optimized.onnx';

/**
 * An entry of the profile, in the format of Chrome's traces: times in µs.
 * Source: https://onnxruntime.ai/docs/performance/tune-performance/profiling-tools.html
 */
interface Entry {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
}

const SUFFIX = '_kernel_time';

/** The entries of nodes as events, their times placed into the runs. */
export function eventsOf(
  entries: readonly Entry[],
  starts: readonly number[],
  byName: ReadonlyMap<string, object>,
): RuntimeEvent[] {
  const runs = entries.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').sort(byStart);
  const nodes = entries.filter(({ cat, name }) => cat === 'Node' && name.endsWith(SUFFIX)).sort(byStart);
  /** What the entries inside each entry take: nodes of the bodies of an If or a Loop. */
  const inside = new Map<Entry, number>();
  const open: Entry[] = [];
  for (const node of nodes) {
    while (open.length > 0 && endOf(open.at(-1)!) <= node.ts) open.pop();
    const around = open.at(-1);
    if (around !== undefined) inside.set(around, (inside.get(around) ?? 0) + node.dur);
    open.push(node);
  }
  return nodes.flatMap((node) => {
    const module = byName.get(node.name.slice(0, -SUFFIX.length));
    const run = runs.findLastIndex(({ ts }) => ts <= node.ts);
    if (module === undefined || run < 0) return [];
    const start = starts[run]! + (node.ts - runs[run]!.ts) / 1000;
    const own = (node.dur - (inside.get(node) ?? 0)) / 1000;
    return [{ module, run, start, duration: node.dur / 1000, own }];
  });
}

const byStart = (a: Entry, b: Entry) => a.ts - b.ts || b.dur - a.dur;
const endOf = ({ ts, dur }: Entry) => ts + dur;

/**
 * The nodes of a model by the names of those that run. The runtime fuses several into one, which counts as the one with the most
 * weights, else as the last one. What the runtime has added, to move values, counts as the node that reads them.
 * @param run the nodes that run, as the runtime has optimized them
 */
function nodesByName(run: Graph, graph: Graph, nodeOf: NodeOf): Map<string, Hookable> {
  const producers = new Map<string, Producer>();
  for (const { nodes, weights, types } of graphsIn(graph)) {
    // Other constants are shapes and indices.
    const isFloat = (name: string) => FLOATS.includes(types.get(name) ?? 0);
    const sizes = [...weights].map(([name, { shape }]) => [name, isFloat(name) ? sizeOf(shape) : 0] as const);
    const weightSizes = new Map(sizes);
    for (const node of nodes) for (const value of node.outputs) producers.set(value, { node, weightSizes });
  }
  const found = new Map<string, Hookable>();
  for (const { nodes } of graphsIn(run)) {
    const known = new Set(nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
    const readers = new Map<string, Hookable>();
    for (const { name, inputs, outputs } of [...nodes].reverse()) {
      const owner = heaviest(outputs, known, producers, nodeOf) ?? first(outputs, (value) => readers.get(value));
      if (owner === undefined) continue;
      found.set(name, owner);
      for (const value of inputs) readers.set(value, owner);
    }
  }
  return found;
}

interface Producer {
  readonly node: GraphNode;
  /** How many values each weight of its graph has. */
  readonly weightSizes: ReadonlyMap<string, number>;
}

/** Of the nodes that lead to some outputs from values that are known, the one with the most weights, else the last one. */
function heaviest(
  outputs: readonly string[],
  known: ReadonlySet<string>,
  producers: ReadonlyMap<string, Producer>,
  nodeOf: NodeOf,
): Hookable | undefined {
  let most = { hookable: undefined as Hookable | undefined, size: -1 };
  const seen = new Set<string>();
  const waiting = [...outputs];
  for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) {
    const producer = producers.get(value);
    if (producer === undefined || seen.has(value)) continue;
    seen.add(value);
    const { node, weightSizes } = producer;
    const size = node.inputs.reduce((sum, name) => sum + (weightSizes.get(name) ?? 0), 0);
    const hookable = nodeOf(value);
    if (hookable !== undefined && size > most.size) most = { hookable, size };
    waiting.push(...node.inputs.filter((input) => !known.has(input)));
  }
  return most.hookable;
}

const FLOATS: readonly ElementType[] = [FLOAT, FLOAT16, BFLOAT16, DOUBLE];

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, one) => size * one, 1);

function first<T, R>(values: readonly T[], of: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = of(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const graphsIn = (graph: Graph): Graph[] => [graph, ...graph.nodes.flatMap(({ bodies }) => bodies.flatMap(graphsIn))];
