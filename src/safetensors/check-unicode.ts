// With the u flag whole surrogate pairs do not match, only halves.
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * Refuses text that UTF-8 cannot hold, which JavaScript's strings and JSON's escapes can.
 * @param where begins the message of the error
 */
export function checkUnicode(text: string, where: string): void {
  if (HALF_PAIR.test(text)) throw new RangeError(`${where} is not valid Unicode: it has half of a surrogate pair`);
}
