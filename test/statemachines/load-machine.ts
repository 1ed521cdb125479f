import { type Machine, readMachine } from '../../scripts/machines/read-machine.ts';

/** References as the plain text that the stack would put there, recognisable in tests. */
function arnOf(text: string): string {
  const id = text.replace(/\.Arn$/, '');
  if (id.endsWith('LambdaFunction'))
    return `arn:aws:lambda:eu-central-1:123456789012:function:${id.replace(/LambdaFunction$/, '')}`;
  if (id.endsWith('StateMachine'))
    return `arn:aws:states:eu-central-1:123456789012:stateMachine:${id.replace(/StateMachine$/, '')}`;
  return `resolved-${id}`;
}

/** Reads `statemachines/<name>.asl.yml` with its policies, parameters and references resolved. */
export const loadMachine = (name: string): Machine => readMachine(name, arnOf);

/** A task's last name: `AdmitDrop` of a function's ARN, `startExecution.sync:2` of an integration. */
export const taskName = (resource: string): string =>
  resource.slice(
    resource.lastIndexOf(':function:') === -1 ? resource.indexOf(':::') + 3 : resource.lastIndexOf(':') + 1,
  );
