import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagramOf, withDiagrams } from '../../../scripts/machines/diagram.ts';
import { type Machine, machineFiles, readMachine, statesOf } from '../../../scripts/machines/read-machine.ts';

const document = readFileSync(new URL('../../../docs/state-machines.md', import.meta.url), 'utf8');

describe('docs/state-machines.md', () => {
  const { text, machines } = withDiagrams(document, (name) => readMachine(name));

  it('shows every machine as its file is; run npm run diagrams after a change', () => {
    expect(text).toBe(document);
  });

  it('leaves no machine out', () => {
    expect(machines.toSorted()).toEqual(machineFiles());
  });
});

describe('a diagram', () => {
  const machine: Machine = {
    Comment: '',
    TimeoutSeconds: 1,
    StartAt: 'Load',
    States: {
      Load: {
        Type: 'Task',
        Resource: 'LoadLambdaFunction.Arn',
        Next: 'Wanted',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Broke' }],
      },
      Wanted: {
        Type: 'Choice',
        Choices: [{ Condition: `{% $load.wanted = "yes" and $states.input.now %}`, Next: 'Each' }],
        Default: 'Pause',
      },
      Pause: { Type: 'Wait', Next: 'Tell' },
      Tell: {
        Type: 'Task',
        Resource: 'NotifyLambdaFunction.Arn',
        Next: 'Nested',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Nested' }],
      },
      Nested: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Next: 'Done',
        Catch: [{ ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], Next: 'Nested' }],
      },
      Each: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'Train',
          States: { Train: { Type: 'Task', Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync', End: true } },
        },
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
      Broke: { Type: 'Fail' },
    },
  };

  it('shows types by shapes, conditions on arrows, errors as dotted arrows and a map as a box', () => {
    expect(diagramOf(machine).split('\n')).toEqual([
      'flowchart TD',
      '  start((" ")) --> Load',
      '  Load["Load"]',
      '  Load --> Wanted',
      '  Load -.->|"any error"| Broke',
      '  Wanted{"Wanted"}',
      `  Wanted -->|"load.wanted = 'yes' and now"| Each`,
      '  Wanted -->|otherwise| Pause',
      '  Pause(("Pause"))',
      '  Pause --> Tell',
      '  Tell["Tell"]',
      '  Tell -->|or any error| Nested',
      '  Nested[["Nested<br/>startExecution"]]',
      '  Nested --> Done',
      '  Nested -.->|"ExecutionAlreadyExistsException"| Nested',
      '  subgraph Each ["Each: for each item"]',
      '    Train["Train<br/>sagemaker:createTrainingJob"]',
      '  end',
      '  Each --> Done',
      '  Done(["Done"])',
      '  Broke{{"Broke"}}',
    ]);
  });

  it('draws every state of every machine', () => {
    for (const name of machineFiles()) {
      const text = diagramOf(readMachine(name));
      for (const [state] of statesOf(readMachine(name)))
        expect(text).toMatch(new RegExp(`^ +(subgraph )?${state}[ [({]`, 'm'));
    }
  });

  it('replaces only what stands between its marks', () => {
    const marks = (inner: string) =>
      `before\n<!-- diagram of load, written by npm run diagrams -->\n${inner}<!-- end of diagram -->\nafter\n`;

    expect(withDiagrams(marks('old\n'), () => machine)).toEqual({
      text: marks(`\`\`\`mermaid\n${diagramOf(machine)}\n\`\`\`\n`),
      machines: ['load'],
    });
  });
});
