import { type Allow, allow, type Resource, role, sub } from './cloudformation.ts';
import {
  appendApprovals,
  describeImages,
  endpointTests,
  eraseObjects,
  executionsOf,
  functionBasics,
  limitJobLogs,
  listObjects,
  listVersions,
  machineArn,
  makeScalingRole,
  measureObjects,
  missObjects,
  passTo,
  readObjects,
  readObjectVersions,
  readRunUsage,
  readSecret,
  rollOutAlarms,
  sageMaker,
  startScaling,
  state,
  stopScaling,
  writeFiles,
  writeObjects,
} from './grants.ts';

/** What each function may do. Only LocateRows and DesensitizeShard may read a drop, and ReadOutcomes a file with outcomes. */
function functionGrants(stage: string): Readonly<Record<string, readonly Allow[]>> {
  const readRun = readObjects('ArtifactsBucket', '*/runs/*');
  const writeRun = writeObjects('ArtifactsBucket', '*/runs/*');
  const readRows = readObjects('CleanBucket', '*/runs/*');
  const writeRows = writeFiles('CleanBucket', '*/runs/*');
  // The key of the raw bucket is granted with the object versions.
  const readListedFiles = allow('s3:GetObject', sub('${RawBucket.Arn}/_tidegate/*'));
  const readPredictions = [
    ...readObjects('CleanBucket', '*/predictions/*'),
    listObjects('CleanBucket', '*/predictions/*'),
  ];
  // The answer, or the failure, is looked for until it is there.
  const queueing = [
    ...sageMaker(stage, 'endpoint', 'InvokeEndpointAsync'),
    ...writeObjects('CleanBucket', '_asynchronous/*/requests/*'),
    ...['_asynchronous/*/answers/*', '_asynchronous/*/failures/*'].flatMap((keys) => readObjects('CleanBucket', keys)),
    missObjects('CleanBucket'),
  ];
  const predicting = [
    ...readRun,
    ...writeObjects('CleanBucket', '*/predictions/*'),
    ...readSecret('TokenKeySecret'),
    ...state('GetItem'),
    ...sageMaker(stage, 'endpoint', 'InvokeEndpoint'),
    ...queueing,
  ];
  return {
    admitDrop: [
      ...listVersions('RawBucket'),
      ...writeObjects('RawBucket', '_tidegate/*'),
      ...readRun,
      ...writeRun,
      ...state('GetItem', 'PutItem', 'UpdateItem', 'Query'),
      allow('states:DescribeExecution', executionsOf(stage, 'retrain')),
    ],
    desensitizeShard: [
      ...readObjectVersions('RawBucket'),
      readListedFiles,
      ...writeFiles('RawBucket', '_tidegate/*/quarantine/*'),
      ...readRun,
      ...writeRun,
      ...writeRows,
      ...readSecret('TokenKeySecret'),
    ],
    locateRows: [
      ...readObjectVersions('RawBucket'),
      readListedFiles,
      ...writeObjects('RawBucket', '_tidegate/*/parts/*'),
      ...readRun,
    ],
    divideRows: [...readRun, ...writeRun, ...readRows, ...writeRows],
    profileShard: [...readRun, ...writeRun, ...readRows, ...writeRows],
    fitTransform: [...readRun, ...writeRun, ...readRows, ...writeRows],
    transformShard: [...readRun, ...writeRun, ...readRows, ...writeRows],
    planTraining: [...readRun, ...writeRun],
    readOutcomes: [
      ...readObjectVersions('RawBucket', '*/outcomes/*'),
      ...writeFiles('RawBucket', '_tidegate/*/quarantine/*'),
      ...writeFiles('CleanBucket', '*/outcomes/*'),
      ...readRun,
      ...state('GetItem'),
      ...readSecret('TokenKeySecret'),
    ],
    joinOutcomes: [
      ...['*/outcomes/*', '*/predictions/*'].flatMap((keys) => [
        ...readObjects('CleanBucket', keys),
        listObjects('CleanBucket', keys),
      ]),
      // an outcome may name a request that was not logged
      missObjects('CleanBucket'),
      ...writeFiles('CleanBucket', '*/outcomes/*'),
      ...readRun,
      ...state('GetItem', 'PutItem', 'Query'),
    ],
    admitBatch: [
      ...listVersions('RawBucket'),
      ...writeObjects('RawBucket', '_tidegate/*'),
      ...readRun,
      ...writeRun,
      ...state('GetItem', 'PutItem'),
      allow('states:DescribeExecution', executionsOf(stage, 'batch-score')),
    ],
    joinScores: [
      ...readRun,
      ...writeRun,
      // a shard may not have been joined before
      missObjects('ArtifactsBucket'),
      ...readRows,
      listObjects('CleanBucket', '*/runs/*/quarantine/*'),
      ...writeFiles('CleanBucket', '*/batch/*'),
      ...state('UpdateItem'),
    ],
    finishBatch: [
      ...readRun,
      // a batch may fail before its shards are counted
      missObjects('ArtifactsBucket'),
      ...['*/runs/*', '*/batch/*'].flatMap((keys) => eraseObjects('CleanBucket', keys)),
      ...state('GetItem', 'UpdateItem'),
    ],
    awaitJob: [
      ...sageMaker(stage, 'training-job', 'DescribeTrainingJob'),
      ...sageMaker(stage, 'transform-job', 'DescribeTransformJob'),
    ],
    selectBestTrial: [
      ...readRun,
      ...writeRun,
      ...sageMaker(
        stage,
        'hyper-parameter-tuning-job',
        'DescribeHyperParameterTuningJob',
        'ListTrainingJobsForHyperParameterTuningJob',
      ),
    ],
    createModel: [
      ...readRun,
      ...sageMaker(stage, 'model', 'CreateModel', 'DescribeModel', 'AddTags'),
      ...passTo('ServingRole', 'sagemaker.amazonaws.com'),
    ],
    evaluateCandidate: [...readRun, ...writeRun, ...readRows, listObjects('CleanBucket', '*/runs/*/holdout/*')],
    applyGates: [...readRun, missObjects('ArtifactsBucket'), ...writeRun],
    registerModel: [
      ...readRun,
      ...sageMaker(
        stage,
        'model-package-group',
        'CreateModelPackageGroup',
        'DescribeModelPackageGroup',
        'CreateModelPackage',
        'AddTags',
      ),
      ...sageMaker(stage, 'model-package', 'CreateModelPackage', 'DescribeModelPackage', 'UpdateModelPackage'),
      describeImages(),
      ...state('GetItem', 'UpdateItem'),
    ],
    finishRun: [
      ...eraseObjects('CleanBucket', '*/runs/*'),
      ...eraseObjects('ArtifactsBucket', '*/runs/*'),
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      ...sageMaker(stage, 'training-job', 'StopTrainingJob', 'DescribeTrainingJob'),
      ...sageMaker(
        stage,
        'hyper-parameter-tuning-job',
        'StopHyperParameterTuningJob',
        'ListTrainingJobsForHyperParameterTuningJob',
      ),
      ...sageMaker(stage, 'transform-job', 'StopTransformJob', 'DescribeTransformJob'),
      ...sageMaker(stage, 'model', 'DeleteModel'),
      ...sageMaker(stage, 'model-package', 'ListModelPackages', 'DeleteModelPackage'),
      allow('states:StartExecution', machineArn(stage, 'retrain')),
      ...readRunUsage(stage),
      ...limitJobLogs(stage),
    ],
    notify: [
      ...readRun,
      ...state('GetItem', 'PutItem', 'Query'),
      ...readSecret('SlackTokenSecret'),
      allow('states:StartExecution', machineArn(stage, 'send-waiting')),
    ],
    sendWaiting: [
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
      ...readSecret('SlackTokenSecret'),
    ],
    trackRun: [
      ...readRun,
      // a run may have failed before it wrote a record
      missObjects('ArtifactsBucket'),
      ...state('GetItem', 'PutItem', 'DeleteItem', 'Query'),
      ...readSecret('MlflowSecret'),
    ],
    recordDecision: [
      ...sageMaker(stage, 'model-package', 'DescribeModelPackage'),
      ...state('PutItem', 'Query'),
      appendApprovals(),
    ],
    decide: [
      ...sageMaker(stage, 'model-package', 'DescribeModelPackage', 'UpdateModelPackage'),
      ...state('GetItem', 'PutItem', 'Query'),
      appendApprovals(),
    ],
    reportApproval: [...state('GetItem', 'UpdateItem', 'Query'), ...readSecret('SlackTokenSecret')],
    answerSlack: [
      ...state('PutItem'),
      ...readSecret('SlackSigningSecret'),
      ...readSecret('SlackTokenSecret'),
      allow('states:StartExecution', machineArn(stage, 'record-decision')),
    ],
    retirePipeline: [
      ...stopScaling(stage),
      ...sageMaker(stage, 'endpoint', 'DescribeEndpoint', 'DeleteEndpoint'),
      ...sageMaker(stage, 'endpoint-config', 'DeleteEndpointConfig'),
      ...sageMaker(stage, 'model', 'DeleteModel'),
      allow(['sagemaker:ListEndpointConfigs', 'sagemaker:ListModels'], '*'),
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      allow('states:DescribeExecution', [executionsOf(stage, 'deploy'), executionsOf(stage, 'retrain')]),
    ],
    findOrphans: [allow('sagemaker:ListEndpoints', '*')],
    forecastCosts: [...readRun, ...state('GetItem', 'Query')],
    planCleanUp: [
      // which runs there are, and how much each has
      ...['CleanBucket' as const, 'ArtifactsBucket' as const].flatMap((bucket) => [
        listObjects(bucket, '*/runs/'),
        measureObjects(bucket, '*/runs/*'),
      ]),
      ...writeObjects('ArtifactsBucket', '_clean-up/*'),
      ...sageMaker(stage, 'endpoint', 'DescribeEndpoint'),
      ...sageMaker(stage, 'model-package', 'ListModelPackages'),
      allow(['sagemaker:ListEndpointConfigs', 'sagemaker:ListModels'], '*'),
      ...state('GetItem', 'Query'),
    ],
    removeUnused: [
      ...readObjects('ArtifactsBucket', '_clean-up/*'),
      ...writeObjects('ArtifactsBucket', '_clean-up/*'),
      ...eraseObjects('CleanBucket', '*/runs/*'),
      ...eraseObjects('ArtifactsBucket', '*/runs/*'),
      ...sageMaker(stage, 'endpoint', 'DescribeEndpoint'),
      ...sageMaker(stage, 'endpoint-config', 'DeleteEndpointConfig'),
      ...sageMaker(stage, 'model', 'DeleteModel'),
      ...sageMaker(stage, 'model-package', 'DescribeModelPackage', 'DeleteModelPackage'),
      ...state('GetItem', 'Query', 'DeleteItem'),
    ],
    prepareDeployment: [
      ...readRun,
      ...sageMaker(stage, 'model-package', 'DescribeModelPackage'),
      ...sageMaker(stage, 'endpoint', 'DescribeEndpoint'),
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
      ...endpointTests('GetItem', 'PutItem', 'Query'),
      allow('states:DescribeExecution', executionsOf(stage, 'deploy')),
      allow('states:StartExecution', machineArn(stage, 'challenge')),
    ],
    deployEndpoint: [
      ...readRun,
      ...sageMaker(stage, 'model', 'CreateModel', 'DescribeModel', 'AddTags'),
      ...sageMaker(
        stage,
        'endpoint-config',
        'CreateEndpointConfig',
        'DescribeEndpointConfig',
        'AddTags',
        'CreateEndpoint',
        'UpdateEndpoint',
      ),
      ...sageMaker(
        stage,
        'endpoint',
        'CreateEndpoint',
        'UpdateEndpoint',
        'DescribeEndpoint',
        'DeleteEndpoint',
        'AddTags',
      ),
      ...passTo('ServingRole', 'sagemaker.amazonaws.com'),
      rollOutAlarms(stage, 'PutMetricAlarm', 'DeleteAlarms'),
      ...stopScaling(stage),
    ],
    awaitEndpoint: [...sageMaker(stage, 'endpoint', 'DescribeEndpoint'), rollOutAlarms(stage, 'DescribeAlarms')],
    promoteModel: [
      ...startScaling(stage),
      makeScalingRole(),
      rollOutAlarms(stage, 'DeleteAlarms'),
      ...sageMaker(stage, 'endpoint-config', 'DeleteEndpointConfig'),
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ],
    rollBackDeployment: [
      ...startScaling(stage),
      rollOutAlarms(stage, 'DeleteAlarms'),
      ...sageMaker(stage, 'endpoint', 'UpdateEndpoint', 'DeleteEndpoint'),
      ...sageMaker(stage, 'endpoint-config', 'UpdateEndpoint', 'DeleteEndpointConfig'),
      ...state('GetItem', 'UpdateItem', 'DeleteItem'),
    ],
    openChallenge: [
      ...readRun,
      ...sageMaker(stage, 'model', 'CreateModel', 'DescribeModel', 'AddTags'),
      ...sageMaker(
        stage,
        'endpoint-config',
        'CreateEndpointConfig',
        'DescribeEndpointConfig',
        'DeleteEndpointConfig',
        'AddTags',
        'CreateEndpoint',
      ),
      ...sageMaker(stage, 'endpoint', 'CreateEndpoint', 'DescribeEndpoint', 'DeleteEndpoint', 'AddTags'),
      ...passTo('ServingRole', 'sagemaker.amazonaws.com'),
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ],
    beginChallenge: state('GetItem', 'UpdateItem'),
    judgeChallenge: [
      ...readRun,
      ...readPredictions,
      ...readObjects('CleanBucket', '*/outcomes/joined/*'),
      listObjects('CleanBucket', '*/outcomes/joined/*'),
      ...state('GetItem', 'PutItem'),
    ],
    closeChallenge: [
      ...sageMaker(stage, 'endpoint', 'DescribeEndpoint', 'DeleteEndpoint'),
      ...sageMaker(stage, 'endpoint-config', 'DeleteEndpointConfig'),
      ...state('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
      allow('states:StartExecution', machineArn(stage, 'deploy')),
    ],
    loadEndpointTests: [
      ...sageMaker(stage, 'endpoint', 'DescribeEndpoint'),
      ...state('GetItem'),
      ...endpointTests('GetItem', 'PutItem', 'UpdateItem', 'Query'),
    ],
    runEndpointTest: [
      ...sageMaker(stage, 'endpoint', 'InvokeEndpoint'),
      ...queueing,
      ...readRun,
      ...endpointTests('GetItem'),
      missObjects('ArtifactsBucket'),
    ],
    recordTestResults: endpointTests('PutItem'),
    claimCheck: state('GetItem', 'PutItem'),
    listCaptures: [
      ...readRun,
      listObjects('CleanBucket', '*/captures/*'),
      ...readObjects('ArtifactsBucket', '*/drift-sketches/*/ledgers/*'),
      listObjects('ArtifactsBucket', '*/drift-sketches/*'),
      ...writeObjects('ArtifactsBucket', '*/drift-sketches/*'),
      ...state('GetItem', 'PutItem'),
    ],
    countCaptures: [
      ...readRun,
      ...readObjects('CleanBucket', '*/captures/*'),
      // a capture may be gone since it was listed
      missObjects('CleanBucket'),
      // sketches of earlier counts, which it merges
      ...readObjects('ArtifactsBucket', '*/drift-sketches/*'),
      ...writeObjects('ArtifactsBucket', '*/drift-sketches/*'),
    ],
    measureDrift: [
      ...readRun,
      ...writeObjects('ArtifactsBucket', '*/drift/*'),
      ...readObjects('ArtifactsBucket', '*/drift-sketches/*'),
      listObjects('ArtifactsBucket', '*/drift-sketches/*'),
      ...readObjects('CleanBucket', '*/runs/*/clean/*'),
      listObjects('CleanBucket', '*/runs/*/clean/*'),
      ...state('GetItem', 'PutItem', 'Query'),
    ],
    decideDrift: [...listVersions('RawBucket'), ...readRun, ...state('GetItem', 'PutItem', 'UpdateItem', 'Query')],
    predict: predicting,
    servePredictions: predicting,
  };
}

export const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
export const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every function, by its key in functions.yml. */
export const functionNames = (stage: string): string[] => Object.keys(functionGrants(stage));

/** One role a function, `<Function>Role`. */
export function functionRoles(stage: string): Record<string, Resource> {
  return Object.fromEntries(
    Object.entries(functionGrants(stage)).map(([name, grants]) => [
      `${capitalize(name)}Role`,
      role('lambda.amazonaws.com', [...functionBasics(stage, name), ...grants]),
    ]),
  );
}
