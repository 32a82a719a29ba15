// The exports. Only numbers and pointers cross this border: no strings, arrays or objects.
export { interleave, linear, linearColumns, linearScratch, rowsPerBlock } from './linear';
export { packRows } from './pack-rows';
export { relu } from './relu';
export { addUp, countBySearch, countByTable } from './histogram';
export { foldCrc32c } from './crc32c';
export { distribution } from './distribution';
export { summarize } from './summarize';
