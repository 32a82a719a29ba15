const COLON_FOLLOWS = /\s*:/y;

/**
 * Finds a key that an object of the header has twice, which JSON.parse would pass over in silence. Gives its path, or
 * undefined. Looks two objects deep, as far as the format goes.
 *
 * @param json text that JSON.parse has accepted: a string is a key exactly where a colon follows it
 */
export function repeatedKey(json: string): string[] | undefined {
  const names = new Set<string>();
  let fields = new Set<string>();
  let name = '';
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{' || character === '[') {
      depth++;
      if (depth === 2) fields = new Set();
    } else if (character === '}' || character === ']') {
      depth--;
    } else if (character === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++;
      if (depth > 2) continue;
      COLON_FOLLOWS.lastIndex = i + 1;
      if (!COLON_FOLLOWS.test(json)) continue;
      // "\u0061" and "a" are one key.
      const key = JSON.parse(json.slice(start, i + 1)) as string;
      const seen = depth === 1 ? names : fields;
      if (seen.has(key)) return depth === 1 ? [key] : [name, key];
      seen.add(key);
      if (depth === 1) name = key;
    }
  }
  return undefined;
}
