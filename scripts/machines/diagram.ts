import type { Machine, State, States } from './read-machine.ts';

/** The service integration that a task calls: `sagemaker:createTrainingJob`, from the ARN. */
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

/** A readable expression: without JSONata delimiters and Mermaid's special characters. */
const readable = (expression: string): string =>
  expression
    .replace(/^\{%\s*|\s*%\}$/g, '')
    .replaceAll('$states.context.Execution.Input.', '')
    .replaceAll('$states.input.', '')
    .replaceAll('$', '')
    .replaceAll('"', "'");

const errorsOf = (ErrorEquals: readonly string[]): string =>
  ErrorEquals.includes('States.ALL') ? 'any error' : ErrorEquals.map((name) => name.split('.').at(-1)).join(', ');

/** The transitions of a state. A Catch with the same target as success gets no separate arrow. */
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

/** The states of one level. A Map is a box around its item states. */
function level({ States }: States, indent: string): string[] {
  return Object.entries(States).flatMap(([name, state]) => {
    const { ItemProcessor } = state;
    const shown = ItemProcessor
      ? [`subgraph ${name} ["${name}: for each item"]`, ...level(ItemProcessor, '  '), 'end']
      : [node(name, state)];
    return [...shown, ...edges(name, state)].map((line) => `${indent}${line}`);
  });
}

/** A machine as a Mermaid flowchart. Error transitions are dotted. */
export const diagramOf = (machine: Machine): string =>
  ['flowchart TD', `  start((" ")) --> ${machine.StartAt}`, ...level(machine, '  ')].join('\n');

const block = /(<!-- diagram of ([\w-]+), written by npm run diagrams -->\n)[\s\S]*?(<!-- end of diagram -->)/g;

/**
 * Replaces a document's machine diagrams.
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
