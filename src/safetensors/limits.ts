/** The header's name for what is not a tensor. */
export const METADATA = '__metadata__';

/** Bytes. The reference implementation refuses longer headers, in reading and in writing. */
export const LONGEST_HEADER = 100_000_000;
