import { describe, expect, it } from 'vitest';
import { parseDefinition, validateDefinition } from '#src/stepfunctions/definition/validate';

const machine = (states: Record<string, object>, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more });
const pass = { Type: 'Pass', End: true };
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
const inline = (states: object) => ({ Type: 'Map', ItemProcessor: { StartAt: 'Inner', States: states }, End: true });
/** A Distributed Map that reads an object by this configuration. */
const reading = (config: object) =>
  machine({
    A: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        Arguments: { Bucket: 'b', Key: 'k' },
        ReaderConfig: config,
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Inner',
        States: { Inner: pass },
      },
      End: true,
    },
  });

describe('validateDefinition', () => {
  it.each([
    ['a constant Condition', { C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'P' }] }, P: pass }],
    ['an Output that is no object', { P: { ...pass, Output: 7 } }],
    ['mixed arrays in Assign', { P: { ...pass, Assign: { a: [1, '{% 2 %}', { b: null }] } } }],
    ['a Wait until a constant', { W: { Type: 'Wait', Timestamp: '2030-01-01T00:00:00Z', End: true } }],
    ['aws-sdk integrations', { T: { ...task, Resource: 'arn:aws:states:::aws-sdk:sagemaker:describeEndpoint' } }],
    [
      'an error output in a catcher',
      {
        T: { ...task, Catch: [{ ErrorEquals: ['X'], Next: 'P', Output: '{% $states.errorOutput %}' }] },
        P: pass,
      },
    ],
    ['a result of a task', { T: { ...task, Output: '{% $states.result %}', Assign: { r: '{% $states.result %}' } } }],
    ['names on an element', { P: { ...pass, Output: '{% $states.input.list[price > 1].(name & $.unit) %}' } }],
    ['.sync:2', { T: { ...task, Resource: 'arn:aws:states:::states:startExecution.sync:2' } }],
  ])('accepts %s', (_, states) => {
    expect(validateDefinition(machine(states as unknown as Record<string, object>))).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'not valid JSON'],
    ['no states', '{"QueryLanguage":"JSONata","StartAt":"A","States":{}}', 'Value cannot be empty'],
    ['no StartAt', '{"QueryLanguage":"JSONata","States":{}}', 'These fields are required: [StartAt]'],
    ['an unknown StartAt', machine({ A: pass }, { StartAt: 'B' }), "Missing 'Next' target: B"],
    ['JSONPath at the top', machine({ A: pass }, { QueryLanguage: 'JSONPath' }), 'QueryLanguage is JSONPath'],
    ['no QueryLanguage at all', JSON.stringify({ StartAt: 'A', States: { A: pass } }), 'JSONata only'],
    [
      'JSONPath in one state',
      machine({ A: { ...pass, QueryLanguage: 'JSONPath' } }),
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    ],
    [
      'another language',
      machine({ A: { ...pass, QueryLanguage: 'jsonata' } }),
      'Value should be one of the following: [JSONPath, JSONata]',
    ],
    ['a language that is no text', machine({ A: pass }, { QueryLanguage: 1 }), 'Expected value of type [STRING]'],
    ['no type', machine({ A: { End: true } }), "The field 'Type' is required"],
    [
      'an unknown type',
      machine({ A: { Type: 'Loop', End: true } }),
      "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]",
    ],
    ['an unknown field', machine({ A: { ...pass, Retry: [] } }), "Field 'Retry' is not supported"],
    [
      'a JSONPath field',
      machine({ A: { ...task, Parameters: {} } }),
      "The QueryLanguage is set to 'JSONata', but field 'Parameters' is only supported for the 'JSONPath' QueryLanguage",
    ],
    [
      'neither Next nor End',
      machine({ A: { Type: 'Pass' }, B: pass }),
      'This object should have only one of the following fields: [Next, End]',
    ],
    [
      'both Next and End',
      machine({ A: { ...pass, Next: 'A' } }),
      'There should only be one of the following fields: [Next, End]',
    ],
    ['no way to an end', machine({ A: { Type: 'Pass', Next: 'A' } }), 'Workflow has no terminal state'],
    ['a missing target', machine({ A: { Type: 'Pass', Next: 'B' } }), "Missing 'Next' target: B"],
    ['an unreachable state', machine({ A: pass, B: pass }), 'State "B" is not reachable.'],
    ['a name used twice', machine({ Inner: inline({ Inner: pass }) }), "'Inner' is used twice"],
    ['a broken expression', machine({ A: { ...pass, Output: '{% $x + %}' } }), 'Unexpected end of expression'],
    ['a broken predicate', machine({ A: { ...pass, Output: '{% $x[1,2) %}' } }), 'Expected "]", got ","'],
    ['an unfinished expression', machine({ A: { ...pass, Output: '{% $x' } }), 'does not end it'],
    [
      'a bare field name',
      machine({ A: { ...pass, Output: '{% foo.bar %}' } }),
      "Reference to 'foo' at the top level is not supported.",
    ],
    [
      'a bare $',
      machine({ A: { ...pass, Output: '{% $.x %}' } }),
      "Reference to '$' at the top level is not supported.",
    ],
    ['$$', machine({ A: { ...pass, Output: '{% $$.x %}' } }), "Reference to '$$' is not supported."],
    [
      'a result where there is none',
      machine({ A: { ...pass, Output: '{% $states.result %}' } }),
      "Field '$states.result' does not exist.",
    ],
    [
      'an error output outside a catcher',
      machine({ A: { ...task, Output: '{% $states.errorOutput %}' } }),
      "Field '$states.errorOutput' does not exist.",
    ],
    ['an unknown resource', machine({ A: { ...task, Resource: 'arn:aws:sqs:x' } }), 'not a valid resource ARN'],
    [
      'States.ALL beside others',
      machine({ A: { ...task, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] } }),
      'States.ALL must appear alone and at end of list',
    ],
    [
      'States.ALL before others',
      machine({ A: { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] } }),
      'States.ALL must appear alone and at end of list',
    ],
    [
      'a bad back-off',
      machine({ A: { ...task, Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }] } }),
      'BackoffRate must be a number from 1',
    ],
    [
      'a late heartbeat',
      machine({ A: { ...task, TimeoutSeconds: 5, HeartbeatSeconds: 5 } }),
      'less than TimeoutSeconds',
    ],
    [
      'two ways to wait',
      machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: '2030-01-01T00:00:00Z', End: true } }),
      'There should only be one of the following fields: [Seconds, Timestamp]',
    ],
    ['a negative wait', machine({ A: { Type: 'Wait', Seconds: -1, End: true } }), 'Minimum value is 0'],
    [
      'a wait until no time',
      machine({ A: { Type: 'Wait', Timestamp: 'soon', End: true } }),
      'String does not match RFC3339 timestamp',
    ],
    [
      'a reader on an inline Map',
      machine({ A: { ...inline({ Inner: pass }), ItemReader: {} } }),
      'needs Mode DISTRIBUTED',
    ],
    ['CSV without its header', reading({ InputType: 'CSV' }), "The field 'CSVHeaderLocation' is required"],
    [
      'given headers that are not given',
      reading({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }),
      'These fields are required: [CSVHeaders]',
    ],
    ['an object of no type', reading({}), "The field 'InputType' is required"],
    [
      'a CSV header for JSON',
      reading({ InputType: 'JSON', CSVHeaderLocation: 'FIRST_ROW' }),
      "Field 'CSVHeaderLocation' is not supported",
    ],
    [
      'a pointer that is none',
      reading({ InputType: 'JSON', ItemsPointer: 'a' }),
      "JSON Pointer expression must start with '/'",
    ],
    [
      'a language of a processor',
      machine({ A: { ...inline({}), ItemProcessor: { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: pass } } } }),
      "Field 'QueryLanguage' is not supported",
    ],
    [
      'the variable states',
      machine({ A: { ...pass, Assign: { states: 1 } } }),
      "'states' is not a valid variable name",
    ],
    [
      'an outer variable assigned inside',
      machine({ A: { ...inline({ Inner: { ...pass, Assign: { v: 1 } } }), Assign: { v: 2 } } }),
      "The variable name 'v' was already defined in a parent scope.",
    ],
  ])('refuses %s', (_, text, message) => {
    const errors = validateDefinition(text).filter(({ severity }) => severity === 'ERROR');
    expect(errors.map((error) => error.message).join('\n')).toContain(message);
    expect(() => parseDefinition(text)).toThrow(message);
  });

  it('only warns of variables that nothing assigns, as AWS accepts them', () => {
    const [warning, ...others] = validateDefinition(machine({ A: { ...pass, Output: { x: '{% $nowhere %}' } } }));
    expect(warning).toMatchObject({ severity: 'WARNING', location: '/States/A/Output/x' });
    expect(others).toEqual([]);
  });

  it('tells what a definition was refused for as AWS does', () => {
    const codes = (text: string) => validateDefinition(text).map(({ code, location }) => [code, location]);
    expect(codes(machine({ A: { ...pass, Output: { x: '{% foo %}' } } }))).toEqual([
      ['UNSUPPORTED_JSONATA_EXPRESSION', '/States/A/Output/x'],
    ]);
    expect(codes(machine({ A: { ...pass, Output: '{% 1 + %}' } }))).toEqual([
      ['INVALID_JSONATA_EXPRESSION', '/States/A/Output'],
    ]);
    expect(codes(machine({ A: { Type: 'Pass', Next: 'A' } }))).toEqual([['MISSING_END_STATE', undefined]]);
    expect(codes(machine({ A: pass }, { StartAt: 'B' }))).toEqual([
      ['MISSING_TRANSITION_TARGET', '/StartAt'],
      ['MISSING_TRANSITION_TARGET', '/States/A'],
    ]);
  });

  it('only warns of $eval, which AWS refuses when it runs', () => {
    expect(validateDefinition(machine({ A: { ...pass, Output: "{% $eval('1') %}" } }))).toMatchObject([
      { severity: 'WARNING' },
    ]);
  });

  it('names the place of an error inside a processor', () => {
    const [error] = validateDefinition(machine({ A: inline({ Inner: { Type: 'Pass', Next: 'Gone' } }) }));
    expect(error).toMatchObject({
      location: '/States/A/ItemProcessor/States/Inner/Next',
      code: 'MISSING_TRANSITION_TARGET',
    });
  });
});
