// Memory for packed weights and the scratch arena, from the TLSF allocator of AssemblyScript's runtime. If memory cannot
// grow, allocation traps before it changes anything; the caller turns that into an error.

export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function release(pointer: usize): void {
  heap.free(pointer);
}
