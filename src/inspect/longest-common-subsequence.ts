/** Beyond it, the table of lengths would take more than 50 MB. */
const LARGEST_TABLE = 2.5e7;

/**
 * The pairs of indices of a longest common subsequence, ascending; equal beginnings and ends are paired first. Empty where
 * the sequences are too long: some 5,000 elements that differ.
 */
export function longestCommonSubsequence(a: readonly string[], b: readonly string[]): [number, number][] {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [rows, columns] = [a.length - start - end, b.length - start - end];
  const pairs: [number, number][] = Array.from({ length: start }, (_, i) => [i, i]);
  if (rows * columns <= LARGEST_TABLE) {
    // lengths[i][j]: of the longest one of a from i and b from j.
    const width = columns + 1;
    const lengths = new Uint16Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        lengths[i * width + j] =
          a[start + i] === b[start + j]
            ? lengths[(i + 1) * width + j + 1]! + 1
            : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
      }
    }
    for (let i = 0, j = 0; i < rows && j < columns; ) {
      if (a[start + i] === b[start + j]) pairs.push([start + i++, start + j++]);
      else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
      else j++;
    }
  }
  for (let i = end; i > 0; i--) pairs.push([a.length - i, b.length - i]);
  return pairs;
}
