/**
 * @file The records of TensorBoard's hparams plugin.
 *
 * Sources: `hparams` in torch/utils/tensorboard/summary.py; api.proto and plugin_data.proto in
 * tensorboard/plugins/hparams.
 */
import { PbfWriter } from 'pbf';
import { describe } from '../../check/index.ts';
import type { TensorReader } from '../../hooks/index.ts';
import type { SummaryValue } from '../format/event.ts';
import { writeText } from '../format/fields.ts';
import { checkTag } from '../tag.ts';
import { readScalar } from '../values.ts';

/** A hyperparameter. An object is a tensor of one number; `null` and `undefined` are left out. */
export type Hparam = number | string | boolean | object | null | undefined;

interface HparamInfo {
  readonly name: string;
  /** A boolean is stored as a number, as in PyTorch. */
  readonly value: number | string;
  /** The values that `hparamDomainDiscrete` allows; undefined if it does not name this one. */
  readonly domain: readonly (number | string)[] | undefined;
}

/**
 * The records of a trial: its hyperparameters and the tags of its metrics, its start, its successful end, and a scalar for each
 * metric.
 * @throws TypeError that names the parameter or the metric
 */
export function makeHparams(
  where: string,
  hparams: unknown,
  metrics: unknown,
  domains: unknown,
  reader: TensorReader | undefined,
): SummaryValue[] {
  const results = entries(where, 'metrics', metrics).map(([tag, value]): SummaryValue => {
    checkTag(where, tag, 'a metric');
    return { tag, simpleValue: readScalar(`${where}: ${tag}`, value, reader) };
  });
  const infos = readHparams(where, hparams, domains, reader);
  const value = (tag: string, field: number, write: (pbf: PbfWriter) => void): SummaryValue => {
    const pbf = new PbfWriter();
    pbf.writeMessage(field, (_, into) => write(into), null);
    return { tag: `_hparams_/${tag}`, metadata: { plugin: 'hparams', content: pbf.finish() } };
  };
  const experiment = value('experiment', 2, (pbf) => {
    for (const info of infos) pbf.writeMessage(4, writeHparamInfo, info);
    for (const { tag } of results) pbf.writeMessage(5, writeMetricInfo, tag);
  });
  const start = value('session_start_info', 3, (pbf) => {
    // A map: on the wire, a list of entries in any order.
    for (const info of infos) pbf.writeMessage(1, writeHparam, info);
  });
  const success = 1;
  const end = value('session_end_info', 4, (pbf) => pbf.writeVarintField(1, success));
  return [experiment, start, end, ...results];
}

function readHparams(
  where: string,
  hparams: unknown,
  domains: unknown,
  reader: TensorReader | undefined,
): HparamInfo[] {
  const given = entries(where, 'hparams', hparams);
  const domainsGiven = new Map(entries(where, 'option hparamDomainDiscrete', domains ?? {}));
  for (const [name, domain] of domainsGiven) {
    const value = given.find(([other]) => other === name)?.[1];
    if (Array.isArray(domain) && value != null && domain.every((one) => typeof one === typeof value)) continue;
    throw new TypeError(
      `${where}: parameter: hparam_domain_discrete[${name}] should be a list of same type as hparam_dict[${name}].\n  ` +
        `got ${describe(domain)} for ${describe(value)}`,
    );
  }
  return given.flatMap(([name, value]): HparamInfo[] => {
    if (value === null || value === undefined) return [];
    const field = `${where}: hparams[${JSON.stringify(name)}]`;
    if (typeof value === 'object') return [{ name, value: readScalar(field, value, reader), domain: undefined }];
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') {
      throw new TypeError(
        `${field} must be a number, a string, a boolean or a tensor of one number, got ${describe(value)}`,
      );
    }
    const domain = (domainsGiven.get(name) as (typeof value)[] | undefined)?.map(stored);
    return [{ name, value: stored(value), domain }];
  });
}

const stored = (value: number | string | boolean) => (typeof value === 'boolean' ? Number(value) : value);

/** The entries of an object. @throws TypeError for anything else, arrays included */
export function entries(where: string, what: string, value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)) {
    return Object.entries(value);
  }
  throw new TypeError(`${where}: ${what} must be an object with a value for each name, got ${describe(value)}`);
}

const DATA_TYPE_STRING = 1;
const DATA_TYPE_FLOAT64 = 3;

function writeHparamInfo({ name, value, domain }: HparamInfo, pbf: PbfWriter): void {
  writeText(pbf, 1, name);
  pbf.writeVarintField(4, typeof value === 'string' ? DATA_TYPE_STRING : DATA_TYPE_FLOAT64);
  if (domain !== undefined) pbf.writeMessage(5, writeList, domain);
}

/** A google.protobuf.ListValue. */
function writeList(values: readonly (number | string)[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeValue, value);
}

/** A google.protobuf.Value: a oneof, so 0 and '' are written. */
function writeValue(value: number | string, pbf: PbfWriter): void {
  if (typeof value === 'number') pbf.writeDoubleField(2, value);
  else pbf.writeStringField(3, value);
}

/** A map entry: the key and the value. */
function writeHparam({ name, value }: HparamInfo, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeValue, value);
}

function writeMetricInfo(tag: string, pbf: PbfWriter): void {
  pbf.writeMessage(1, (name, into) => writeText(into, 2, name), tag);
}
