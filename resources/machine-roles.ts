import { type Allow, allow, getAtt, type Resource, role, sub } from './cloudformation.ts';
import {
  executionsOf,
  listObjects,
  machineArn,
  machineBasics,
  managedRule,
  passTo,
  readObjects,
  repositoryArn,
  rollOutAlarms,
  sageMaker,
} from './grants.ts';
import { imageRepositories } from './training-images.ts';

const invoke = (...functions: string[]): Allow =>
  allow(
    'lambda:InvokeFunction',
    functions.map((name) => getAtt(`${name}LambdaFunction`, 'Arn')),
  );

/** Run another machine and wait for it (`.sync:2`). */
const runMachine = (stage: string, ...machines: string[]): Allow[] => [
  allow(
    'states:StartExecution',
    machines.map((m) => machineArn(stage, m)),
  ),
  allow(
    ['states:DescribeExecution', 'states:StopExecution'],
    machines.map((m) => executionsOf(stage, m)),
  ),
  ...managedRule('StepFunctionsGetEventsForStepFunctionsExecutionRule'),
];

/** Run a SageMaker job and wait for it (`.sync`). */
const runJob = (
  stage: string,
  kind: 'training-job' | 'transform-job' | 'hyper-parameter-tuning-job',
  job: 'TrainingJob' | 'TransformJob' | 'HyperParameterTuningJob',
  rule: string,
): Allow[] => [
  ...sageMaker(stage, kind, `Create${job}`, `Describe${job}`, `Stop${job}`, 'AddTags', 'ListTags'),
  ...managedRule(rule),
];

function machineGrants(stage: string): Readonly<Record<string, readonly Allow[]>> {
  return {
    Retrain: [invoke('AdmitDrop', 'Notify', 'FinishRun'), ...runMachine(stage, 'run-pipeline')],
    RunPipeline: [invoke('Notify', 'RegisterModel'), ...runMachine(stage, 'prepare-data', 'train-candidate')],
    PrepareData: [
      invoke('LocateRows', 'DesensitizeShard', 'DivideRows', 'ProfileShard', 'FitTransform', 'TransformShard'),
      ...readObjects('ArtifactsBucket', '*/runs/*/shards.json'),
      allow('states:StartExecution', machineArn(stage, 'prepare-data')),
      allow(['states:DescribeExecution', 'states:StopExecution'], executionsOf(stage, 'prepare-data')),
    ],
    TrainCandidate: [
      invoke('PlanTraining', 'AwaitJob', 'SelectBestTrial', 'CreateModel', 'EvaluateCandidate', 'ApplyGates'),
      ...runJob(stage, 'training-job', 'TrainingJob', 'StepFunctionsGetEventsForSageMakerTrainingJobsRule'),
      ...runJob(
        stage,
        'hyper-parameter-tuning-job',
        'HyperParameterTuningJob',
        'StepFunctionsGetEventsForSageMakerTuningJobsRule',
      ),
      ...runJob(stage, 'transform-job', 'TransformJob', 'StepFunctionsGetEventsForSageMakerTransformJobsRule'),
      ...passTo('TrainingRole', 'sagemaker.amazonaws.com'),
    ],
    Deploy: [
      invoke('PrepareDeployment', 'DeployEndpoint', 'AwaitEndpoint', 'PromoteModel', 'RollBackDeployment', 'Notify'),
      ...runMachine(stage, 'test-endpoint'),
    ],
    Challenge: [
      invoke('OpenChallenge', 'AwaitEndpoint', 'BeginChallenge', 'JudgeChallenge', 'CloseChallenge', 'Notify'),
      ...runMachine(stage, 'test-endpoint'),
    ],
    RecordDecision: [
      invoke('RecordDecision', 'Decide', 'ReportApproval', 'Notify'),
      allow('states:StartExecution', machineArn(stage, 'deploy')),
    ],
    RecordOutcomes: [
      invoke('ReadOutcomes', 'JoinOutcomes', 'Notify'),
      allow('states:StartExecution', machineArn(stage, 'check-drift')),
    ],
    BatchScore: [
      invoke('AdmitBatch', 'AwaitJob', 'JoinScores', 'FinishBatch', 'Notify'),
      ...runMachine(stage, 'prepare-data'),
      ...runJob(stage, 'transform-job', 'TransformJob', 'StepFunctionsGetEventsForSageMakerTransformJobsRule'),
    ],
    TestEndpoint: [invoke('LoadEndpointTests', 'RunEndpointTest', 'RecordTestResults', 'Notify')],
    Retire: [invoke('RetirePipeline', 'Notify')],
    CheckService: [invoke('FindOrphans', 'ForecastCosts', 'Notify')],
    CleanUp: [invoke('PlanCleanUp', 'RemoveUnused', 'Notify')],
    CountCaptures: [
      invoke('ListCaptures', 'CountCaptures'),
      ...readObjects('ArtifactsBucket', '*/drift-sketches/*/plans/*'),
      allow('states:StartExecution', machineArn(stage, 'count-captures')),
      allow(['states:DescribeExecution', 'states:StopExecution'], executionsOf(stage, 'count-captures')),
    ],
    CheckArrivals: [invoke('ClaimCheck'), allow('states:StartExecution', machineArn(stage, 'check-drift'))],
    CheckDrift: [
      invoke('MeasureDrift', 'DecideDrift', 'Notify'),
      ...runMachine(stage, 'count-captures'),
      allow(
        'states:StartExecution',
        ['retrain', 'record-decision'].map((machine) => machineArn(stage, machine)),
      ),
    ],
    SendWaiting: [invoke('SendWaiting')],
    TrackRun: [invoke('TrackRun')],
    RecoverRun: [invoke('FinishRun', 'Notify')],
    RecoverDeployment: [invoke('RollBackDeployment', 'Notify')],
    RecoverChallenge: [invoke('CloseChallenge', 'Notify')],
    RecoverBatch: [invoke('FinishBatch', 'Notify')],
  };
}

/** Every state machine, in PascalCase: its logical id is the name and `StateMachine`. */
export const machineNames = (stage: string): string[] => Object.keys(machineGrants(stage));

/** A machine's name in kebab-case, as AWS shows it after `tidegate-<stage>-`. */
export const machineSlug = (name: string): string => name.replaceAll(/(?<=.)[A-Z]/g, (c) => `-${c}`).toLowerCase();

/** One role a state machine, `<Machine>MachineRole`. */
export function machineRoles(stage: string): Record<string, Resource> {
  return Object.fromEntries(
    Object.entries(machineGrants(stage)).map(([name, grants]) => [
      `${name}MachineRole`,
      role('states.amazonaws.com', [...machineBasics, ...grants]),
    ]),
  );
}

/** The permissions of SageMaker's containers: never the raw bucket. */
export function sageMakerRoles(stage: string): Record<string, Resource> {
  const image = [
    allow('ecr:GetAuthorizationToken', '*'),
    allow(
      ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
      imageRepositories().map(repositoryArn),
    ),
    allow('cloudwatch:PutMetricData', '*', {
      StringLike: { 'cloudwatch:namespace': ['AWS/SageMaker', '/aws/sagemaker/*'] },
    }),
    allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      sub('arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/sagemaker/*'),
    ),
  ];
  // `kms:Encrypt`: the role must be able to call it on the key of a job's output (SageMaker API Reference, OutputDataConfig).
  const write = (bucket: 'CleanBucket' | 'ArtifactsBucket', key: string, keys: string): Allow[] => [
    allow('s3:PutObject', sub(`\${${bucket}.Arn}/${keys}`)),
    allow(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], getAtt(key, 'Arn')),
  ];
  return {
    TrainingRole: role('sagemaker.amazonaws.com', [
      ...image,
      ...readObjects('CleanBucket', '*/runs/*/encoded/*'),
      listObjects('CleanBucket', '*/runs/*/encoded/*'),
      ...write('ArtifactsBucket', 'ArtifactsKey', '*/runs/*/model/*'),
      // A training that goes on from a model reads it as a checkpoint, and writes checkpoints of its own beside it.
      ...readObjects('ArtifactsBucket', '*/runs/*/checkpoints/*'),
      listObjects('ArtifactsBucket', '*/runs/*/checkpoints/*'),
      allow('s3:PutObject', sub('${ArtifactsBucket.Arn}/*/runs/*/checkpoints/*')),
    ]),
    ServingRole: role('sagemaker.amazonaws.com', [
      ...image,
      ...readObjects('ArtifactsBucket', '*/runs/*/model/*'),
      ...readObjects('CleanBucket', '*/runs/*/holdout/*'),
      listObjects('CleanBucket', '*/runs/*/holdout/*'),
      ...write('CleanBucket', 'CleanKey', '*/runs/*/holdout/scores/*'),
      ...readObjects('CleanBucket', '*/runs/*/batch/inputs/*'),
      listObjects('CleanBucket', '*/runs/*/batch/inputs/*'),
      ...write('CleanBucket', 'CleanKey', '*/runs/*/batch/scores/*'),
      ...write('CleanBucket', 'CleanKey', '*/captures/*'),
      // An asynchronous endpoint reads its requests, and writes what comes of them.
      ...readObjects('CleanBucket', '_asynchronous/*/requests/*'),
      ...['_asynchronous/*/answers/*', '_asynchronous/*/failures/*'].flatMap((keys) =>
        write('CleanBucket', 'CleanKey', keys),
      ),
      // SageMaker reads the alarms of a roll-out as the model's role (SageMaker Developer Guide, "Auto-rollback configuration").
      rollOutAlarms(stage, 'DescribeAlarms'),
    ]),
  };
}
