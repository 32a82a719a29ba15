/** @file Types and shapes that the file does not have, from the runtime. */
import { unusedPrefix } from './compile.ts';
import type { Shape } from './graph.ts';
import { InlinedBodies } from './inline-bodies.ts';
import type { ModelVariant } from './model-variant.ts';
import { ELEMENT_TYPES, type OnnxTensor, type OnnxTensors } from './ort.ts';
import { oneAtATime, type SessionMaker } from './sessions.ts';
import { ValueNames } from './value-names.ts';
import type { InferredValue, ValueIn } from './value-types.ts';
import { joined, messageField } from './write-message.ts';

/**
 * Creates a session that gives the values, those in bodies too, reads their types and shapes, and releases it.
 * @param feeds if given, the session runs, which tells the shapes of values outside of bodies exactly
 * @throws Error if the session cannot be created, or its run fails
 */
export async function inferValues<T extends OnnxTensor>(
  maker: SessionMaker<T>,
  { bytes, regions }: ModelVariant,
  values: readonly ValueIn[],
  feeds?: OnnxTensors<T>,
): Promise<InferredValue[]> {
  const bodies = new InlinedBodies(
    unusedPrefix(regions),
    regions,
    values.map(({ region }) => region),
  );
  const outputs = new ValueNames(regions[0]!.graph);
  const nameOf = ({ region, value }: ValueIn) => bodies.names.nameOf(region, value);
  const declared = new Set(values.map(nameOf).filter((name) => !outputs.isKnown(name)));
  const fields = [...bodies.fields(bytes), ...outputs.outputFields([...declared])];
  const session = await maker.create(joined([bytes, ...messageField(7, fields)]));
  try {
    const isRun = feeds !== undefined && values.every(({ region }) => region.around === undefined);
    const tensors = isRun ? await oneAtATime(maker.runtime, () => session.run(feeds)) : undefined;
    const metadata = new Map(session.outputMetadata?.map((one) => [one.name, one]));
    return values.map((one) => {
      const name = outputs.output(nameOf(one));
      const { type = '', shape } = metadata.get(name) ?? {};
      const tensor = tensors?.[name];
      return {
        region: one.region,
        value: one.value,
        type: ELEMENT_TYPES[tensor?.type ?? type] ?? 0,
        shape: tensor?.dims ?? knownShape(shape),
      };
    });
  } finally {
    await maker.release(session);
  }
}

/** A shape in the metadata of a session, if it says anything. */
export function knownShape(shape: readonly (string | number)[] | undefined): Shape | undefined {
  // A scalar's shape is empty, but so is one of unknown rank.
  if (shape === undefined || shape.length === 0) return undefined;
  // onnxruntime-web gives -1 for an unknown size, as a number without a sign.
  return shape.map((size) => (typeof size === 'number' && size >= 0 && size < 2 ** 31 ? size : undefined));
}
