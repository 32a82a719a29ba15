/** @file What assembly/linear.ts fixes about memory, for those who prepare it. That file draws it. */

/** Packed weights are panels of so many columns. */
export const COLUMNS_PER_PANEL = 8;

/** Four panels: the bias is padded, the last row written, and the work of threads divided by so many columns. */
export const COLUMNS_PER_GROUP = 32;

/** How far it reads beyond the last panel while it touches weights ahead. */
export const READ_AHEAD_BYTES = 64;

/** Where a thread stores the tile of a partial panel. In one thread's scratch memory it comes first. */
export const SPILL_BYTES = 128;
