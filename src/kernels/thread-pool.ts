/** @file Workers that share large products with the calling thread, by columns, on shared memory. */
import { COLUMNS_PER_GROUP, type Product, SPILL_BYTES, type WasmExports } from './wasm-exports.ts';
import type { WasmMemory } from './wasm-memory.ts';
import { startWorker, type WorkerData, type WorkerHandle } from './worker.ts';
import { ARGUMENTS, AWAKE, CELLS, DONE, PULSE, TICKETS } from './worker-program.ts';

/** Below this, waking a worker takes longer than the product: 8 M multiply-adds take about 0.35 ms. */
const FEWEST_MULTIPLY_ADDS = 8e6;

/** The same while the workers are awake. */
const FEWEST_WHILE_AWAKE = 1e6;

/** Products that begin within this time of each other, in ms, may wake the workers for the next one: they spin for half of it. */
const SOON = 0.2;

/** Waking costs 10 µs. Where the workers slept again before the next product, they are not woken for as many products. */
const PRODUCTS_UNWOKEN = 64;

/** Several, so that a late worker leaves its chunks to the others. */
const CHUNKS_PER_THREAD = 4;

/** A worker is presumed dead if it takes longer for a chunk, in ms. */
const PATIENCE = 2000;

export class ThreadPool {
  readonly #exports: WasmExports;
  readonly #memory: WasmMemory;
  readonly #control: number;
  readonly #cells: Int32Array;
  readonly #workers: WorkerHandle[] = [];
  /** Set when the pool is stopped or a worker is dead or presumed dead. It computes nothing then. */
  broken = false;
  /** When a small product last found workers asleep. */
  #asleep = -Infinity;
  /** How many such products to come do not wake them. */
  #unwoken = 0;
  /** Whether a worker outside `#workers` may be alive. */
  #mayBeWritten = false;

  private constructor(exports: WasmExports, memory: WasmMemory, control: number) {
    this.#exports = exports;
    this.#memory = memory;
    this.#control = control;
    this.#cells = new Int32Array(exports.memory.buffer, control, CELLS);
    this.#cells.fill(0);
  }

  /**
   * Starts `threads - 1` workers; the calling thread is the last one.
   * @param startOne replaced in tests
   * @throws Error if the engine refuses workers or shared memory
   */
  static async start(
    module: WebAssembly.Module,
    { exports, memory }: { readonly exports: WasmExports; readonly memory: WasmMemory },
    threads: number,
    startOne: (data: WorkerData, onEnd: () => void) => Promise<WorkerHandle> = startWorker,
  ): Promise<ThreadPool> {
    const cellBytes = CELLS * 4;
    // The first spill is the calling thread's.
    const pool = new ThreadPool(exports, memory, memory.allocate(cellBytes + threads * SPILL_BYTES));
    const starting = Array.from({ length: threads - 1 }, (_, i) => {
      const spill = pool.#control + cellBytes + (i + 1) * SPILL_BYTES;
      const data = { module, memory: exports.memory, control: pool.#control, spill };
      return startOne(data, () => {
        pool.broken = true;
      });
    });
    const started = await Promise.allSettled(starting);
    for (const result of started) if (result.status === 'fulfilled') pool.#workers.push(result.value);
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined || pool.broken) {
      // A worker that failed to start in time may start later, and use the cells.
      pool.#mayBeWritten = failed !== undefined;
      await pool.stop();
      throw failed?.reason ?? new Error('a worker ended as it started');
    }
    return pool;
  }

  get threads(): number {
    return this.broken ? 1 : this.#workers.length + 1;
  }

  /** Ends the workers, and releases their memory if none can still write to it. */
  async stop(): Promise<void> {
    const ended = await Promise.all(this.#workers.map((worker) => worker.stop()));
    this.broken = true;
    if (!this.#mayBeWritten && ended.every(Boolean)) this.#memory.release(this.#control);
  }

  /** Whether to share a product. It may wake the workers for the next one. */
  isWorthwhile(rows: number, depth: number, columns: number): boolean {
    const work = rows * depth * columns;
    if (this.broken || work < FEWEST_WHILE_AWAKE) return false;
    if (work >= FEWEST_MULTIPLY_ADDS) return true;
    const isAwake = Atomics.load(this.#cells, AWAKE) === this.#workers.length;
    if (isAwake) this.#unwoken = 0;
    else this.#wakeForNext();
    return isAwake;
  }

  #wakeForNext(): void {
    const before = this.#asleep;
    this.#asleep = performance.now();
    if (this.#unwoken > 0) this.#unwoken--;
    else if (this.#asleep - before < SOON) {
      this.#wake();
      // Unless they are awake then.
      this.#unwoken = PRODUCTS_UNWOKEN;
    }
  }

  /**
   * `linear`, shared among all threads. The bits are the same.
   * @param wide as of `linear`
   * @returns false if a worker is presumed dead; the output is invalid then
   */
  linear(product: Product, wide: number): boolean {
    const { input, rows, depth, columns, output } = product;
    const block = this.#exports.rowsPerBlock(depth);
    for (let row = 0; row < rows; row += block) {
      const part = {
        ...product,
        input: input + row * depth * 4,
        rows: Math.min(block, rows - row),
        output: output + row * columns * 4,
      };
      if (!this.#shareBlock(part, wide)) return false;
    }
    return true;
  }

  #shareBlock({ input, rows, depth, packed, columns, output, relu, scratch }: Product, wide: number): boolean {
    const cells = this.#cells;
    // Waking takes as long as interleaving, so the workers are woken first.
    this.#wake();
    const interleaved = scratch + SPILL_BYTES;
    this.#exports.interleave(input, rows, depth, interleaved);
    const groups = Math.ceil(columns / COLUMNS_PER_GROUP);
    const chunk = Math.ceil(groups / (this.threads * CHUNKS_PER_THREAD)) * COLUMNS_PER_GROUP;
    const chunks = Math.ceil(columns / chunk);
    cells.set([input, rows, packed, output, relu, interleaved, chunk, columns, wide], ARGUMENTS);
    Atomics.store(cells, DONE, 0);
    Atomics.store(cells, TICKETS, chunks);
    this.#wake();
    let own = 0;
    for (let ticket = this.#ticket(); ticket >= 0; ticket = this.#ticket()) {
      const from = ticket * chunk;
      const to = Math.min(from + chunk, columns);
      this.#exports.linearColumns(input, rows, packed, output, relu, interleaved, scratch, from, to, wide);
      own++;
    }
    return this.#waitFor(chunks - own);
  }

  #wake(): void {
    Atomics.add(this.#cells, PULSE, 1);
    Atomics.notify(this.#cells, PULSE);
  }

  /** The next chunk; negative if none is left. */
  #ticket(): number {
    return Atomics.sub(this.#cells, TICKETS, 1) - 1;
  }

  /** Waits for the chunks of the workers; a dead worker never finishes its chunk. */
  #waitFor(chunks: number): boolean {
    let deadline = 0;
    for (let round = 1; Atomics.load(this.#cells, DONE) < chunks; round++) {
      if (round % 4096 !== 0) continue;
      const now = performance.now();
      if (deadline === 0) deadline = now + PATIENCE;
      else if (now > deadline) {
        this.broken = true;
        // The worker may be merely slow, and still write there.
        this.#memory.abandonArena();
        return false;
      }
    }
    return true;
  }
}
