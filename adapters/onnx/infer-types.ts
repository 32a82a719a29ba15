/** @file Element types that the file does not have, as the runtime infers them. */
import { unusedPrefix } from './compile.ts';
import type { Region } from './graph.ts';
import { InlinedBodies } from './inline-bodies.ts';
import type { ModelVariant } from './model-variant.ts';
import { ELEMENT_TYPES, type OnnxTensor } from './ort.ts';
import type { SessionMaker } from './sessions.ts';
import { ValueNames } from './value-names.ts';
import type { ValueTypes } from './value-types.ts';
import { joined, messageField } from './write-message.ts';

/**
 * Creates a session that gives the values, those in bodies too, reads their types and releases it.
 * @throws Error if the session cannot be created
 */
export async function inferTypes<T extends OnnxTensor>(
  maker: SessionMaker<T>,
  { bytes, regions }: ModelVariant,
  values: readonly { readonly region: Region; readonly value: string }[],
  types: ValueTypes,
): Promise<void> {
  const unknown = values.filter(({ region, value }) => types.of(region, value) === 0);
  if (unknown.length === 0) return;
  const bodies = new InlinedBodies(
    unusedPrefix(regions),
    regions,
    unknown.map(({ region }) => region),
  );
  const names = new Map(unknown.map((one) => [bodies.names.nameOf(one.region, one.value), one]));
  const outputs = new ValueNames(regions[0]!.graph).outputFields([...names.keys()]);
  const session = await maker.create(joined([bytes, ...messageField(7, [...bodies.fields(bytes), ...outputs])]));
  for (const { name, type = '' } of session.outputMetadata ?? []) {
    const one = names.get(name);
    if (one !== undefined) types.infer(one.region, one.value, ELEMENT_TYPES[type] ?? 0);
  }
  await maker.release(session);
}
