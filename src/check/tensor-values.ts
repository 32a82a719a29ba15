/**
 * The key under which a tensor of layertap's gives its values for reading: a Parameter takes each read of its `data` for
 * the beginning of a write. Registered, so that rooms, and copies of the library, know each other's tensors by it.
 */
export const VALUES: symbol = Symbol.for('layertap.values');
