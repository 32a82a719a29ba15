// The types of every entry, checked by each version of TypeScript.
import { entries } from './install.mjs';
import { Project } from './project.mjs';

const MODEL = `import { type ForwardHook, Linear, Module, ModuleList, rand, type Tensor } from 'layertap';
class Network extends Module {
  layers = new ModuleList([new Linear(3, 2)]);
  forward(x: Tensor): Tensor {
    return this.layers.at(0)(x);
  }
}
const hook: ForwardHook = (module, inputs, output) => console.log(String(module), inputs.length, output);
const net = new Network();
net.layers.at(0).registerForwardHook(hook).remove();
const y: Tensor = net(rand(4, 3));
// @ts-expect-error A module takes what its forward takes.
net('x');
console.log(y.shape);
`;

/** By the suffix of the package: which resolutions are checked, and whether the packages' own types are. */
const VERSIONS = {
  5.4: { resolutions: ['nodenext', 'bundler'], skipLibCheck: true },
  5.7: { resolutions: ['nodenext', 'bundler', 'node10'] },
  5.9: { resolutions: ['nodenext', 'bundler', 'node10'] },
  6: { resolutions: ['nodenext', 'bundler', 'node10'] },
  7: { resolutions: ['nodenext', 'bundler'] },
};
const MODULES = { nodenext: 'nodenext', bundler: 'esnext', node10: 'commonjs' };

async function runTypeScript(tools, version, { resolutions, skipLibCheck = false }) {
  const tool = `typescript-${version}`;
  const project = new Project(tools, tool);
  for (const moduleResolution of resolutions) {
    const imports = entries(tools).map((entry, i) => `import * as entry${i} from '${entry}';\nconsole.log(entry${i});`);
    const isOld = moduleResolution === 'node10';
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck,
      types: [],
      target: 'es2022',
      lib: ['ES2022', 'DOM'],
      module: MODULES[moduleResolution],
      moduleResolution,
      // TypeScript 6 warns that it is the last with this resolution.
      ...(isOld && version === '6' && { ignoreDeprecations: '6.0' }),
    };
    // That resolution knows no \`exports\`, only \`main\` and \`types\`.
    const source = isOld ? MODEL : `${MODEL}${imports.join('\n')}`;
    project.write({
      'model.ts': source,
      'tsconfig.json': JSON.stringify({ compilerOptions, files: ['model.ts'] }),
    });
    await project.run(`${tool}#tsc`, ['-p', project.folder]);
  }
  const tried = resolutions.map((name) => (name === 'node10' ? '`node10` (the entry `layertap`)' : `\`${name}\``));
  return {
    version: project.version(tool),
    tried: `${tried.join('; ')}${skipLibCheck ? '; needs `skipLibCheck`' : ''}`,
  };
}

export const TYPESCRIPT = Object.entries(VERSIONS)
  .sort(([a], [b]) => a - b)
  .map(([version, options]) => ({
    name: 'TypeScript',
    run: (tools) => runTypeScript(tools, version, options),
  }));
