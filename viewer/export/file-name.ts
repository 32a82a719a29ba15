/** A name that all file systems take. */
const LONGEST = 100;

/**
 * A file name, without its ending, for a tag: what is no letter, digit, point, hyphen or underscore becomes one
 * underscore. Never hidden, never a device of Windows, never empty.
 */
export function fileName(tag: string): string {
  const safe = tag
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/\.{2,}/g, '.')
    .slice(0, LONGEST)
    // Half of a letter beyond the 16-bit range, where the cut went through one.
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[._-]+|[._-]+$/g, '');
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe) || safe === '' ? `card_${safe}` : safe;
}
