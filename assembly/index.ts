// What JavaScript can call. Only numbers and pointers cross this border: no strings, arrays or objects.
export { allocate, release } from './memory';
export { linear } from './linear';
export { relu } from './relu';
export { summarize } from './summarize';
export { countBySearch, countByTable } from './histogram';
