// Colours of runs that people with any sight tell apart, from Okabe and Ito, "Color Universal Design" (2008), changed
// until any two of a set are at least 0.11 apart in OKLab as normal sight, protanopia and deuteranopia see them (Machado,
// Oliveira and Fernandes, 2009), and each has a contrast of at least 3 to its ground.
const ON_LIGHT = ['#0170ae', '#dd660b', '#009e73', '#9e3b6a', '#399bd0', '#5a2b91', '#9d4e00', '#663502'];
const ON_DARK = ['#1bb1c9', '#e08e14', '#867dfd', '#018b72', '#e9cb3f', '#d24601', '#8ed5fe', '#9148b3'];

/** The colour of a run, by its place among the runs of the store. After eight they begin again. */
export function runColour(index: number, dark: boolean): string {
  const colours = dark ? ON_DARK : ON_LIGHT;
  return colours[index % colours.length]!;
}
