import { describe, expect, it } from 'vitest';
import { parseDefinition, validateDefinition } from '#local/stepfunctions/definition/validate';

const machine = (states: Record<string, object>, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more });
const pass = { Type: 'Pass', End: true };
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true };
const inline = (states: object) => ({ Type: 'Map', ItemProcessor: { StartAt: 'Inner', States: states }, End: true });

describe('validateDefinition', () => {
  it.each([
    ['a constant Condition', { C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'P' }] }, P: pass }],
    ['an Output that is no object', { P: { ...pass, Output: 7 } }],
    ['mixed arrays in Assign', { P: { ...pass, Assign: { a: [1, '{% 2 %}', { b: null }] } } }],
    ['a Wait until a constant', { W: { Type: 'Wait', Timestamp: '2030-01-01T00:00:00Z', End: true } }],
    ['aws-sdk integrations', { T: { ...task, Resource: 'arn:aws:states:::aws-sdk:sagemaker:describeEndpoint' } }],
    ['.sync:2', { T: { ...task, Resource: 'arn:aws:states:::states:startExecution.sync:2' } }],
  ])('accepts %s', (_, states) => {
    expect(validateDefinition(machine(states as unknown as Record<string, object>))).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'not valid JSON'],
    ['no states', '{"QueryLanguage":"JSONata","StartAt":"A","States":{}}', 'at least one state'],
    ['an unknown StartAt', machine({ A: pass }, { StartAt: 'B' }), "Missing 'StartAt' target: B"],
    ['JSONPath at the top', machine({ A: pass }, { QueryLanguage: 'JSONPath' }), 'QueryLanguage is JSONPath'],
    ['no QueryLanguage at all', JSON.stringify({ StartAt: 'A', States: { A: pass } }), 'JSONata only'],
    ['JSONPath in one state', machine({ A: { ...pass, QueryLanguage: 'JSONPath' } }), 'JSONata only'],
    ['an unknown type', machine({ A: { Type: 'Loop', End: true } }), 'Type must be one of'],
    ['an unknown field', machine({ A: { ...pass, Retry: [] } }), "Field 'Retry' is not supported in a Pass state"],
    ['a JSONPath field', machine({ A: { ...task, Parameters: {} } }), 'in JSONata use Arguments'],
    ['neither Next nor End', machine({ A: { Type: 'Pass' } }), 'exactly one of Next and End'],
    ['both Next and End', machine({ A: { ...pass, Next: 'A' } }), 'exactly one of Next and End'],
    ['a missing target', machine({ A: { Type: 'Pass', Next: 'B' } }), "Missing 'Next' target: B"],
    ['an unreachable state', machine({ A: pass, B: pass }), 'State "B" is not reachable.'],
    ['a name used twice', machine({ Inner: inline({ Inner: pass }) }), "'Inner' is used twice"],
    ['a broken expression', machine({ A: { ...pass, Output: '{% $x + %}' } }), "expression '$x +' is not valid"],
    ['an unfinished expression', machine({ A: { ...pass, Output: '{% $x' } }), 'does not end it'],
    ['a bare field name', machine({ A: { ...pass, Output: '{% foo.bar %}' } }), 'bare field name'],
    ['a bare $', machine({ A: { ...pass, Output: '{% $.x %}' } }), 'no meaning at the top'],
    ['$eval', machine({ A: { ...pass, Output: "{% $eval('1') %}" } }), '$eval is not available'],
    ['an unknown resource', machine({ A: { ...task, Resource: 'arn:aws:sqs:x' } }), 'Resource must be the ARN'],
    [
      'States.ALL beside others',
      machine({ A: { ...task, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] } }),
      'stand alone',
    ],
    [
      'States.ALL before others',
      machine({ A: { ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] } }),
      'come last',
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
      'exactly one of Seconds and Timestamp',
    ],
    [
      'a reader on an inline Map',
      machine({ A: { ...inline({ Inner: pass }), ItemReader: {} } }),
      'needs Mode DISTRIBUTED',
    ],
    [
      'the variable states',
      machine({ A: { ...pass, Assign: { states: 1 } } }),
      "'states' is not a valid variable name",
    ],
    [
      'an outer variable assigned inside',
      machine({ A: { ...inline({ Inner: { ...pass, Assign: { v: 1 } } }), Assign: { v: 2 } } }),
      "'v' is assigned in an outer scope",
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

  it('names the place of an error inside a processor', () => {
    const [error] = validateDefinition(machine({ A: inline({ Inner: { Type: 'Pass', Next: 'Gone' } }) }));
    expect(error).toMatchObject({
      location: '/States/A/ItemProcessor/States/Inner/Next',
      code: 'MISSING_TRANSITION_TARGET',
    });
  });
});
