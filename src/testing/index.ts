/**
 * @file The contract of a hook as test cases, for any test runner: layertap runs them over its own modules, over
 * attached methods and over each of its adapters; whoever writes an adapter runs them over theirs. The numbers are
 * those of docs/hooks.md. No tensor that a hook was given is read after the call, so a framework may free it.
 *
 * @example
 * for (const { name, run } of hookContract(target)) test(name, run);
 * @module
 */
import { addCallCases } from './calls.ts';
import { addErrorCases } from './errors.ts';
import { addPromiseCases } from './promises.ts';
import { addRegistrationCases } from './registering.ts';
import { addStreamCases } from './streams.ts';
import { type ContractCase, type ContractTarget, Suite } from './suite.ts';
import { addValueCases } from './values.ts';

export { type ModelSubject, type ModelTarget, modelContract } from './model-contract.ts';
export type { ContractCase, ContractSubject, ContractTarget } from './suite.ts';

/** The cases for one target. */
export function hookContract<T>(target: ContractTarget<T>): ContractCase[] {
  const suite = new Suite(target);
  addValueCases(suite);
  addCallCases(suite);
  addRegistrationCases(suite);
  addErrorCases(suite);
  addPromiseCases(suite);
  addStreamCases(suite);
  return suite.cases;
}
