import type { Machine, State, States } from './read-machine.ts';

/** What a task calls besides a function: `sagemaker:createTrainingJob` of an integration's ARN. */
const integrationOf = (resource = ''): string | undefined =>
  /^arn:aws:states:::(?:aws-sdk:)?([^.]+)/.exec(resource)?.[1]?.replace('states:startExecution', 'startExecution');

/** A node in Mermaid: its shape shows the type of the state. */
function node(name: string, { Type, Resource }: State): string {
  const integration = integrationOf(Resource);
  const text = integration === undefined ? name : `${name}<br/>${integration}`;
  switch (Type) {
    case 'Choice':
      return `${name}{"${text}"}`;
    case 'Wait':
      return `${name}(("${text}"))`;
    case 'Succeed':
      return `${name}(["${text}"])`;
    case 'Fail':
      return `${name}{{"${text}"}}`;
    default:
      return integration?.startsWith('startExecution') ? `${name}[["${text}"]]` : `${name}["${text}"]`;
  }
}

/** An expression as it reads: without the marks of JSONata, and without what Mermaid would take for its own. */
const readable = (expression: string): string =>
  expression
    .replace(/^\{%\s*|\s*%\}$/g, '')
    .replaceAll('$states.context.Execution.Input.', '')
    .replaceAll('$states.input.', '')
    .replaceAll('$', '')
    .replaceAll('"', "'");

const errorsOf = (ErrorEquals: readonly string[]): string =>
  ErrorEquals.includes('States.ALL') ? 'any error' : ErrorEquals.map((name) => name.split('.').at(-1)).join(', ');

/** Where a state leads. A Catch that leads where success does is no arrow of its own. */
function edges(name: string, { Next, Default, Choices = [], Catch = [] }: State): string[] {
  const ignored = Catch.some((catcher) => catcher.Next === Next);
  return [
    ...Choices.map((rule) => `${name} -->|"${readable(rule.Condition)}"| ${rule.Next}`),
    ...(Default === undefined ? [] : [`${name} -->|otherwise| ${Default}`]),
    ...(Next === undefined ? [] : [`${name} -->${ignored ? '|or any error|' : ''} ${Next}`]),
    ...Catch.filter((catcher) => catcher.Next !== Next).map(
      (catcher) => `${name} -.->|"${errorsOf(catcher.ErrorEquals)}"| ${catcher.Next}`,
    ),
  ];
}

/** The states of one level; a Map is a box around the states that it runs for each item. */
function level({ States }: States, indent: string): string[] {
  return Object.entries(States).flatMap(([name, state]) => {
    const { ItemProcessor } = state;
    const shown = ItemProcessor
      ? [`subgraph ${name} ["${name}: for each item"]`, ...level(ItemProcessor, '  '), 'end']
      : [node(name, state)];
    return [...shown, ...edges(name, state)].map((line) => `${indent}${line}`);
  });
}

/** A machine as a Mermaid flowchart: what follows on what, and dotted where an error leads. */
export const diagramOf = (machine: Machine): string =>
  ['flowchart TD', `  start((" ")) --> ${machine.StartAt}`, ...level(machine, '  ')].join('\n');

const block = /(<!-- diagram of ([\w-]+), written by npm run diagrams -->\n)[\s\S]*?(<!-- end of diagram -->)/g;

/**
 * Puts the diagrams of machines in place of those that a document has.
 *
 * @returns the document, and the machines it shows
 */
export function withDiagrams(
  document: string,
  read: (name: string) => Machine,
): { readonly text: string; readonly machines: readonly string[] } {
  const machines: string[] = [];
  const text = document.replaceAll(block, (_, opening: string, name: string, closing: string) => {
    machines.push(name);
    return `${opening}\`\`\`mermaid\n${diagramOf(read(name))}\n\`\`\`\n${closing}`;
  });
  return { text, machines };
}
