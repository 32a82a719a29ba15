/** @file A page with a card for each layer of a model: `models.show` mounts them and runs the model once. */
import { select } from '../../dist/index.js';
import { liveSource, mountActivation } from '../../dist/viewer.js';
import { MODELS } from './viewer-activation-models.mjs';

globalThis.models = {
  /** @returns how many cards there are, and the values that the first layer puts out, if the model says them */
  async show(name) {
    const { hooks, layers, options, run, expected } = await MODELS[name]();
    globalThis.models.run = run;
    for (const path of layers) {
      const box = document.createElement('div');
      Object.assign(box.style, { width: '400px', height: '280px', display: 'inline-block' });
      document.body.append(box);
      mountActivation(box, liveSource(select(hooks, path), options));
      // A run offers the output to the card. One after the other, so that tests find them in this order.
      await run();
      while (box.querySelector(':scope > div > div:not([role])') === null) await new Promise(requestAnimationFrame);
    }
    return { cards: layers.length, expected: expected?.() };
  },
};
