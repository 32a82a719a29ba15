// A plugin of TypeDoc: modules are called as they are imported.
import { Converter, ReflectionKind } from 'typedoc';

const NAMES = {
  src: 'layertap',
  'src/adapter': 'layertap/adapter',
  'src/inspect': 'layertap/inspect',
  'src/safetensors': 'layertap/safetensors',
  'src/tensorboard': 'layertap/tensorboard',
  'src/testing': 'layertap/testing',
  viewer: 'layertap/viewer',
  'viewer/logs': 'layertap/viewer/logs',
  'adapters/onnx': 'layertap/adapters/onnx',
  'adapters/tfjs': 'layertap/adapters/tfjs',
  'adapters/transformers': 'layertap/adapters/transformers',
};

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      if (NAMES[module.name] === undefined)
        throw new Error(`module-names.mjs: ${module.name} has no name to import it by`);
      module.name = NAMES[module.name];
    }
  });
}
