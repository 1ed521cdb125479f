import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompiledResource, type CompiledTemplate, packageProject } from '../support/package-project.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

let template: CompiledTemplate;
let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ template, folder, remove } = packageProject('dev'));
}, 120_000);
afterAll(() => remove());

const ofType = (type: string): [string, CompiledResource][] =>
  Object.entries(template.Resources).filter(([, r]) => r.Type === type);
const statements = (role: CompiledResource): Statement[] =>
  ((role.Properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    (p) => p.PolicyDocument.Statement,
  );
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Actions that know no resource, as the service authorization reference says. */
const withoutResource = /^(xray:|ecr:GetAuthorizationToken$|cloudwatch:PutMetricData$)/;

describe('the compiled template', () => {
  it('gives every function and every machine a role of its own', () => {
    const roleOf = ([, { Properties }]: [string, CompiledResource]) =>
      JSON.stringify(Properties['Role'] ?? Properties['RoleArn']);
    const users = [
      ...ofType('AWS::Lambda::Function').filter(([id]) => !id.startsWith('Custom')),
      ...ofType('AWS::StepFunctions::StateMachine'),
    ];

    expect(users.length).toBeGreaterThan(20);
    expect(new Set(users.map(roleOf)).size).toBe(users.length);
  });

  it('grants no wildcard resource where the service can name one, and no wildcard action', () => {
    const loose = ofType('AWS::IAM::Role').flatMap(([id, role]) =>
      statements(role).flatMap((statement) => {
        const actions = list(statement.Action).map(String);
        const wildcard = list(statement.Resource).includes('*');
        return actions
          .filter((a) => a.includes('*') || (wildcard && !withoutResource.test(a)))
          .map((a) => `${id}: ${a}`);
      }),
    );

    expect(loose).toEqual([]);
  });

  it('lets only the desensitizing function read raw objects', () => {
    const readers = ofType('AWS::IAM::Role')
      .filter(([, role]) =>
        statements(role).some(
          (s) =>
            list(s.Action).some((a) => /^s3:GetObject/.test(String(a))) &&
            JSON.stringify(s.Resource).includes('RawBucket'),
        ),
      )
      .map(([id]) => id);

    expect(readers).toEqual(['DesensitizeShardRole']);
  });

  it('lets only the desensitizing function read the token key', () => {
    const readers = ofType('AWS::IAM::Role')
      .filter(([, role]) => statements(role).some((s) => JSON.stringify(s.Resource).includes('TokenKeySecret')))
      .map(([id]) => id);

    expect(readers).toEqual(['DesensitizeShardRole']);
  });

  it('passes roles only to SageMaker', () => {
    const passes = ofType('AWS::IAM::Role').flatMap(([, role]) =>
      statements(role).filter((s) => list(s.Action).includes('iam:PassRole')),
    );

    expect(passes.length).toBeGreaterThan(0);
    for (const { Condition } of passes)
      expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } });
  });

  it.each(['RawBucket', 'CleanBucket', 'ArtifactsBucket'])(
    'keeps %s private, versioned, encrypted with its own key and over a deletion',
    (id) => {
      const bucket = template.Resources[id];

      expect(bucket?.DeletionPolicy).toBe('Retain');
      expect(bucket?.Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': [id.replace('Bucket', 'Key'), 'Arn'] },
              },
            },
          ],
        },
      });
      const policy = template.Resources[`${id}Policy`]?.Properties['PolicyDocument'] as { Statement: Statement[] };
      expect(policy.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    },
  );

  it('protects both tables: on demand, encrypted, recoverable, kept', () => {
    const tables = ofType('AWS::DynamoDB::Table');

    expect(tables).toHaveLength(2);
    for (const [, { Properties, DeletionPolicy }] of tables) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  it('keeps every log for a bounded time', () => {
    for (const [, { Properties }] of ofType('AWS::Logs::LogGroup')) expect(Properties['RetentionInDays']).toBe(30);
  });

  it('runs Node 24 in every function and traces it', () => {
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', TracingConfig: { Mode: 'Active' } });
    }
  });

  it('packages one zip a function, with DuckDB in those that use it alone', () => {
    const sizes = Object.fromEntries(
      ofType('AWS::Lambda::Function').map(([, { Properties }]) => {
        const key = String((Properties['Code'] as { S3Key: string }).S3Key);
        const zip = join(folder, key.slice(key.lastIndexOf('/') + 1));
        expect(existsSync(zip)).toBe(true);
        return [key.slice(key.lastIndexOf('/') + 1), statSync(zip).size];
      }),
    );
    const large = Object.entries(sizes)
      .filter(([, size]) => size > 10_000_000)
      .map(([name]) => name)
      .toSorted();

    expect(large).toEqual([
      'desensitizeShard.zip',
      'evaluateCandidate.zip',
      'fitTransform.zip',
      'measureDrift.zip',
      'predict.zip',
      'transformShard.zip',
    ]);
    expect(Math.max(...Object.values(sizes))).toBeLessThan(50_000_000);
  });

  it('takes the XGBoost image of every region from its own registry account', () => {
    const image = JSON.stringify(template.Resources['PlanTrainingLambdaFunction']?.Properties['Environment']);

    expect(image).toContain('sagemaker-xgboost:1.7-1');
    expect(image).toContain('XgboostRegistry');
  });

  it('starts a retrain on markers, a deployment on approvals, tests on updates, and schedules a drift check a pipeline', () => {
    const targets = ofType('AWS::Events::Rule').map(([id, { Properties }]) => [
      id,
      (Properties['Targets'] as { Arn: { Ref: string } }[])[0]?.Arn.Ref,
    ]);

    expect(Object.fromEntries(targets)).toEqual({
      DropRule: 'RetrainStateMachine',
      ApprovedRule: 'DeployStateMachine',
      EndpointUpdatedRule: 'TestEndpointStateMachine',
      LostRunRule: 'RecoverRunStateMachine',
    });
    expect(ofType('AWS::Scheduler::Schedule').map(([id]) => id)).toContain('LoanDefaultDriftSchedule');
  });
});
