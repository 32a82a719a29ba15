// Memory for packed weights and for the scratch arena, from the TLSF allocator of AssemblyScript's runtime.
// Where memory cannot grow, allocation traps before anything has changed; the caller turns that into an error.

export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function release(pointer: usize): void {
  heap.free(pointer);
}
