/**
 * Does it in the next frame, once however often it is asked before. What follows a pointer writes to the page: done at
 * each of its events, it makes the browser lay the page out for each.
 */
export function oncePerFrame(act: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      act();
    });
  };
}
