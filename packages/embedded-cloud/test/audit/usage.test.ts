import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditedRole, AuditLine, RecordedAudit } from '#src/audit/log';
import { summarizeUsage } from '#src/audit/usage';
import { wideGrants } from '#src/audit/wildcard-resources';
import { parsePolicy } from '#src/iam/policy';

const roleOf = (logicalId: string, ...statements: object[]): AuditedRole => ({
  logicalId,
  arn: `arn:aws:iam::123456789012:role/${logicalId}`,
  policies: [
    parsePolicy({ Version: '2012-10-17', Statement: statements }, `policy "own" of role ${logicalId}`, 'identity'),
  ],
});
const lineOf = (role: string, action: string, resource: string, decision: 'allow' | 'deny' = 'allow'): AuditLine => ({
  time: '2026-01-01T00:00:00.000Z',
  requestId: 'r',
  caller: 'c',
  role,
  service: 's3',
  operation: 'O',
  authorization: [{ action, resource, decision }],
  status: 200,
  durationMs: 1,
});
const logOf = (roles: readonly AuditedRole[], lines: readonly AuditLine[]): RecordedAudit => ({
  roles,
  *lines() {
    yield* lines;
  },
});
const allow = (Action: string | string[], Resource: string | string[]) => ({ Effect: 'Allow', Action, Resource });

describe('the use of grants', () => {
  it('separates used actions from those never needed, by statement', () => {
    const role = roleOf(
      'Reader',
      allow(['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*']),
      allow('kms:Decrypt', 'arn:aws:kms:eu-central-1:123456789012:key/1'),
    );
    expect(summarizeUsage([logOf([role], [lineOf('Reader', 's3:GetObject', 'arn:aws:s3:::a/1')])])).toEqual([
      {
        role: 'Reader',
        used: [{ action: 's3:GetObject', requests: 1 }],
        unused: [
          { statement: 'policy "own" of role Reader, statement 1', action: 's3:PutObject' },
          { statement: 'policy "own" of role Reader, statement 1', resource: 'arn:aws:s3:::b/*' },
          { statement: 'policy "own" of role Reader, statement 2', action: 'kms:Decrypt' },
        ],
        refused: [],
      },
    ]);
  });

  it('goes by the statement that allowed a request whose key is hidden', () => {
    const role = roleOf(
      'Writer',
      allow('s3:PutObject', 'arn:aws:s3:::a/_own/*/parts/*'),
      allow('s3:PutObject', 'arn:aws:s3:::b/*'),
    );
    const [entry] = lineOf('Writer', 's3:PutObject', 'arn:aws:s3:::a/_own/hidden-0123456789abcdef').authorization;
    const line = {
      ...lineOf('Writer', 's3:PutObject', ''),
      authorization: [{ ...entry, statement: 'policy "own" of role Writer, statement 1' } as NonNullable<typeof entry>],
    };

    expect(summarizeUsage([logOf([role], [line])])[0]?.unused).toEqual([
      { statement: 'policy "own" of role Writer, statement 2', action: 's3:PutObject' },
    ]);
  });

  it('counts for no other role, and a refusal for none', () => {
    const grant = allow('s3:GetObject', 'arn:aws:s3:::a/*');
    const usage = summarizeUsage([
      logOf(
        [roleOf('One', grant), roleOf('Other', grant)],
        [
          lineOf('One', 's3:GetObject', 'arn:aws:s3:::a/1'),
          lineOf('Other', 's3:PutObject', 'arn:aws:s3:::a/1', 'deny'),
        ],
      ),
    ]);
    expect(usage.map(({ role, unused, refused }) => [role, unused.length, refused])).toEqual([
      ['One', 0, []],
      ['Other', 1, ['s3:PutObject on arn:aws:s3:::a/1']],
    ]);
  });

  it('is summed over clouds with other names of keys', () => {
    const logWith = (key: string, action: string) => {
      const arn = `arn:aws:kms:eu-central-1:123456789012:key/${key}`;
      return logOf([roleOf('R', allow(['kms:Decrypt', 'kms:Encrypt', 'kms:Sign'], arn))], [lineOf('R', action, arn)]);
    };
    expect(summarizeUsage([logWith('one', 'kms:Decrypt'), logWith('two', 'kms:Encrypt')])).toMatchObject([
      {
        used: [
          { action: 'kms:Decrypt', requests: 1 },
          { action: 'kms:Encrypt', requests: 1 },
        ],
        unused: [{ action: 'kms:Sign' }],
      },
    ]);
  });

  it('leaves nothing unused once every action and resource of every statement was needed', () => {
    const names = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(names, names), { minLength: 1, maxLength: 4 }), (statements) => {
        const grants = statements.map(([actions, buckets]) => ({
          actions: actions.map((name) => `s3:Get${name}`),
          resources: buckets.map((name) => `arn:aws:s3:::${name.toLowerCase()}/x`),
        }));
        const role = roleOf('R', ...grants.map(({ actions, resources }) => allow(actions, resources)));
        const lines = grants.flatMap(({ actions, resources }) =>
          actions.flatMap((action) => resources.map((resource) => lineOf('R', action, resource))),
        );
        expect(summarizeUsage([logOf([role], lines)])[0]?.unused).toEqual([]);
        expect(summarizeUsage([logOf([role], [])])[0]?.unused).toHaveLength(
          grants.flatMap(({ actions }) => actions).length,
        );
      }),
    );
  });
});

describe('wide grants', () => {
  it('are stars where the service knows resources, and families of actions', () => {
    const role = roleOf(
      'Wide',
      allow(['s3:GetObject', 'xray:PutTraceSegments'], '*'),
      allow('dynamodb:*', 'arn:aws:dynamodb:eu-central-1:123456789012:table/t'),
      { Effect: 'Deny', Action: '*', Resource: '*' },
      { Effect: 'Allow', NotAction: 'iam:PassRole', Resource: 'arn:aws:s3:::a' },
    );
    expect(wideGrants([role]).map(({ action }) => action)).toEqual(['s3:GetObject', 'dynamodb:*', 'everything but …']);
  });

  it('are none where stars are all a policy can say', () => {
    expect(wideGrants([roleOf('Narrow', allow(['xray:PutTraceSegments', 'ecr:GetAuthorizationToken'], '*'))])).toEqual(
      [],
    );
  });
});
