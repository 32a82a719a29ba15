export function targetsOf() {
  return [];
}
