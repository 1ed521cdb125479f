import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf } from '#src/iam/conditions';
import { evaluate, type Policies, type Subject } from '#src/iam/evaluate';
import { parsePolicy } from '#src/iam/policy';

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
  it('deny what no statement allows', () => {
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

  it('are refused by any deny that applies, in any order', () => {
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

describe('a session', () => {
  const get = ['s3:GetObject', 'arn:aws:s3:::b/k'] as const;
  const everything = policy(allow('s3:*', '*'));

  it('may do no more than its own policy allows', () => {
    expect(decide({ identity: everything, session: policy(allow('s3:GetObject', '*')) }, ...get).effect).toBe('allow');
    expect(decide({ identity: everything, session: policy(allow('s3:PutObject', '*')) }, ...get)).toMatchObject({
      effect: 'implicit-deny',
      kind: 'session',
    });
    expect(decide({ identity: everything, session: policy(deny('s3:GetObject', '*')) }, ...get)).toMatchObject({
      effect: 'deny',
      kind: 'session',
    });
  });

  it('that a resource policy names is beyond its boundary, a role that it names is not', () => {
    const boundary = policy(allow('s3:PutObject', '*'));
    const naming = (AWS: string | undefined) => policy({ ...allow(...get), Principal: { AWS } });
    expect(decide({ identity: [], boundary, resource: naming(subject.arn) }, ...get).effect).toBe('allow');
    expect(decide({ identity: [], boundary, resource: naming(subject.roleArn) }, ...get)).toMatchObject({
      effect: 'implicit-deny',
      kind: 'boundary',
    });
  });

  it('is found by the closest of several statements', () => {
    const resource = policy(
      { ...allow(...get), Principal: { AWS: `arn:aws:iam::${subject.accountId}:root` } },
      { ...allow(...get), Principal: { AWS: subject.roleArn } },
    );
    expect(decide({ identity: [], resource }, ...get).effect).toBe('allow');
  });
});

describe('a key policy', () => {
  const use = ['kms:Decrypt', 'arn:aws:kms:eu-central-1:123456789012:key/k'] as const;
  const key = (Principal: unknown, more: Json = {}) => policy({ ...allow('kms:*', '*'), Principal, ...more });
  const root = { AWS: 'arn:aws:iam::123456789012:root' };
  const asked = (policies: Policies) => decide({ ...policies, resourceDecides: true }, ...use);

  it('keeps out everybody it does not name, the administrator included', () => {
    const resource = key({ AWS: 'arn:aws:iam::123456789012:role/other' });
    expect(asked({ identity: policy(allow('kms:*', '*')), resource })).toMatchObject({
      effect: 'implicit-deny',
      kind: 'resource',
    });
    expect(asked({ resource })).toMatchObject({ effect: 'implicit-deny', kind: 'resource' });
  });

  it('leaves the rest to IAM where it names the account', () => {
    expect(asked({ identity: policy(allow('kms:Decrypt', '*')), resource: key(root) }).effect).toBe('allow');
    expect(asked({ identity: [], resource: key(root) })).toMatchObject({ effect: 'implicit-deny', kind: 'identity' });
    expect(asked({ resource: key(root) }).effect).toBe('allow');
  });

  it('needs no other policy where it names the role', () => {
    expect(asked({ identity: [], resource: key({ AWS: subject.roleArn }) }).effect).toBe('allow');
  });

  it('admits a service under its conditions alone', () => {
    const service: Subject = { arn: 's', accountId: subject.accountId, service: 'logs.eu-central-1.amazonaws.com' };
    const resource = key(
      { Service: 'logs.eu-central-1.amazonaws.com' },
      { Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:*:*:log-group:/app/*' } } },
    );
    const ask = (group: string) =>
      evaluate(
        { resource, resourceDecides: true },
        {
          action: 'kms:Encrypt',
          resource: use[1],
          context: contextOf({ 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:r:1:log-group:${group}` }),
        },
        service,
      ).effect;
    expect([ask('/app/one'), ask('/other')]).toEqual(['allow', 'implicit-deny']);
  });
});

describe('policy variables', () => {
  const resource = `arn:aws:s3:::b/$\{aws:username}/*`;
  const decideFor = (Version: string, username: string, asked: string) =>
    evaluate(
      { identity: [parsePolicy({ Version, Statement: allow('s3:GetObject', resource) }, 'test', 'identity')] },
      { action: 's3:GetObject', resource: asked, context: contextOf({ 'aws:username': username }) },
      subject,
    ).effect;

  it('are variables in version 2012-10-17 and plain text in the older one', () => {
    expect(decideFor('2012-10-17', 'ann', 'arn:aws:s3:::b/ann/k')).toBe('allow');
    expect(decideFor('2008-10-17', 'ann', 'arn:aws:s3:::b/ann/k')).toBe('implicit-deny');
    expect(decideFor('2008-10-17', 'ann', `arn:aws:s3:::b/$\{aws:username}/k`)).toBe('allow');
  });

  it('bring in no wildcards, and a star as a variable is a star', () => {
    expect(decideFor('2012-10-17', '*', 'arn:aws:s3:::b/ann/k')).toBe('implicit-deny');
    expect(decideFor('2012-10-17', '*', 'arn:aws:s3:::b/*/k')).toBe('allow');
    const starred = [allow('s3:GetObject', `arn:aws:s3:::b/$\{*}`)];
    expect(effect(starred, 's3:GetObject', 'arn:aws:s3:::b/*')).toBe('allow');
    expect(effect(starred, 's3:GetObject', 'arn:aws:s3:::b/k')).toBe('implicit-deny');
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
    [{ Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' }, 'must not have Principal'],
    [{ Effect: 'Allow', Action: '*' }, 'needs Resource'],
    [{ Sid: 'not allowed', Effect: 'Allow', Action: '*', Resource: '*' }, 'a Sid is made of letters and digits'],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } },
      '"10.0.0.0/33" is no IP address',
    ],
  ])('is refused when malformed: %j', (statement, message) => {
    expect(() => parsePolicy({ Statement: statement }, 'policy of X', 'identity')).toThrow(message);
  });

  it.each([
    ['trust', { Effect: 'Allow', Action: 'sts:AssumeRole' }, 'needs Principal'],
    ['trust', { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*', Resource: '*' }, 'must not have Resource'],
    [
      'trust',
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda' } },
      '"lambda" is no principal',
    ],
    [
      'trust',
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::123456789012:role/*' } },
      'is no principal of this kind',
    ],
    ['resource', { Effect: 'Allow', Action: 's3:*', Resource: '*' }, 'needs Principal'],
    ['resource', { Effect: 'Allow', Action: 's3:*', Principal: { Aws: '*' }, Resource: '*' }, '"Aws" is no kind'],
  ] as const)('of kind %s is refused when malformed: %j', (kind, statement, message) => {
    expect(() => parsePolicy({ Statement: statement }, 'policy of X', kind)).toThrow(message);
  });

  it('has one of two versions and each Sid once', () => {
    const statement = { Sid: 'One', ...allow('s3:*', '*') };
    expect(() => parsePolicy({ Version: '2012-10-18', Statement: statement }, 'p', 'identity')).toThrow(
      'Version must be',
    );
    expect(() => parsePolicy({ Statement: [statement, statement] }, 'p', 'identity')).toThrow(
      'two statements have the Sid',
    );
  });
});
