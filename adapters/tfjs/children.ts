import { ownEntries } from '../../src/adapter.ts';
import { isContainer, isInputLayer, isLayer, type Layer } from './framework.ts';

/**
 * The layers directly inside a layer, with their names. Those of a model have the model's names for them; those of a
 * wrapper, an RNN or a layer of the user's have the names of the properties that hold them, as in the core: `layer`,
 * `forwardLayer`, `cells.0`, `heads.left`. Input layers compute nothing and are left out.
 */
export function* childLayers(layer: Layer): Generator<[string, Layer]> {
  if (isContainer(layer)) {
    for (const child of layer.layers) if (!isInputLayer(child)) yield [child.name, child];
    return;
  }
  // Bidirectional keeps the layer that it was made from, and runs two others.
  const bidirectional = 'forwardLayer' in layer && 'backwardLayer' in layer;
  for (const [name, child] of ownEntries(layer, isLayer)) {
    if (!(bidirectional && name === 'layer') && !isInputLayer(child)) yield [name, child];
  }
}
