import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** `!GetAtt X.Arn`, `!Ref X` and `!Sub …` as the plain text that the stack would put there, recognisable in tests. */
const tags = ['GetAtt', 'Ref', 'Sub'].map((name) => ({
  tag: `!${name}`,
  resolve: (text: string) => {
    const id = text.replace(/\.Arn$/, '');
    if (id.endsWith('LambdaFunction'))
      return `arn:aws:lambda:eu-central-1:123456789012:function:${id.replace(/LambdaFunction$/, '')}`;
    if (id.endsWith('StateMachine'))
      return `arn:aws:states:eu-central-1:123456789012:stateMachine:${id.replace(/StateMachine$/, '')}`;
    return `resolved-${id}`;
  },
}));

/** Reads `statemachines/<name>.asl.yml` with its references resolved. */
export function loadMachine(name: string): unknown {
  const text = readFileSync(new URL(`../../statemachines/${name}.asl.yml`, import.meta.url), 'utf8');
  return parse(text, { customTags: tags });
}

/** A task's last name: `AdmitDrop` of a function's ARN, `startExecution.sync:2` of an integration. */
export const taskName = (resource: string): string =>
  resource.slice(
    resource.lastIndexOf(':function:') === -1 ? resource.indexOf(':::') + 3 : resource.lastIndexOf(':') + 1,
  );
