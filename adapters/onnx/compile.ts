/**
 * @file Compiling: edits as nodes of the graph, between two versions of a value. No node inside a module reads its edited value:
 * that is the last one that leaves the module. Edits inside If, Loop and Scan are nodes there; the inputs are those of the main
 * graph, which its bodies can read.
 */
import type { EditOperand, RegisteredEdit } from '../../src/adapter.ts';
import { CAST_LIKE, EditNodes } from './edit-nodes.ts';
import { elementTypeOf, type Region } from './graph.ts';
import type { ModelPatch } from './model-patch.ts';
import { ELEMENT_TYPES, type OnnxTensor, type TensorClass } from './ort.ts';
import { fits, operandDims, problemOf } from './validate-edit.ts';
import type { InferredValue, ValueIn, ValueTypes } from './value-types.ts';
import type { ValueVersions } from './value-versions.ts';
import { inputField } from './write-message.ts';

interface EditStep {
  readonly edit: RegisteredEdit;
  readonly label: string;
  readonly region: Region;
  /** The node that computes the value, by its index in the file. */
  readonly index: number;
  /** The value as the file names it, and its names before and after the edit. */
  readonly value: string;
  readonly before: string;
  readonly after: string;
  readonly inputs: readonly string[];
}

/** An input that the edits add to the graph. */
interface HiddenInput {
  readonly edit: RegisteredEdit;
  readonly operand: number;
  /** ONNX Runtime's name. */
  readonly type: string;
  /** Undefined for indices, whose number may change from run to run. */
  readonly dims: readonly number[] | undefined;
  /** The operand that was fed last, and its tensor. */
  current: EditOperand | undefined;
  fed: OnnxTensor | undefined;
}

/** The values of edits at one time. */
export type EditValues = ReadonlyMap<RegisteredEdit, RegisteredEdit['operands']>;

/** A graph with edits compiled into it. Immutable, but for the values of the edits. */
export class CompiledGraph {
  /** Equal for edits that differ in their values alone. */
  readonly key: string;
  /** The same for those inside If, Loop and Scan. */
  readonly bodiesKey: string;
  readonly #prefix: string;
  readonly #opset: number;
  readonly #steps: EditStep[] = [];
  readonly #inputs = new Map<string, HiddenInput>();

  /** @param prefix no name in the model begins with it */
  constructor(opset: number, prefix: string, versions: ValueVersions) {
    this.#prefix = prefix;
    this.#opset = opset;
    for (const { region, value, calls } of versions.ends) {
      const { index } = region.graph.nodes[calls[0]!.call.at]!;
      for (const { path, call, compiled } of calls) {
        const names = versions.of(call, value);
        for (const [i, edit] of compiled.entries()) {
          const inputs = edit.operands.map((_operand, operand) => this.#input(region, value, edit, operand));
          const [before, after] = [names[i]!, names[i + 1]!];
          this.#steps.push({ edit, label: `${edit.op} of ${path}`, region, index, value, before, after, inputs });
        }
      }
    }
    this.key = JSON.stringify(this.#steps.map(structureOf));
    this.bodiesKey = JSON.stringify(this.#steps.filter(({ region }) => region.around !== undefined).map(structureOf));
  }

  /** The error of a run, with the operation and module of the edit that it may come from. */
  explained(cause: Error): Error {
    const { message } = cause;
    const [, step] = new RegExp(`${this.#prefix}(\\d+)\\.\\d`).exec(message) ?? [];
    if (step !== undefined) {
      return new Error(`the edit ${this.#steps[Number(step)]!.label} cannot be computed\n  ${message}`, { cause });
    }
    // onnxruntime-web does not say which node failed.
    const suspects = /\bName:'/.test(message) ? [] : this.#steps.filter((one) => !this.#isSafe(one));
    if (suspects.length === 0) return cause;
    const labels = suspects.map(({ label }) => label).join(', ');
    return new Error(`the run failed, perhaps at an edit that does not fit the value: ${labels}\n  ${message}`, {
      cause,
    });
  }

  /** Whether the file shows that an edit fits its value. */
  #isSafe({ edit, region, value }: EditStep): boolean {
    const shape = region.graph.shapes.get(value);
    return edit.axis === undefined && edit.operands.every((operand) => fits(operand, shape) === true);
  }

  /** The values of edits of which the file does not show that they fit. */
  get unchecked(): readonly ValueIn[] {
    return this.#steps.filter((step) => !this.#isSafe(step) || elementTypeOf(step.region.graph, step.value) === 0);
  }

  /** Which edit does not fit its value, as a sentence. */
  problemWith(inferred: readonly InferredValue[]): string | undefined {
    for (const { edit, label, region, value } of this.#steps) {
      const found = inferred.find((one) => one.region === region && one.value === value);
      const problem = found && problemOf(region.graph, value, edit, found.type, found.shape);
      if (problem !== undefined) return `the edit ${label} cannot be computed: ${problem}`;
    }
    return undefined;
  }

  /** Values whose types have to be known before the nodes are written: old opsets cannot cast to the type of a value. */
  get typed(): readonly ValueIn[] {
    return this.#opset >= CAST_LIKE ? [] : this.#steps;
  }

  /** Adds the nodes and inputs of the edits to a model. @throws TypeError for an edit that a type does not take */
  write(patch: ModelPatch, types: ValueTypes): void {
    const nodes = new EditNodes(this.#prefix, this.#opset);
    for (const [name, { type, dims }] of this.#inputs) {
      patch.main.fields.push(...inputField(name, ELEMENT_TYPES[type]!, dims ?? [undefined]));
    }
    for (const { edit, region, index, value, before, after, inputs } of this.#steps) {
      const type = types.of(region, value);
      const problem = problemOf(region.graph, value, edit, type);
      if (problem !== undefined) throw new TypeError(problem);
      const x = { name: before, type, shape: region.graph.shapes.get(value) };
      const { added } = patch.of(region);
      added.set(index, [...(added.get(index) ?? []), ...nodes.edit(edit, x, inputs, after)]);
    }
  }

  /**
   * The values of the edits, for a run.
   * @param values those that the edits had when the run began
   * @param Tensor the class of the runtime's tensors; undefined if none is fed, which the runtime refuses in its own words
   */
  feeds<T extends OnnxTensor>(values: EditValues, Tensor: TensorClass<T> | undefined): Record<string, T> {
    const feeds: Record<string, T> = {};
    if (Tensor === undefined) return feeds;
    for (const [name, input] of this.#inputs) {
      const { edit, operand, type, dims } = input;
      const current = (values.get(edit) ?? edit.operands)[operand]!;
      if (input.current !== current) {
        const { values: numbers, tensor, data = tensor?.data } = current as EditOperand & { tensor: T | undefined };
        if (typeOf(edit, current) !== type) {
          const { label } = this.#steps.find((step) => step.edit === edit)!;
          throw new TypeError(`the edit ${label} needs a tensor of ${type}, got ${typeOf(edit, current)}`);
        }
        if (dims === undefined) input.fed = new Tensor(type, BigInt64Array.from(numbers, BigInt), [numbers.length]);
        else input.fed = new Tensor(type, data ?? numbers, dims);
        input.current = current;
      }
      feeds[name] = input.fed as T;
    }
    return feeds;
  }

  /** The name of the input for an operand, which is one for all values of the same rank. */
  #input({ graph }: Region, value: string, edit: RegisteredEdit, operand: number): string {
    const given = edit.operands[operand]!;
    const dims = edit.axis === undefined ? operandDims(given, graph.shapes.get(value)) : undefined;
    for (const [name, other] of this.#inputs) {
      if (other.edit === edit && other.operand === operand && String(other.dims) === String(dims)) return name;
    }
    const name = `${this.#prefix}.edit${this.#inputs.size}`;
    this.#inputs.set(name, { edit, operand, type: typeOf(edit, given), dims, current: undefined, fed: undefined });
    return name;
  }
}

/** ONNX Runtime's name for the type in which an operand is fed. */
const typeOf = ({ axis }: RegisteredEdit, { tensor }: EditOperand): string =>
  axis === undefined ? ((tensor as OnnxTensor | undefined)?.type ?? 'float32') : 'int64';

/** What of an edit is in the graph. */
const structureOf = ({ label, region, value, inputs, edit: { axis, operands } }: EditStep) => [
  label,
  region.id,
  value,
  axis,
  inputs,
  axis === undefined ? operands.map((one) => [one.shape, one.axis, (one.tensor as OnnxTensor | undefined)?.type]) : [],
];

/** A prefix that no value or node of a model has. */
export function unusedPrefix(regions: readonly Region[]): string {
  const names = regions.flatMap(({ graph: { nodes, inputs, weights } }) => [
    ...inputs.keys(),
    ...weights.keys(),
    ...nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
  ]);
  let prefix = 'layertap';
  while (names.some((name) => name.startsWith(prefix))) prefix += '_';
  return prefix;
}
