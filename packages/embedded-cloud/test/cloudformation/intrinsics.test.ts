import { describe, expect, it } from 'vitest';
import { condition, resolve, type Scope } from '#src/cloudformation/intrinsics';
import { TemplateError } from '#src/cloudformation/template';

const scope: Scope = {
  pseudo: { 'AWS::Region': 'eu-central-1', 'AWS::AccountId': '123456789012', 'AWS::Partition': 'aws' },
  parameters: { Stage: 'dev', Zones: ['a', 'b', 'c'] },
  mappings: { Sizes: { dev: { memory: 128 }, prod: { memory: 1024 } } },
  conditions: {
    IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    NotProd: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    Both: { 'Fn::And': [{ Condition: 'NotProd' }, { 'Fn::Equals': ['1', 1] }] },
    Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'Both' }] },
  },
  ref: (id, where) => {
    if (id === 'Table') return 'runs';
    throw new TemplateError(`${where} refers to ${id}`);
  },
  attribute: (id, name) => `${id}/${name}`,
};
const value = (input: unknown): unknown => resolve(input, scope, 'Resources.X.Properties');

/** A placeholder as templates write it. */
const sub = (name: string): string => `\${${name}}`;

describe('intrinsic functions', () => {
  it.each([
    ['Ref of a parameter', { Ref: 'Stage' }, 'dev'],
    ['Ref of a list parameter', { Ref: 'Zones' }, ['a', 'b', 'c']],
    ['Ref of a resource', { Ref: 'Table' }, 'runs'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-central-1'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table/Arn'],
    ['GetAtt as text, dots in the attribute', { 'Fn::GetAtt': 'Bucket.Outputs.Name' }, 'Bucket/Outputs.Name'],
    [
      'Sub',
      { 'Fn::Sub': `arn:${sub('AWS::Partition')}:x:${sub('Table')}:${sub('Table.Arn')}` },
      'arn:aws:x:runs:Table/Arn',
    ],
    [
      'Sub with its own variables',
      { 'Fn::Sub': [`${sub('A')}-${sub('Stage')}`, { A: { 'Fn::Select': [1, { Ref: 'Zones' }] } }] },
      'b-dev',
    ],
    ['Sub of a literal', { 'Fn::Sub': `${sub('!Kept')} ${sub('Stage')}` }, `${sub('Kept')} dev`],
    ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'Stage' }, 3]] }, 'a/dev/3'],
    ['Split and Select', { 'Fn::Select': ['2', { 'Fn::Split': [':', 'a:b:c'] }] }, 'c'],
    ['If', { 'Fn::If': ['IsProd', 'yes', { Ref: 'Stage' }] }, 'dev'],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, 128],
    ['Base64', { 'Fn::Base64': 'text' }, 'dGV4dA=='],
    ['NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['NoValue in a list', [1, { 'Fn::If': ['IsProd', 2, { Ref: 'AWS::NoValue' }] }], [1]],
    [
      'a policy condition, which is none',
      { Condition: { StringEquals: { a: 'b' } } },
      { Condition: { StringEquals: { a: 'b' } } },
    ],
    ['text with a placeholder outside Sub', sub('aws:PrincipalTag/team'), sub('aws:PrincipalTag/team')],
  ])('resolve %s', (_, input, expected) => {
    expect(value(input)).toEqual(expected);
  });

  it.each([
    ['Both', true],
    ['Either', true],
    ['IsProd', false],
  ])('decide the condition %s', (name, expected) => {
    expect(condition(name, scope, 'Resources.X')).toBe(expected);
  });

  it.each([
    [{ 'Fn::ImportValue': 'x' }, 'Fn::ImportValue is not supported: there are no other stacks'],
    [{ 'Fn::Cidr': ['10.0.0.0/8', 1, 1] }, 'Fn::Cidr is not supported'],
    [{ a: [{ 'Fn::Select': [5, ['x']] }] }, 'Resources.X.Properties.a[0]: Fn::Select asks for item 5 of 1'],
    [{ 'Fn::FindInMap': ['Sizes', 'test', 'memory'] }, 'Mappings has no Sizes.test.memory'],
    [{ 'Fn::If': ['Nowhere', 1, 2] }, 'there is no condition Nowhere'],
    ['{{resolve:ssm:/a}}', 'dynamic references such as {{resolve:ssm:/a}}'],
    [{ Ref: 'AWS::StackSetId' }, 'pseudo parameter AWS::StackSetId'],
    [{ 'Fn::Join': ['-', [{ a: 1 }]] }, 'text was expected, not object'],
  ])('refuse %j', (input, message) => {
    expect(() => value(input)).toThrow(message);
  });
});
