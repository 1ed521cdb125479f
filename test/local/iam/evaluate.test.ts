import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf } from '#local/iam/context';
import { evaluate, type Policies, type Subject } from '#local/iam/evaluate';
import { parsePolicy } from '#local/iam/policy';

const subject: Subject = {
  arn: 'arn:aws:sts::123456789012:assumed-role/reader/session',
  roleArn: 'arn:aws:iam::123456789012:role/reader',
  accountId: '123456789012',
};
type Json = Record<string, unknown>;
const policy = (...statements: Json[]) => [
  parsePolicy(
    { Version: '2012-10-17', Statement: statements },
    'test',
    statements.some((statement) => 'Principal' in statement) ? 'resource' : 'identity',
  ),
];
const decide = (policies: Policies, action: string, resource: string, context: Record<string, string> = {}) =>
  evaluate(policies, { action, resource, context: contextOf(context) }, subject);
const effect = (statements: Json[], action: string, resource: string, context: Record<string, string> = {}) =>
  decide({ identity: policy(...statements) }, action, resource, context).effect;

const allow = (Action: unknown, Resource: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown, more: Json = {}): Json => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});

describe('identity policies', () => {
  it('deny what nothing allows', () => {
    expect(effect([], 's3:GetObject', 'arn:aws:s3:::b/k')).toBe('implicit-deny');
    expect(effect([allow('s3:GetObject', 'arn:aws:s3:::b/k')], 's3:PutObject', 'arn:aws:s3:::b/k')).toBe(
      'implicit-deny',
    );
  });

  it('compare actions without regard to case, resources with', () => {
    expect(effect([allow('S3:getobject', '*')], 's3:GetObject', 'arn:aws:s3:::b/k')).toBe('allow');
    expect(effect([allow('s3:GetObject', 'arn:aws:s3:::B/*')], 's3:GetObject', 'arn:aws:s3:::b/k')).toBe(
      'implicit-deny',
    );
  });

  it('let a star in the resource part cross slashes, but not the parts before it', () => {
    expect(effect([allow('s3:*', 'arn:aws:s3:::b/*')], 's3:GetObject', 'arn:aws:s3:::b/x/y:z')).toBe('allow');
    expect(
      effect(
        [allow('lambda:*', 'arn:aws:lambda:*:function:f')],
        'lambda:InvokeFunction',
        'arn:aws:lambda:eu-central-1:1:function:f',
      ),
    ).toBe('implicit-deny');
  });

  it('allow an action without resource on * alone', () => {
    expect(effect([allow('s3:ListAllMyBuckets', '*')], 's3:ListAllMyBuckets', '*')).toBe('allow');
    expect(effect([allow('s3:ListAllMyBuckets', 'arn:aws:s3:::b')], 's3:ListAllMyBuckets', '*')).toBe('implicit-deny');
  });

  it('take NotAction and NotResource as everything else', () => {
    const statements = [{ Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::secret/*' }];
    expect(effect(statements, 's3:GetObject', 'arn:aws:s3:::open/k')).toBe('allow');
    expect(effect(statements, 's3:GetObject', 'arn:aws:s3:::secret/k')).toBe('implicit-deny');
    expect(effect(statements, 'iam:PassRole', 'arn:aws:s3:::open/k')).toBe('implicit-deny');
  });

  it('put principal tags into resources', () => {
    const statements = [allow('s3:GetObject', `arn:aws:s3:::b/$\{aws:PrincipalTag/team}/*`)];
    expect(effect(statements, 's3:GetObject', 'arn:aws:s3:::b/loans/k', { 'aws:PrincipalTag/team': 'loans' })).toBe(
      'allow',
    );
    expect(effect(statements, 's3:GetObject', 'arn:aws:s3:::b/flights/k', { 'aws:PrincipalTag/team': 'loans' })).toBe(
      'implicit-deny',
    );
    expect(effect(statements, 's3:GetObject', 'arn:aws:s3:::b//k')).toBe('implicit-deny');
  });

  const actions = fc.constantFrom('s3:GetObject', 's3:PutObject', 'lambda:InvokeFunction');
  const resources = fc.constantFrom('arn:aws:s3:::a/k', 'arn:aws:s3:::b/k', 'arn:aws:lambda:r:1:function:f');
  const patterns = fc.constantFrom(
    '*',
    'arn:aws:s3:::*',
    'arn:aws:s3:::a/*',
    'arn:aws:s3:::b/k',
    'arn:aws:lambda:*:*:*',
  );
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.oneof(actions, fc.constantFrom('*', 's3:*')),
    Resource: patterns,
  });

  it('are refused by any deny that applies, in whatever order and company', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { maxLength: 6 }),
        actions,
        resources,
        fc.nat(),
        (statements, action, resource, position) => {
          const at = position % (statements.length + 1);
          const withDeny = [...statements.slice(0, at), deny(action, resource), ...statements.slice(at)];
          expect(effect(withDeny, action, resource)).toBe('deny');
        },
      ),
    );
  });

  it('allow more with every Allow and less with every Deny', () => {
    const rank = { deny: 0, 'implicit-deny': 1, allow: 2 };
    fc.assert(
      fc.property(
        fc.array(statement, { maxLength: 6 }),
        statement,
        actions,
        resources,
        (statements, added, action, resource) => {
          const before = effect(statements, action, resource);
          const after = effect([...statements, added], action, resource);
          if (added.Effect === 'Deny') expect(rank[after]).toBeLessThanOrEqual(rank[before]);
          else if (before !== 'deny') expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
          else expect(after).toBe('deny');
        },
      ),
    );
  });
});

describe('other policies', () => {
  const get = ['s3:GetObject', 'arn:aws:s3:::b/k'] as const;

  it('of a resource deny even the administrator', () => {
    const resource = policy({
      ...deny('s3:*', 'arn:aws:s3:::b/*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      Principal: '*',
    });
    expect(decide({ resource }, ...get, { 'aws:SecureTransport': 'false' }).effect).toBe('deny');
    expect(decide({ resource }, ...get, { 'aws:SecureTransport': 'true' }).effect).toBe('allow');
  });

  it('of a resource allow a role they name, but only delegate to one they name by its account', () => {
    const named = policy({ ...allow(...get), Principal: { AWS: subject.roleArn } });
    const delegated = policy({ ...allow(...get), Principal: { AWS: 'arn:aws:iam::123456789012:root' } });
    expect(decide({ identity: [], resource: named }, ...get).effect).toBe('allow');
    expect(decide({ identity: [], resource: delegated }, ...get).effect).toBe('implicit-deny');
    expect(decide({ identity: policy(allow(...get)), resource: delegated }, ...get).effect).toBe('allow');
  });

  it('of a boundary narrow what identity policies allow', () => {
    const identity = policy(allow('s3:*', '*'));
    expect(decide({ identity, boundary: policy(allow('s3:GetObject', '*')) }, ...get).effect).toBe('allow');
    expect(decide({ identity, boundary: policy(allow('s3:PutObject', '*')) }, ...get)).toMatchObject({
      effect: 'implicit-deny',
      kind: 'boundary',
    });
  });
});

describe('a policy document', () => {
  it.each([
    [{ Effect: 'Allow', Action: 'GetObject', Resource: '*' }, '"GetObject" is no action'],
    [{ Effect: 'Permit', Action: '*', Resource: '*' }, 'Effect must be Allow or Deny'],
    [{ Effect: 'Allow', Resource: '*' }, 'exactly one of Action and NotAction'],
    [{ Effect: 'Allow', Action: '*', Resource: 'my-bucket' }, '"my-bucket" is no resource'],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringIs: { a: 'b' } } },
      '"StringIs" is no condition operator',
    ],
    [{ Effect: 'Allow', Action: '*', Resource: '*', Ressource: '*' }, 'unknown member Ressource'],
  ])('is refused when malformed: %j', (statement, message) => {
    expect(() => parsePolicy({ Statement: statement }, 'policy of X', 'identity')).toThrow(message);
  });
});
