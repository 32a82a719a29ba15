/**
 * @file The hook contract of docs/hooks.md as test cases for any test runner, numbered like its rules. layertap runs them
 * on its modules, on attached methods and on its adapters; authors of adapters run them on theirs. No case reads a
 * tensor after the call that passed it to a hook, so a framework may free it.
 *
 * @example
 * for (const { name, run } of hookContract(target)) test(name, run);
 * @module
 */
import { BOOLEAN, FUNCTION, oneOf, STRING } from '../check/index.ts';
import { addAlwaysCallCases } from './always-call.ts';
import { addCallCases } from './calls.ts';
import { checkTarget } from './check-target.ts';
import { addPromiseCases } from './promises.ts';
import { addReadingCases } from './reading.ts';
import { addRegistrationCases } from './registering.ts';
import { addStreamCases } from './streams.ts';
import { type ContractCase, type ContractTarget, Suite } from './suite.ts';
import { addValueCases } from './values.ts';

export { type ModelSubject, type ModelTarget, modelContract } from './model-contract.ts';
export type { ContractCase, ContractSubject, ContractTarget } from './suite.ts';

/** The hook contract as test cases for a target. @throws TypeError for a target with missing or wrong members */
export function hookContract<T>(target: ContractTarget<T>): ContractCase[] {
  checkTarget(
    'hookContract()',
    'the target',
    target,
    {
      name: STRING,
      mode: oneOf(['sync', 'promise', 'async']),
      extraInputs: BOOLEAN,
      tensor: FUNCTION,
      values: FUNCTION,
      create: FUNCTION,
    },
    { outputsOnly: BOOLEAN, createStream: FUNCTION },
  );
  const suite = new Suite(target);
  addValueCases(suite);
  addCallCases(suite);
  addRegistrationCases(suite);
  addReadingCases(suite);
  addAlwaysCallCases(suite);
  addPromiseCases(suite);
  addStreamCases(suite);
  return suite.cases;
}
