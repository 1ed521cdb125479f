import { createHash } from 'node:crypto';
import { everySeconds } from '../domain/drift/windows/settings.ts';
import { capturePrefix } from '../domain/runs/layout.ts';
import { outcomesFolder } from '../domain/runs/outcomes-folder.ts';
import { batchFolder } from '../domain/runs/reserved-folders.ts';
import type { Pipeline } from '../schemas/pipeline.ts';
import { allow, getAtt, type Resource, ref, role, sub, type Value } from './cloudformation.ts';

const retryPolicy: Value = { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 20 };
const deadLetters: Value = { Arn: getAtt('DeadLetterQueue', 'Arn') };

const rule = (description: string, pattern: Value, machine: string, roleId: string, transformer?: Value): Resource => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    Description: description,
    EventPattern: pattern,
    Targets: [
      {
        Id: machine,
        Arn: ref(machine),
        RoleArn: getAtt(roleId, 'Arn'),
        RetryPolicy: retryPolicy,
        DeadLetterConfig: deadLetters,
        ...(transformer ? { InputTransformer: transformer } : {}),
      },
    ],
  },
});

/** Executions of a machine that have ended. */
const endedPattern = (machine: string, status: readonly string[]): Value => ({
  source: ['aws.states'],
  'detail-type': ['Step Functions Execution Status Change'],
  detail: { stateMachineArn: [ref(machine)], status: [...status] },
});

/** Failed executions of a machine; they start the recover machine. */
const lostRule = (description: string, machine: string, recovery: string): Resource =>
  rule(description, endedPattern(machine, ['FAILED', 'ABORTED', 'TIMED_OUT']), recovery, 'EventsRole');

/**
 * The object keys that start a run: every marker, and every object of a pipeline with an `eachObject` trigger. A suffix costs nothing,
 * while a few rules with wildcards are all that EventBridge takes (EventBridge User Guide, "Wildcard matching complexity").
 */
function dropKeys(pipelines: readonly Pipeline[]): Value[] {
  const markers = new Set(['_SUCCESS']);
  const prefixes: Value[] = [];
  for (const { name, dataset } of pipelines) {
    if ('marker' in dataset.trigger) markers.add(dataset.trigger.marker);
    else prefixes.push({ prefix: `${name}/` });
  }
  return [...[...markers].map((marker) => ({ suffix: `/${marker}` })), ...prefixes];
}

/** An event pattern has at most 2,048 characters (EventBridge User Guide, "Amazon EventBridge quotas"). */
const longestPattern = 2048;
/** The longest name that a bucket may have stands for that of the raw bucket, which is known only when the stack is deployed. */
const longestBucket = 'x'.repeat(63);

const createdPattern = (bucket: Value, keys: readonly Value[]): Value => ({
  source: ['aws.s3'],
  'detail-type': ['Object Created'],
  detail: { bucket: { name: [bucket] }, object: { key: [...keys] } },
});

/** Rules for objects of the raw bucket, each within what a pattern may hold: `<id>`, `<id>2` … */
function createdRules(id: string, description: string, machine: string, wanted: readonly Value[]) {
  const parts: Value[][] = [[]];
  for (const key of wanted) {
    const part = parts.at(-1) ?? [];
    if (JSON.stringify(createdPattern(longestBucket, [...part, key])).length > longestPattern) parts.push([key]);
    else part.push(key);
  }
  return Object.fromEntries(
    parts
      .filter((keys) => keys.length > 0)
      .map((keys, i) => [
        i === 0 ? id : `${id}${i + 1}`,
        rule(description, createdPattern(ref('RawBucket'), keys), machine, 'EventsRole'),
      ]),
  );
}

const dropRules = (pipelines: readonly Pipeline[]): Record<string, Resource> =>
  createdRules('DropRule', 'A drop in the raw bucket starts a retrain.', 'RetrainStateMachine', dropKeys(pipelines));

/**
 * A prefix cannot leave out one below it (EventBridge User Guide, "Comparison operators": the values of a field are joined by OR), so
 * AdmitDrop passes over outcomes that match the rule of an `eachObject` pipeline, and markers among them.
 */
const outcomesRules = (pipelines: readonly Pipeline[]): Record<string, Resource> =>
  createdRules(
    'OutcomesRule',
    'A file with outcomes in the raw bucket is recorded.',
    'RecordOutcomesStateMachine',
    pipelines.map(({ name }) => ({ prefix: `${name}/${outcomesFolder}/` })),
  );

/** As with outcomes. A prefix and a suffix of one field are joined by OR too, so AdmitBatch passes over what is not the marker. */
const batchRules = (pipelines: readonly Pipeline[]): Record<string, Resource> =>
  createdRules(
    'BatchRule',
    'Files to score in the raw bucket are scored.',
    'BatchScoreStateMachine',
    pipelines.map(({ name }) => ({ prefix: `${name}/${batchFolder}/` })),
  );

/** Keeps undeliverable events. */
const deadLetterQueue = (stage: string): Record<string, Resource> => ({
  DeadLetterQueue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: `tidegate-${stage}-dead-letters`,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    },
  },
  DeadLetterQueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [ref('DeadLetterQueue')],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            // Scheduler sends with the schedule's role. EventBridge sends as a service principal, for the rules of this stack.
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: getAtt('DeadLetterQueue', 'Arn'),
            Condition: {
              ArnLike: {
                'aws:SourceArn': sub(
                  'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${AWS::StackName}-*',
                ),
              },
            },
          },
        ],
      },
    },
  },
});

/** The permissions of EventBridge and Scheduler. */
const roles = (): Record<string, Resource> => ({
  EventsRole: role('events.amazonaws.com', [
    allow(
      'states:StartExecution',
      [
        'RetrainStateMachine',
        'DeployStateMachine',
        'RecordDecisionStateMachine',
        'RecordOutcomesStateMachine',
        'BatchScoreStateMachine',
        'TestEndpointStateMachine',
        'CheckArrivalsStateMachine',
        'RecoverRunStateMachine',
        'RecoverDeploymentStateMachine',
        'RecoverChallengeStateMachine',
        'RecoverBatchStateMachine',
        'TrackRunStateMachine',
      ].map(ref),
    ),
  ]),
  SchedulerRole: role('scheduler.amazonaws.com', [
    allow(
      'states:StartExecution',
      ['CheckDriftStateMachine', 'CheckServiceStateMachine', 'CleanUpStateMachine'].map(ref),
    ),
    allow('sqs:SendMessage', getAtt('DeadLetterQueue', 'Arn')),
  ]),
});

/** The rules that start each machine. */
const rules = (stage: string, pipelines: readonly Pipeline[]): Record<string, Resource> => ({
  ...dropRules(pipelines),
  ...outcomesRules(pipelines),
  ...batchRules(pipelines),
  ApprovedRule: rule(
    'An approved model package is deployed.',
    {
      source: ['aws.sagemaker'],
      'detail-type': ['SageMaker Model Package State Change'],
      detail: { ModelApprovalStatus: ['Approved'], ModelPackageGroupName: [{ prefix: `tidegate-${stage}-` }] },
    },
    'DeployStateMachine',
    'EventsRole',
  ),
  DecidedRule: rule(
    'A decision on a model package is recorded.',
    {
      source: ['aws.sagemaker'],
      'detail-type': ['SageMaker Model Package State Change'],
      detail: {
        ModelApprovalStatus: ['Approved', 'Rejected', 'PendingManualApproval'],
        ModelPackageGroupName: [{ prefix: `tidegate-${stage}-` }],
      },
    },
    'RecordDecisionStateMachine',
    'EventsRole',
  ),
  EndpointUpdatedRule: rule(
    'Any update of an endpoint starts its tests.',
    {
      source: ['aws.sagemaker'],
      'detail-type': ['SageMaker Endpoint State Change'],
      detail: { EndpointStatus: ['IN_SERVICE'], EndpointName: [{ prefix: `tidegate-${stage}-` }] },
    },
    'TestEndpointStateMachine',
    'EventsRole',
    {
      InputPathsMap: { endpoint: '$.detail.EndpointName' },
      InputTemplate: '{"endpointName": <endpoint>, "trigger": "update"}',
    },
  ),
  LostRunRule: lostRule(
    'A run that ended without its failure path releases its lease.',
    'RetrainStateMachine',
    'RecoverRunStateMachine',
  ),
  LostDeploymentRule: lostRule(
    'A deployment that ended without its failure path is rolled back.',
    'DeployStateMachine',
    'RecoverDeploymentStateMachine',
  ),
  LostChallengeRule: lostRule(
    'A challenge that ended without its failure path is closed.',
    'ChallengeStateMachine',
    'RecoverChallengeStateMachine',
  ),
  LostBatchRule: lostRule(
    'A batch that ended without its failure path is recorded as failed.',
    'BatchScoreStateMachine',
    'RecoverBatchStateMachine',
  ),
});

const pascal = (name: string): string => name.replaceAll(/(?:^|-+)([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/**
 * The part of a resource's id that names a pipeline. Ids have letters and digits alone, so `a-1` and `a1` would have the same one: a
 * name that another one looks like has a hash of itself too. The other names keep an id that can be read, and that stays.
 */
function idOf(name: string, names: readonly string[]): string {
  const id = pascal(name);
  const isPlain = (n: string): boolean => !/-(-|\d)/.test(n);
  if (isPlain(name) || !names.some((other) => other !== name && pascal(other) === id)) return id;
  return `${id}${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** What a stage does by a schedule of its own. */
const stageSchedule = (name: string, Description: string, ScheduleExpression: string, machine: string): Resource => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    Name: name,
    Description,
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: ref(machine),
      RoleArn: getAtt('SchedulerRole', 'Arn'),
      RetryPolicy: retryPolicy,
      DeadLetterConfig: deadLetters,
    },
  },
});

/** By default every week: endpoints whose pipelines are no longer deployed, and what no pipeline needs any more. */
const stageSchedules = (stage: string): Record<string, Resource> => ({
  ServiceCheckSchedule: stageSchedule(
    `tidegate-${stage}-check-service`,
    'Looks for endpoints without a pipeline.',
    '${param:serviceCheckSchedule}',
    'CheckServiceStateMachine',
  ),
  CleanUpSchedule: stageSchedule(
    `tidegate-${stage}-clean-up`,
    'Deletes what no pipeline needs any more.',
    '${param:cleanUpSchedule}',
    'CleanUpStateMachine',
  ),
});

/** Whether a pipeline's captures start checks. */
export const watchesCaptures = ({ drift }: Pick<Pipeline, 'drift'>): boolean => drift?.onCapture !== undefined;

/** The captures that start checks: a rule for each pipeline, because the event does not say how often. */
const captureRules = (pipelines: readonly Pipeline[]): Record<string, Resource> =>
  Object.fromEntries(
    pipelines.flatMap(({ name, drift }) =>
      drift?.onCapture
        ? [
            [
              `${idOf(
                name,
                pipelines.map((p) => p.name),
              )}CaptureRule`,
              rule(
                `Captured requests of ${name} start drift checks.`,
                createdPattern(ref('CleanBucket'), [{ prefix: `${capturePrefix(name)}/` }]),
                'CheckArrivalsStateMachine',
                'EventsRole',
                {
                  InputPathsMap: { key: '$.detail.object.key' },
                  InputTemplate: `{"pipeline": "${name}", "everySeconds": ${everySeconds(drift.onCapture.every)}, "key": <key>}`,
                },
              ),
            ],
          ]
        : [],
    ),
  );

/** Ended runs and deployments are logged by an experiment tracker, where a pipeline names one. */
const trackingRules = (pipelines: readonly Pipeline[]): Record<string, Resource> =>
  pipelines.some(({ tracking }) => tracking?.mlflow !== undefined)
    ? {
        TrackedRunRule: rule(
          'A run that has ended is logged by the experiment tracker.',
          endedPattern('RetrainStateMachine', ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT']),
          'TrackRunStateMachine',
          'EventsRole',
        ),
        TrackedDeploymentRule: rule(
          'The aliases of the experiment tracker follow a deployment.',
          endedPattern('DeployStateMachine', ['SUCCEEDED']),
          'TrackRunStateMachine',
          'EventsRole',
        ),
      }
    : {};

/** The drift check of each pipeline that has one. */
const schedules = (stage: string, pipelines: readonly Pipeline[]): Record<string, Resource> =>
  Object.fromEntries(
    pipelines.flatMap(({ name, drift }) =>
      drift
        ? [
            [
              `${idOf(
                name,
                pipelines.map((p) => p.name),
              )}DriftSchedule`,
              {
                Type: 'AWS::Scheduler::Schedule',
                Properties: {
                  Name: `tidegate-${stage}-${name}-drift`,
                  Description: `Drift check of ${name}.`,
                  ScheduleExpression: drift.schedule,
                  FlexibleTimeWindow: { Mode: 'OFF' },
                  Target: {
                    Arn: ref('CheckDriftStateMachine'),
                    RoleArn: getAtt('SchedulerRole', 'Arn'),
                    Input: JSON.stringify({ pipeline: name }),
                    RetryPolicy: retryPolicy,
                    DeadLetterConfig: deadLetters,
                  },
                },
              },
            ],
          ]
        : [],
    ),
  );

/** The rules and schedules that start the pipelines automatically, with the resources they need. */
export const events = (stage: string, pipelines: readonly Pipeline[]): Record<string, Resource> => ({
  ...deadLetterQueue(stage),
  ...roles(),
  ...rules(stage, pipelines),
  ...stageSchedules(stage),
  ...captureRules(pipelines),
  ...trackingRules(pipelines),
  ...schedules(stage, pipelines),
});
