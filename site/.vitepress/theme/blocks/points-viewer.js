/**
 * A viewer of points that are sent to the page; it is loaded with the first of them.
 * @param {string} script the address of layertap/viewer
 * @param {Element} element
 */
export function pointsViewer(script, element, isDark) {
  let [listener, mounted, isGone] = [undefined, undefined, false];
  const waiting = [];
  const mount = async () => {
    const { mountViewer } = await import(/* @vite-ignore */ script);
    if (isGone) return;
    const connect = (connected) => {
      listener = connected;
      return () => {};
    };
    mounted = mountViewer(element, { name: 'outputs', connect }, { theme: isDark ? 'dark' : 'light' });
  };
  return {
    /** More for the sandbox. */
    begin: () => ({}),
    async onMessage({ points }) {
      if (points === undefined) return;
      waiting.push(points);
      if (waiting.length === 1 && mounted === undefined) await mount();
      while (listener !== undefined && waiting.length > 0) listener.points(waiting.shift());
    },
    /** What was shown stays. */
    onEnd() {},
    discard() {
      isGone = true;
      mounted?.unmount();
    },
  };
}
