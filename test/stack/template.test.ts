import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseSeconds } from '../../domain/slack/refusal.ts';
import { kebab } from '../../resources/function-roles.ts';
import { importOf } from '../../scripts/kept/import-template.ts';
import { type Machine, machineFiles, readMachine, statesOf } from '../../scripts/machines/read-machine.ts';
import { type CompiledResource, type CompiledTemplate, packageProject } from '../support/package-project.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

let template: CompiledTemplate;
let folder: string;
let templatePath: string;
let remove: () => void;
beforeAll(() => {
  ({ template, templatePath, folder, remove } = packageProject('dev'));
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
const withoutResource =
  /^(logs:((Create|Get|Update|Delete)LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$|xray:|ecr:GetAuthorizationToken$|cloudwatch:PutMetricData$|sagemaker:List(Endpoints|EndpointConfigs|Models)$)/;

describe('the compiled template', () => {
  it('is a file that CloudFormation takes, without indentation', () => {
    expect(statSync(templatePath).size).toBeLessThan(1_000_000);
    expect(readFileSync(templatePath, 'utf8')).toBe(JSON.stringify(template));
  });

  it('lets callers that IAM knows reach the prediction API, throttled, and the API its function alone', () => {
    const routes = new Map(ofType('AWS::ApiGatewayV2::Route').map(([, r]) => [r.Properties['RouteKey'], r.Properties]));
    expect([...routes.keys()].toSorted()).toEqual(['POST /pipelines/{name}/predict', 'POST /slack/interactions']);
    expect(routes.get('POST /pipelines/{name}/predict')).toMatchObject({ AuthorizationType: 'AWS_IAM' });
    expect(ofType('AWS::ApiGatewayV2::Stage')[0]?.[1].Properties['DefaultRouteSettings']).toEqual({
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
    });
    const permissions = ofType('AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties['Principal'] === 'apigateway.amazonaws.com',
    );
    const sources = permissions.map(([, { Properties }]) => [
      (Properties['FunctionName'] as { Ref: string }).Ref,
      JSON.stringify(Properties['SourceArn']),
    ]);
    expect(sources).toEqual([
      ['ServePredictionsLambdaFunction', expect.stringContaining('/*/POST/pipelines/{name}/predict')],
      ['AnswerSlackLambdaFunction', expect.stringContaining('/*/POST/slack/interactions')],
    ]);
  });

  it('lets Slack reach one function, throttled tighter, whose signing secret nobody else reads', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route');
    const open = routes.filter(([, { Properties }]) => Properties['AuthorizationType'] === 'NONE');
    expect(open.map(([, { Properties }]) => Properties['RouteKey'])).toEqual(['POST /slack/interactions']);
    expect(ofType('AWS::ApiGatewayV2::Stage')[0]?.[1].Properties['RouteSettings']).toEqual({
      'POST /slack/interactions': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
    });
    const readers = ofType('AWS::IAM::Role').filter(([, role]) =>
      JSON.stringify(statements(role)).includes('SlackSigningSecret'),
    );
    expect(readers.map(([id]) => id)).toEqual(['AnswerSlackRole']);
    // it asks for decisions and makes none
    const [, answerSlack] = readers[0] ?? [];
    const actions = (answerSlack ? statements(answerSlack) : []).flatMap(({ Action }) => list(Action));
    expect(actions.filter((action) => /^(sagemaker|dynamodb|states):/.test(String(action))).toSorted()).toEqual([
      'dynamodb:PutItem',
      'states:StartExecution',
    ]);
  });

  it('lets functions add to the record of approvals, and nobody change or delete what is in it', () => {
    const touching = ofType('AWS::IAM::Role').flatMap(([id, role]) =>
      statements(role)
        .filter(({ Resource }) => JSON.stringify(Resource).includes('ApprovalsTable'))
        .flatMap(({ Action }) => list(Action).map((action) => [id, action])),
    );
    expect(touching.toSorted()).toEqual([
      ['DecideRole', 'dynamodb:PutItem'],
      ['RecordDecisionRole', 'dynamodb:PutItem'],
    ]);
    expect(template.Resources['ApprovalsTable']).toMatchObject({
      ...{ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' },
      Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    });
    expect(template.Resources['ApprovalsTable']?.Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

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

  it('lets only the functions that locate and desensitize rows, and the one that reads outcomes, read raw objects', () => {
    const readers = ofType('AWS::IAM::Role')
      .filter(([, role]) =>
        statements(role).some(
          (s) =>
            list(s.Action).some((a) => /^s3:GetObject/.test(String(a))) &&
            JSON.stringify(s.Resource).includes('RawBucket'),
        ),
      )
      .map(([id]) => id);

    expect(readers).toEqual(['DesensitizeShardRole', 'LocateRowsRole', 'ReadOutcomesRole']);
  });

  it('lets one function read the secret for MLflow, and starts it for no stage without a pipeline that names a server', () => {
    const readers = ofType('AWS::IAM::Role').filter(([, role]) =>
      statements(role).some((s) => JSON.stringify(s.Resource).includes('MlflowSecret')),
    );
    expect(readers.map(([id]) => id)).toEqual(['TrackRunRole']);
    expect(Object.keys(template.Resources).filter((id) => /^Tracked.*Rule$/.test(id))).toEqual([]);
  });

  it('lets only the functions that make tokens read the token key', () => {
    const readers = ofType('AWS::IAM::Role')
      .filter(([, role]) => statements(role).some((s) => JSON.stringify(s.Resource).includes('TokenKeySecret')))
      .map(([id]) => id);

    // the prediction log has the tokens of ids
    expect(readers).toEqual(['DesensitizeShardRole', 'ReadOutcomesRole', 'PredictRole', 'ServePredictionsRole']);
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

      expect(bucket?.DeletionPolicy).toBe('RetainExceptOnCreate');
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

  it('lets what was counted of captured requests expire once no check looks back as far', () => {
    const configuration = template.Resources['ArtifactsBucket']?.Properties['LifecycleConfiguration'];
    const { Rules } = configuration as { Rules: Record<string, unknown>[] };

    expect(Rules).toContainEqual({
      Id: 'expire-counted-captures-loan-default',
      Status: 'Enabled',
      Prefix: 'loan-default/drift-sketches/',
      // a window of 7 days
      ExpirationInDays: 9,
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    });
    expect(Rules[0]).toMatchObject({ Id: 'drop-old-versions', NoncurrentVersionExpiration: { NoncurrentDays: 30 } });
  });

  it.each([
    ['RawBucket', { 'expire-quarantine-loan-default': ['_tidegate/loan-default/', 90] }, 90],
    [
      'CleanBucket',
      {
        'expire-captures-loan-default': ['loan-default/captures/', 30],
        'expire-predictions-loan-default': ['loan-default/predictions/', 180],
        'expire-outcomes-loan-default': ['loan-default/outcomes/', 180],
        'expire-scores-loan-default': ['loan-default/batch/', 90],
      },
      30,
    ],
    [
      'ArtifactsBucket',
      { 'expire-drift-reports-loan-default': ['loan-default/drift/', 365], 'expire-clean-ups': ['_clean-up/', 365] },
      30,
    ],
  ])('lets objects of %s expire as retention says, never a drop or what a run made', (bucket, wanted, oldVersions) => {
    const configuration = template.Resources[bucket]?.Properties['LifecycleConfiguration'];
    const { Rules } = configuration as { Rules: Record<string, unknown>[] };
    const rules = Object.fromEntries(Rules.map(({ Id, Prefix, ExpirationInDays }) => [Id, [Prefix, ExpirationInDays]]));

    expect(rules).toMatchObject(wanted);
    expect(Rules[0]).toMatchObject({ NoncurrentVersionExpiration: { NoncurrentDays: oldVersions } });
    expect(Rules[0]).not.toHaveProperty('Prefix');
    expect(Rules[0]).not.toHaveProperty('ExpirationInDays');
    for (const { Prefix } of Rules.slice(1)) {
      expect(Prefix).toMatch(
        /^(_[a-z-]+\/([a-z0-9-]+\/)?|[a-z0-9-]+\/(captures|predictions|outcomes|batch|drift|drift-sketches)\/)$/,
      );
      if (bucket === 'RawBucket') expect(Prefix).toMatch(/^_tidegate\/[a-z0-9-]+\/$/);
    }
  });

  it('cleans up every week, and deletes by name and prefix alone', () => {
    expect(template.Resources['CleanUpSchedule']?.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 3 ? * SUN *)',
      Target: { Arn: { Ref: 'CleanUpStateMachine' } },
    });
    const role = template.Resources['RemoveUnusedRole'];
    if (!role) throw new Error('RemoveUnused has no role');
    const deletes = statements(role).filter(({ Action }) => list(Action).some((a) => /:Delete/.test(String(a))));
    const resources = JSON.stringify(deletes.map(({ Resource }) => Resource));
    for (const part of [
      'CleanBucket.Arn}/*/runs/*',
      'ArtifactsBucket.Arn}/*/runs/*',
      'endpoint-config/tidegate-dev-*',
      'model/tidegate-dev-*',
      'model-package/tidegate-dev-*',
    ])
      expect(resources).toContain(part);
    expect(resources).not.toContain('RawBucket');
    const planning = template.Resources['PlanCleanUpRole'];
    expect(JSON.stringify(planning)).not.toMatch(/:Delete|s3:GetObject/);
  });

  it('reads captured requests where they are counted, and nowhere else', () => {
    const readers = ofType('AWS::IAM::Role').filter(([, role]) =>
      statements(role).some(
        (s) => list(s.Action).includes('s3:GetObject') && JSON.stringify(s.Resource).includes('/captures/'),
      ),
    );

    expect(readers.map(([id]) => id)).toEqual(['CountCapturesRole']);
  });

  it('protects every table: on demand, encrypted, recoverable, kept', () => {
    const tables = ofType('AWS::DynamoDB::Table');

    expect(tables).toHaveLength(3);
    for (const [, { Properties, DeletionPolicy }] of tables) {
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: { Ref: 'TableDeletionProtection' },
        SSESpecification: {
          SSEEnabled: true,
          SSEType: 'KMS',
          KMSMasterKeyId: { 'Fn::GetAtt': ['TablesKey', 'Arn'] },
        },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  it('lets items of the state table end that say when, as those of the drift history do', () => {
    const [state, tests] = ['StateTable', 'EndpointTestsTable'].map((id) => template.Resources[id]?.Properties);
    expect(state?.['TimeToLiveSpecification']).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    expect(tests).not.toHaveProperty('TimeToLiveSpecification');
  });

  it('lets a drift check start counts, retrains and roll-backs, and its decision see names in the raw bucket and no content', () => {
    const grantsOf = (id: string) => {
      const found = template.Resources[id];
      return found
        ? statements(found).flatMap(({ Action, Resource }) => list(Action).map((a) => [String(a), Resource] as const))
        : [];
    };
    const started = grantsOf('CheckDriftMachineRole').filter(([action]) => action === 'states:StartExecution');
    const machines = JSON.stringify(started)
      .match(/tidegate-dev-[a-z-]+/g)
      ?.map((name) => name.slice(13));
    expect(machines).toEqual(['count-captures', 'retrain', 'record-decision']);
    const raw = grantsOf('DecideDriftRole').filter(([, resource]) => JSON.stringify(resource).includes('RawBucket'));
    expect(raw.map(([action]) => action)).toEqual(['s3:ListBucketVersions']);
  });

  it('lets captures and outcomes start drift checks and nothing else, and tells of captures only where a pipeline wants it', () => {
    for (const id of ['CheckArrivalsMachineRole', 'RecordOutcomesMachineRole']) {
      const found = template.Resources[id];
      const started = found
        ? statements(found).filter(({ Action }) => list(Action).includes('states:StartExecution'))
        : [];
      const machines = JSON.stringify(started.map(({ Resource }) => Resource)).match(/tidegate-dev-[a-z-]+/g);
      expect(machines, id).toEqual(['tidegate-dev-check-drift']);
    }
    expect(template.Resources['CleanBucket']?.Properties['NotificationConfiguration']).toEqual({});
    expect(Object.keys(template.Resources).filter((id) => id.endsWith('CaptureRule'))).toEqual([]);
  });

  it('keeps everything that holds data, a key or a secret, unless its creation fails', () => {
    const kept = Object.entries(template.Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy !== undefined);
    const holders = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];
    const holding = holders.flatMap((type) => ofType(type)).filter(([id]) => id !== 'ServerlessDeploymentBucket');

    expect(kept.map(([id]) => id).toSorted()).toEqual(holding.map(([id]) => id).toSorted());
    expect(kept).toHaveLength(17);
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of kept)
      expect([DeletionPolicy, UpdateReplacePolicy], id).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  it('protects the tables against deletion only where the parameter says so, because a first deployment may fail', () => {
    expect(template.Parameters['TableDeletionProtection']).toMatchObject({ Default: 'false' });
  });

  it('deletes the keys of a failed deployment after the shortest time', () => {
    for (const [, { Properties }] of ofType('AWS::KMS::Key')) expect(Properties['PendingWindowInDays']).toBe(7);
  });

  it('names nothing that is global to the account without its region', () => {
    // IAM, dashboards and buckets are global to the account or to AWS; every other service has the name once a region.
    const names = Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
      if (Type.startsWith('AWS::IAM::'))
        return ['RoleName', 'ManagedPolicyName', 'GroupName', 'UserName', 'InstanceProfileName'].flatMap((name) =>
          Properties[name] === undefined ? [] : [[id, Properties[name]] as const],
        );
      if (Type === 'AWS::CloudWatch::Dashboard') return [[id, Properties['DashboardName']] as const];
      if (Type === 'AWS::S3::Bucket' && Properties['BucketName'] !== undefined)
        return [[id, Properties['BucketName']] as const];
      return [];
    });

    expect(names.map(([id]) => id).toSorted()).toEqual(
      ['ArtifactsBucket', 'CleanBucket', 'Dashboard', 'LogsBucket', 'RawBucket'].toSorted(),
    );
    for (const [id, name] of names) expect(JSON.stringify(name), id).toMatch(/AWS::Region/);
  });

  it('can have everything that it keeps imported into a new stack', () => {
    const place = { account: '123456789012', region: 'eu-central-1' };
    const { missing } = importOf(template, place, new Map());
    const given = new Map(missing.map(({ logicalId }) => [logicalId, `id-of-${logicalId}`]));
    const { kept, toImport, missing: none } = importOf(template, place, given);
    const text = JSON.stringify(kept);

    expect(missing.map(({ logicalId }) => logicalId).toSorted()).toEqual([
      'ArtifactsKey',
      'CleanKey',
      'MlflowSecret',
      'RawKey',
      'SecretsKey',
      'SlackSigningSecret',
      'SlackTokenSecret',
      'TablesKey',
      'TokenKeySecret',
    ]);
    expect(none).toEqual([]);
    expect(toImport).toContainEqual({
      ResourceType: 'AWS::S3::Bucket',
      LogicalResourceId: 'RawBucket',
      ResourceIdentifier: { BucketName: 'tidegate-dev-raw-123456789012-eu-central-1' },
    });
    expect(toImport).toContainEqual({
      ResourceType: 'AWS::KMS::Key',
      LogicalResourceId: 'RawKey',
      ResourceIdentifier: { KeyId: 'id-of-RawKey' },
    });
    expect(toImport).toHaveLength(16);
    // CloudFormation imports no template that refers to what is not in it.
    for (const [, id = ''] of text.matchAll(/\{"(?:Ref":"|Fn::GetAtt":\[")([A-Z]\w+)"/g))
      expect([...Object.keys(kept.Resources), ...Object.keys(kept.Parameters ?? {})]).toContain(id);
  });

  it('costs idle what docs/deploy.md says', () => {
    const table = readFileSync('docs/deploy.md', 'utf8');
    const said = (what: string) => Number(new RegExp(`^\\| ${what} \\| (\\d+) \\|`, 'm').exec(table)?.[1]);
    const dollars = (what: string) => Number(new RegExp(`^\\| ${what} .* (\\d+\\.\\d\\d) \\|$`, 'm').exec(table)?.[1]);
    const prices: Record<string, [type: string, price: number]> = {
      'KMS keys': ['AWS::KMS::Key', 1],
      secrets: ['AWS::SecretsManager::Secret', 0.4],
      'CloudWatch alarms': ['AWS::CloudWatch::Alarm', 0.1],
      dashboard: ['AWS::CloudWatch::Dashboard', 3],
    };

    let total = 0;
    for (const [what, [type, price]] of Object.entries(prices)) {
      // A function more brings alarms; the table need not change for each.
      expect(Math.abs(said(what) - ofType(type).length), what).toBeLessThan(0.1 * ofType(type).length);
      expect(dollars(what), what).toBeCloseTo(said(what) * price, 2);
      total += said(what) * price;
    }
    expect(Number(/\*\*the stack\*\* .*\*\*(\d+\.\d\d)\*\*/.exec(table)?.[1])).toBeCloseTo(total, 2);
  });

  it('lets whoever uses a table use its key, through DynamoDB alone', () => {
    const keyUsers = new Set<string>();
    for (const [id, role] of ofType('AWS::IAM::Role')) {
      for (const { Resource, Condition } of statements(role)) {
        if (!JSON.stringify(Resource).includes('TablesKey')) continue;
        keyUsers.add(id);
        expect(JSON.stringify(Condition)).toMatch(/^\{"StringEquals":\{"kms:ViaService":\{"Fn::Sub":"dynamodb\./);
      }
    }
    const tableUsers = ofType('AWS::IAM::Role')
      .filter(([, role]) => statements(role).some((s) => list(s.Action).some((a) => String(a).startsWith('dynamodb:'))))
      .map(([id]) => id);

    expect(tableUsers.length).toBeGreaterThan(5);
    expect([...keyUsers].toSorted()).toEqual(tableUsers.toSorted());
  });

  it('has every machine with its policies and parameters in place, as the tests of the machines read it', () => {
    const packaged = ofType('AWS::StepFunctions::StateMachine').map(([id, { Properties }]) => {
      const { 'Fn::Sub': text } = Properties['DefinitionString'] as { 'Fn::Sub': [string, unknown] };
      return [kebab(id.replace('StateMachine', '')).slice(1), JSON.parse(text[0]) as Machine] as const;
    });

    expect(packaged.map(([name]) => name).toSorted()).toEqual(machineFiles());
    for (const [name, machine] of packaged) {
      const shape = (of: Machine) =>
        statesOf(of).map(([state, { Type, Retry, Catch, MaxConcurrency, TimeoutSeconds }]) => {
          return { state, Type, Retry, Catch, MaxConcurrency, TimeoutSeconds };
        });
      expect(shape(machine)).toEqual(shape(readMachine(name)));
    }
  });

  it('grants log delivery to the machines alone', () => {
    const roles = ofType('AWS::IAM::Role')
      .filter(([, role]) => statements(role).some((s) => list(s.Action).includes('logs:CreateLogDelivery')))
      .map(([id]) => id);

    expect(roles.toSorted()).toEqual(
      ofType('AWS::StepFunctions::StateMachine')
        .map(([id]) => id.replace('StateMachine', 'MachineRole'))
        .toSorted(),
    );
  });

  it('keeps every log for a bounded time, encrypted with the key of logs', () => {
    const groups = ofType('AWS::Logs::LogGroup');

    expect(groups).toHaveLength(
      ofType('AWS::Lambda::Function').length + ofType('AWS::StepFunctions::StateMachine').length,
    );
    for (const [, { Properties }] of groups) {
      expect(Properties).toMatchObject({ RetentionInDays: 30, KmsKeyId: { 'Fn::GetAtt': ['LogsKey', 'Arn'] } });
    }
  });

  it('opens the key of logs to CloudWatch Logs for log groups of this stage alone', () => {
    const policy = template.Resources['LogsKey']?.Properties['KeyPolicy'] as { Statement: Statement[] };
    const service = policy.Statement.filter((s) => JSON.stringify(s).includes('"Service"'));
    const names = ofType('AWS::Logs::LogGroup').map(([, { Properties }]) => String(Properties['LogGroupName']));
    const patterns = JSON.stringify(service[0]?.Condition).matchAll(/log-group:([^"]+)\*"/g);
    const prefixes = [...patterns].map(([, prefix]) => String(prefix));

    expect(service).toHaveLength(1);
    expect(prefixes).toEqual(['/aws/lambda/tidegate-dev-', '/aws/vendedlogs/states/tidegate-dev-']);
    expect(names.filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)))).toEqual([]);
  });

  it('logs failures of every machine to its own group, without what the states pass on', () => {
    for (const [id, { Properties }] of ofType('AWS::StepFunctions::StateMachine')) {
      expect(Properties['LoggingConfiguration']).toEqual({
        Level: 'ERROR',
        IncludeExecutionData: false,
        Destinations: [
          {
            CloudWatchLogsLogGroup: {
              LogGroupArn: { 'Fn::GetAtt': [id.replace('StateMachine', 'MachineLogGroup'), 'Arn'] },
            },
          },
        ],
      });
    }
  });

  it('logs accesses to every bucket and lets S3 alone deliver them', () => {
    for (const [id, { Properties }] of ofType('AWS::S3::Bucket')) {
      if (id !== 'LogsBucket')
        expect(Properties['LoggingConfiguration']).toMatchObject({ DestinationBucketName: { Ref: 'LogsBucket' } });
    }
    const policy = template.Resources['LogsBucketPolicy']?.Properties['PolicyDocument'] as { Statement: Statement[] };
    expect(policy.Statement.filter((s) => s.Effect === 'Allow')).toMatchObject([
      {
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  it('takes dead letters from the rules of this stack alone', () => {
    const policy = template.Resources['DeadLetterQueuePolicy']?.Properties['PolicyDocument'] as {
      Statement: Statement[];
    };
    expect(policy.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] },
        Condition: {
          ArnLike: { 'aws:SourceArn': { 'Fn::Sub': expect.stringMatching(/:rule\/\$\{AWS::StackName\}-\*$/) } },
        },
      },
    ]);
  });

  it('accepts only TLS on every bucket', () => {
    for (const [bucket] of ofType('AWS::S3::Bucket')) {
      const policy = ofType('AWS::S3::BucketPolicy').find(
        ([, { Properties }]) => (Properties['Bucket'] as { Ref: string }).Ref === bucket,
      );
      expect(JSON.stringify(policy), bucket).toMatch(/"Bool":\{"aws:SecureTransport":"?false"?\}/);
    }
  });

  it.each(['Raw', 'Clean', 'Artifacts'])(
    'denies writes to the %s bucket that ask for other encryption, and those alone',
    (zone) => {
      const policy = template.Resources[`${zone}BucketPolicy`]?.Properties['PolicyDocument'] as {
        Statement: Statement[];
      };
      const denials = policy.Statement.filter((s) => s.Action === 's3:PutObject').map((s) => s.Condition);
      const algorithm = 's3:x-amz-server-side-encryption';
      const key = 's3:x-amz-server-side-encryption-aws-kms-key-id';

      expect(denials).toEqual([
        { Null: { [algorithm]: 'false' }, StringNotEquals: { [algorithm]: 'aws:kms' } },
        { Null: { [key]: 'false' }, StringNotEquals: { [key]: { 'Fn::GetAtt': [`${zone}Key`, 'Arn'] } } },
      ]);
    },
  );

  it('watches every machine, every function and the dead letters, and tells the optional topic', () => {
    const watched = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
      const { MetricName, Dimensions } = Properties as { MetricName: string; Dimensions: [{ Value: unknown }] };
      expect(Properties['AlarmActions']).toEqual({
        'Fn::If': ['AlarmsHaveTopic', [{ Ref: 'AlarmTopicArn' }], { Ref: 'AWS::NoValue' }],
      });
      const value = Dimensions[0].Value as { Ref?: string };
      return `${value.Ref ?? JSON.stringify(value)} ${MetricName}`;
    });
    const machines = ofType('AWS::StepFunctions::StateMachine').flatMap(([id]) =>
      ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((metric) => `${id} ${metric}`),
    );
    // Their errors are waits.
    const waiting = /^(AwaitJob|RegisterModel|PrepareDeployment|DeployEndpoint|AwaitEndpoint|RollBackDeployment)Lambda/;
    const functions = ofType('AWS::Lambda::Function').flatMap(([id]) => [
      ...(waiting.test(id) ? [] : [`${id} Errors`]),
      `${id} Throttles`,
    ]);

    expect(watched.toSorted()).toEqual(
      [
        ...machines,
        ...functions,
        'RetrainStateMachine ExecutionTime',
        'DeployStateMachine ExecutionTime',
        '{"Fn::GetAtt":["DeadLetterQueue","QueueName"]} ApproximateNumberOfMessagesVisible',
        '"slack" OldestMessageSeconds',
      ].toSorted(),
    );
  });

  it('has an alarm that lasts while a message waits for Slack: its period is longer than the longest pause', () => {
    const properties = template.Resources['MessagesWaitAlarm']?.Properties;
    expect(properties).toMatchObject({
      Namespace: 'Tidegate',
      Dimensions: [{ Name: 'service', Value: 'slack' }],
      Statistic: 'Maximum',
      Threshold: 600,
    });
    expect(properties?.['Period']).toBeGreaterThan(pauseSeconds(1000));
  });

  it('shows machines, functions and endpoints on one dashboard whose body is JSON', () => {
    const body = template.Resources['Dashboard']?.Properties['DashboardBody'] as { 'Fn::Sub': string };
    const { widgets } = JSON.parse(body['Fn::Sub']) as { widgets: { properties: { metrics: unknown[][] } }[] };
    const metrics = widgets.flatMap(({ properties }) => properties.metrics);

    for (const [id] of ofType('AWS::StepFunctions::StateMachine'))
      expect(metrics.some((m) => m[1] === 'ExecutionTime' && m[3] === `\${${id}}`)).toBe(true);
    for (const [, { Properties }] of ofType('AWS::Lambda::Function'))
      expect(metrics.some((m) => m[1] === 'Errors' && m[3] === Properties['FunctionName'])).toBe(true);
    expect(metrics).toContainEqual(expect.arrayContaining(['ModelLatency', 'tidegate-dev-loan-default']));
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
      'divideRows.zip',
      'evaluateCandidate.zip',
      'fitTransform.zip',
      'joinScores.zip',
      'measureDrift.zip',
      'predict.zip',
      'profileShard.zip',
      'readOutcomes.zip',
      'runEndpointTest.zip',
      'servePredictions.zip',
      'transformShard.zip',
    ]);
    expect(Math.max(...Object.values(sizes))).toBeLessThan(50_000_000);
  });

  it('takes the image of every algorithm and region from its own registry account', () => {
    const environment = template.Resources['PlanTrainingLambdaFunction']?.Properties['Environment'];
    const { TRAINING_IMAGES: variable } = (
      environment as { Variables: Record<string, { 'Fn::Sub': [string, unknown] }> }
    ).Variables;
    const [images = '', accounts] = variable?.['Fn::Sub'] ?? [];

    expect(JSON.parse(images)).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation puts the values in
      xgboost: '${XgboostRegistry}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/sagemaker-xgboost:1.7-1',
    });
    expect(accounts).toEqual({
      XgboostRegistry: { 'Fn::FindInMap': ['XgboostRegistry', { Ref: 'AWS::Region' }, 'Account'] },
    });
  });

  it('starts a retrain on markers, a deployment on approvals, tests on updates, and schedules a drift check a pipeline', () => {
    const targets = ofType('AWS::Events::Rule').map(([id, { Properties }]) => [
      id,
      (Properties['Targets'] as { Arn: { Ref: string } }[])[0]?.Arn.Ref,
    ]);

    expect(Object.fromEntries(targets)).toEqual({
      DropRule: 'RetrainStateMachine',
      OutcomesRule: 'RecordOutcomesStateMachine',
      BatchRule: 'BatchScoreStateMachine',
      ApprovedRule: 'DeployStateMachine',
      DecidedRule: 'RecordDecisionStateMachine',
      EndpointUpdatedRule: 'TestEndpointStateMachine',
      LostRunRule: 'RecoverRunStateMachine',
      LostChallengeRule: 'RecoverChallengeStateMachine',
      LostBatchRule: 'RecoverBatchStateMachine',
      LostDeploymentRule: 'RecoverDeploymentStateMachine',
    });
    expect(ofType('AWS::Scheduler::Schedule').map(([id]) => id)).toContain('LoanDefaultDriftSchedule');
  });
});

it("packages a pipeline with the settings of the package's stage", () => {
  const files = unzipSync(readFileSync(join(folder, 'admitDrop.zip')), {
    filter: ({ name }) => name.startsWith('pipelines/'),
  });
  const json = JSON.parse(Buffer.from(files['pipelines/loan-default.json'] ?? []).toString());
  expect(json).not.toHaveProperty('stages');
  expect(json.registry.approval).toBe('auto');
  expect(Buffer.from(files['pipelines/loan-default.yml'] ?? []).toString()).toContain('stages:');
});

it('lets deployments alone change what is scaled: instances of endpoint variants, and alarms of this stage', () => {
  const scaling = ofType('AWS::IAM::Role').flatMap(([id, role]) =>
    statements(role).flatMap((statement) => {
      const actions = list(statement.Action).map(String);
      return actions.some((action) => action.startsWith('application-autoscaling:'))
        ? [{ id, actions: actions.map((action) => action.split(':')[1]), condition: statement.Condition }]
        : [];
    }),
  );
  const condition = {
    StringEquals: {
      'application-autoscaling:service-namespace': 'sagemaker',
      'application-autoscaling:scalable-dimension': 'sagemaker:variant:DesiredInstanceCount',
    },
  };

  expect(scaling.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: 'DeployEndpointRole', actions: ['DeregisterScalableTarget'], condition },
    { id: 'PromoteModelRole', actions: ['RegisterScalableTarget', 'PutScalingPolicy'], condition },
    { id: 'RetirePipelineRole', actions: ['DeregisterScalableTarget'], condition },
    { id: 'RollBackDeploymentRole', actions: ['RegisterScalableTarget', 'PutScalingPolicy'], condition },
  ]);
});

describe('asynchronous endpoints', () => {
  /** The roles that may do something with objects of the clean bucket below a prefix, or with alarms of a name. */
  const rolesFor = (action: string, resource: string): string[] =>
    ofType('AWS::IAM::Role')
      .filter(([, role]) =>
        statements(role).some(
          (statement) =>
            list(statement.Action).includes(action) && JSON.stringify(statement.Resource).includes(resource),
        ),
      )
      .map(([id]) => id)
      .toSorted();
  const callers = ['PredictRole', 'RunEndpointTestRole', 'ServePredictionsRole'];

  it('are called by predictions and tests alone, which write requests and read what came of them', () => {
    expect(rolesFor('sagemaker:InvokeEndpointAsync', 'endpoint/tidegate-dev-*')).toEqual(callers);
    expect(rolesFor('s3:PutObject', '/_asynchronous/*/requests/*')).toEqual(callers);
    for (const outcome of ['answers', 'failures']) {
      expect(rolesFor('s3:GetObject', `/_asynchronous/*/${outcome}/*`)).toEqual(callers);
      expect(rolesFor('s3:PutObject', `/_asynchronous/*/${outcome}/*`)).toEqual(['ServingRole']);
    }
    expect(rolesFor('s3:GetObject', '/_asynchronous/*/requests/*')).toEqual(['ServingRole']);
  });

  it('are woken by an alarm that deployments alone put and delete', () => {
    expect(rolesFor('cloudwatch:PutMetricAlarm', 'alarm:tidegate-dev-*-wake')).toEqual([
      'PromoteModelRole',
      'RollBackDeploymentRole',
    ]);
    expect(rolesFor('cloudwatch:DeleteAlarms', 'alarm:tidegate-dev-*-wake')).toEqual([
      'DeployEndpointRole',
      'RetirePipelineRole',
    ]);
  });

  it('have their requests and answers expired after a week', () => {
    const rules = template.Resources['CleanBucket']?.Properties['LifecycleConfiguration'];

    expect(rules).toEqual({
      Rules: expect.arrayContaining([
        {
          Id: 'expire-asynchronous-requests',
          Status: 'Enabled',
          Prefix: '_asynchronous/',
          ExpirationInDays: 7,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        },
      ]),
    });
  });
});
