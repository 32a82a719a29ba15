// Pictures read outputs only while they are in view, so a layer has to run again when its picture comes into view.
import { useData } from 'vitepress';
import { onUnmounted, watch } from 'vue';

/** Milliseconds between runs, and how many there are: a picture is loaded after its place is in view. */
const [PAUSE, RUNS] = [100, 6];

/**
 * @param run runs the network on its last input
 * @returns a function that is given the places of the pictures
 */
export function usePicturesInView(run) {
  let left = 0;
  let timer;
  const tick = async () => {
    await run();
    timer = --left > 0 ? setTimeout(tick, PAUSE) : undefined;
  };
  const runAgain = () => {
    left = RUNS;
    timer ??= setTimeout(tick);
  };
  let observer;
  // Their colours are those of the page.
  watch(useData().isDark, () => observer !== undefined && runAgain());
  onUnmounted(() => {
    observer?.disconnect();
    clearTimeout(timer);
    left = 0;
  });
  return (places) => {
    observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) runAgain();
    });
    for (const place of places) observer.observe(place);
  };
}
