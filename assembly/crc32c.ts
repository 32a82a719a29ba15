// Folds bytes to a few that have the same CRC-32C, by additions alone. A checksum is the remainder of the bytes, taken as
// one long polynomial over GF(2), modulo the polynomial P of the format. Six powers of x that add up to a multiple of P
// let one byte move to five places after it:
//
//   x^(8·1302) = x^(8·1059) + x^(8·808) + x^(8·514) + x^(8·249) + 1    (mod P)
//
//   byte i →   i + 243   i + 494   i + 788   i + 1053   i + 1302
//
// Folded bytes are 0 and can be left out. This is the shortest such multiple whose places are so far apart (243 bytes)
// that no vector is read while its last store waits in the processor's store queue.
//
// Source of the idea: Russell, "Chorba: a novel CRC32 implementation", 2024.

/** Folds the bytes before `to`, a multiple of 16 of them, into the next 1302, and leaves them unchanged. */
export function foldCrc32c(from: usize, to: usize): void {
  while (from < to) {
    const bytes = v128.load(from);
    v128.store(from, v128.xor(v128.load(from, 243), bytes), 243);
    v128.store(from, v128.xor(v128.load(from, 494), bytes), 494);
    v128.store(from, v128.xor(v128.load(from, 788), bytes), 788);
    v128.store(from, v128.xor(v128.load(from, 1053), bytes), 1053);
    v128.store(from, v128.xor(v128.load(from, 1302), bytes), 1302);
    from += 16;
  }
}
