import type { ChoiceState } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';

/**
 * Goes where the first true Condition points, else to Default. Without either it fails as AWS was seen to; the
 * States.NoChoiceMatched of the Amazon States Language is not what it reports.
 */
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
      errorNames.runtime,
      run.message('Failed to transition out of the state. The state does not point to a next state.'),
    );
  }
  return run.finish({ Assign, Output, otherwise: run.input, next: Default });
}
