import type { ChoiceState } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';

/** Goes where the first true Condition points, else to Default. */
export async function executeChoice(run: StateRun<ChoiceState>): Promise<Outcome> {
  const { Choices, Default, Assign, Output } = run.state;
  for (const [index, rule] of Choices.entries()) {
    const field = `Choices[${index}]/`;
    if (!(await run.evaluateAs('boolean', rule.Condition, `${field}Condition`))) continue;
    return run.finish({ Assign: rule.Assign, Output: rule.Output, otherwise: run.input, field, next: rule.Next });
  }
  if (Default === undefined) {
    run.thread.settle();
    throw new ExecutionError(
      errorNames.noChoiceMatched,
      run.message('No Condition of the Choice state is true and it has no Default.'),
    );
  }
  return run.finish({ Assign, Output, otherwise: run.input, next: Default });
}
