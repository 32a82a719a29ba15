/** @file Workers that share large products with the thread that asks for them, by columns, on shared memory. */
import type { Binary } from './binary.ts';
import { COLUMNS_PER_GROUP, SPILL_BYTES } from './linear-layout.ts';
import type { Machine } from './machine.ts';
import { ARGUMENTS, CELLS, DONE, PULSE, TICKETS } from './thread-control.ts';
import type { WasmMemory } from './wasm-memory.ts';
import { startWorker, type WorkerData, type WorkerHandle } from './worker.ts';

/** Fewer multiply-adds take less time than waking a worker: 8 M are about 0.35 ms. */
const FEWEST_MULTIPLY_ADDS = 8e6;

/** A worker that comes late leaves its chunks to the others, so there are some for each. */
const CHUNKS_PER_THREAD = 4;

/** A worker that has not finished its chunk by then is taken for dead, in ms. */
const PATIENCE = 2000;

/** What `linear` of the binary takes, and the sizes that it reads from `packed`. */
interface Product {
  readonly input: number;
  readonly rows: number;
  readonly depth: number;
  readonly packed: number;
  readonly columns: number;
  readonly output: number;
  readonly relu: number;
  readonly scratch: number;
}

export class ThreadPool {
  readonly #binary: Binary;
  readonly #memory: WasmMemory;
  readonly #control: number;
  readonly #cells: Int32Array;
  readonly #workers: WorkerHandle[] = [];
  /** Whether the pool was stopped, or a worker has died or was taken for dead: it computes nothing any more then. */
  broken = false;
  /** Whether a worker may be alive that is not among the workers. */
  #mayBeWritten = false;

  private constructor(binary: Binary, memory: WasmMemory, control: number) {
    this.#binary = binary;
    this.#memory = memory;
    this.#control = control;
    this.#cells = new Int32Array(binary.memory.buffer, control, CELLS);
    this.#cells.fill(0);
  }

  /**
   * Starts `threads - 1` workers: the thread that asks for a product is the last one.
   * @param startOne tests have their own
   * @throws Error where workers, or shared memory in them, are refused
   */
  static async start(
    module: WebAssembly.Module,
    machine: Machine,
    threads: number,
    startOne: (data: WorkerData, onEnd: () => void) => Promise<WorkerHandle> = startWorker,
  ): Promise<ThreadPool> {
    const { binary, memory } = machine;
    const cellBytes = CELLS * 4;
    // The first spill is that of the asking thread.
    const pool = new ThreadPool(binary, memory, memory.allocate(cellBytes + threads * SPILL_BYTES));
    const starting = Array.from({ length: threads - 1 }, (_, i) => {
      const spill = pool.#control + cellBytes + (i + 1) * SPILL_BYTES;
      const data = { module, memory: binary.memory, control: pool.#control, spill };
      return startOne(data, () => {
        pool.broken = true;
      });
    });
    const started = await Promise.allSettled(starting);
    for (const result of started) if (result.status === 'fulfilled') pool.#workers.push(result.value);
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined || pool.broken) {
      // One that did not start may still do so, and read the cells.
      pool.#mayBeWritten = failed !== undefined;
      await pool.stop();
      throw failed?.reason ?? new Error('a worker ended as it began');
    }
    return pool;
  }

  get threads(): number {
    return this.broken ? 1 : this.#workers.length + 1;
  }

  /** Ends the workers, and gives their memory back if none can write to it any more. */
  async stop(): Promise<void> {
    const ended = await Promise.all(this.#workers.map((worker) => worker.stop()));
    this.broken = true;
    if (!this.#mayBeWritten && ended.every(Boolean)) this.#memory.release(this.#control);
  }

  isWorthwhile(rows: number, depth: number, columns: number): boolean {
    return !this.broken && rows * depth * columns >= FEWEST_MULTIPLY_ADDS;
  }

  /**
   * `linear` of the binary, shared among all threads: the same bits.
   * @returns false, with nothing done that matters, where a worker has died
   */
  linear(product: Product): boolean {
    const { input, rows, depth, columns, output } = product;
    const block = this.#binary.rowsPerBlock(depth);
    for (let row = 0; row < rows; row += block) {
      const part = {
        ...product,
        input: input + row * depth * 4,
        rows: Math.min(block, rows - row),
        output: output + row * columns * 4,
      };
      if (!this.#shareBlock(part)) return false;
    }
    return true;
  }

  #shareBlock({ input, rows, depth, packed, columns, output, relu, scratch }: Product): boolean {
    const cells = this.#cells;
    // Waking takes as long as interleaving the rows, so the workers are woken first.
    this.#wake();
    const interleaved = scratch + SPILL_BYTES;
    this.#binary.interleave(input, rows, depth, interleaved);
    const groups = Math.ceil(columns / COLUMNS_PER_GROUP);
    const chunk = Math.ceil(groups / (this.threads * CHUNKS_PER_THREAD)) * COLUMNS_PER_GROUP;
    const chunks = Math.ceil(columns / chunk);
    cells.set([input, rows, packed, output, relu, interleaved, chunk, columns], ARGUMENTS);
    Atomics.store(cells, DONE, 0);
    Atomics.store(cells, TICKETS, chunks);
    this.#wake();
    let own = 0;
    for (let ticket = this.#ticket(); ticket >= 0; ticket = this.#ticket()) {
      const from = ticket * chunk;
      const to = Math.min(from + chunk, columns);
      this.#binary.linearColumns(input, rows, packed, output, relu, interleaved, scratch, from, to);
      own++;
    }
    return this.#waitFor(chunks - own);
  }

  #wake(): void {
    Atomics.add(this.#cells, PULSE, 1);
    Atomics.notify(this.#cells, PULSE);
  }

  /** A chunk to compute, or a negative number where none is left. */
  #ticket(): number {
    return Atomics.sub(this.#cells, TICKETS, 1) - 1;
  }

  /** Waits for chunks that workers have taken. What a dead one has taken is never finished. */
  #waitFor(chunks: number): boolean {
    let deadline = 0;
    for (let round = 1; Atomics.load(this.#cells, DONE) < chunks; round++) {
      if (round % 4096 !== 0) continue;
      const now = performance.now();
      if (deadline === 0) deadline = now + PATIENCE;
      else if (now > deadline) {
        this.broken = true;
        // The worker may only have been slow, and write yet: nobody else may be given that memory.
        this.#memory.abandonArena();
        return false;
      }
    }
    return true;
  }
}
