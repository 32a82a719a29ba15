// The sizes in bytes of what the gallery loads on a click, by the name of the file.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runtime = fileURLToPath(new URL('../../../pages/public/runtime', import.meta.url));

export default {
  load() {
    if (!existsSync(runtime)) return {};
    const names = readdirSync(runtime, { recursive: true }).filter((name) => statSync(join(runtime, name)).isFile());
    return Object.fromEntries(names.map((name) => [name, statSync(join(runtime, name)).size]));
  },
};
