import { select } from '../../dist/index.js';
import { postActivations } from '../../dist/viewer.js';
import { net, run } from './model.mjs';

postActivations(self, select(net, 'layers.*'));
self.addEventListener('message', async ({ data }) => {
  if (data?.run !== undefined) self.postMessage({ rate: await run(data.run, data.milliseconds) });
});
