/**
 * @file The memory through which the pool and its workers talk: 32-bit cells inside the shared WebAssembly memory, on
 * cache lines apart from each other where both sides write.
 *
 *   cell  0  TICKETS    chunks that nobody has taken; a worker takes one by subtracting 1
 *        16  DONE       chunks that are finished
 *        32  PULSE      changes when there is something to wake up for
 *        48  ARGUMENTS  input, rows, packed, output, relu, interleaved, columns of a chunk, all columns
 *
 * The arguments are written while there are no tickets, and read only by whoever has taken one: so a worker that was
 * late for one product can never see half of the next one.
 */
export const TICKETS = 0;
export const DONE = 16;
export const PULSE = 32;
export const ARGUMENTS = 48;
export const CELLS = 64;

/** How often a worker looks for tickets before it sleeps: some 100 µs. */
export const SPIN_ROUNDS = 20_000;
