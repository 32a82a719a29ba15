// test/fixtures/files.ts for a page.

/** A fixture by its path below test/fixtures. */
export function fixtureBytes(path: string): Uint8Array {
  const request = new XMLHttpRequest();
  request.open('GET', fixturePath(path), false);
  // A synchronous request gives text alone: one character for each byte.
  request.overrideMimeType('text/plain; charset=x-user-defined');
  request.send();
  if (request.status !== 200) throw new Error(`${fixturePath(path)}: ${request.status} ${request.statusText}`);
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
}

/** Where a fixture is: its URL. */
export function fixturePath(path: string): string {
  return new URL(path, `${location.origin}/test/fixtures/`).href;
}
