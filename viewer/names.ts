/** About how many characters of a long name stay at its end. */
const END = 12;
/** A start of fewer characters is not cut off. */
const START = 4;

/**
 * A name in two parts, between which an ellipsis may stand: long names often differ at the end alone. No character is
 * separated from its accents.
 */
export function splitName(name: string): readonly [start: string, end: string] {
  const characters = [...name];
  let cut = characters.length - END < START ? 0 : characters.length - END;
  while (cut > 0 && /^(\p{M}|\u200d|\ufe0f)/u.test(characters[cut]!)) cut--;
  return [characters.slice(0, cut).join(''), characters.slice(cut).join('')];
}

/** A name with at most this many characters, for canvases: `start…end`. */
export function shortened(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const end = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join('')}\u2026${characters.slice(-end).join('')}`;
}
