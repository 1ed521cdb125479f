import { basename } from 'node:path';
import { AwsError } from '#src/cloud/service';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf, invalid } from '#src/sagemaker/names';
import type { ProcessingJob } from '#src/sagemaker/processing/job';
import { isDataPath } from '#src/sagemaker/processing/paths';
import type { CreateProcessingJob, ProcessingInput, ProcessingOutput } from '#src/sagemaker/processing/request';

/**
 * Rules of CreateProcessingJob that span several members, and what can't be run here.
 * @throws AwsError
 */
export const checkProcessing = (hub: Hub, request: CreateProcessingJob): void => {
  checkProgram(hub, request.AppSpecification);
  const inputs = request.ProcessingInputs ?? [];
  const outputs = request.ProcessingOutputConfig?.Outputs ?? [];
  unique(
    'ProcessingInputs',
    inputs.map(({ InputName }) => InputName),
  );
  unique(
    'Outputs',
    outputs.map(({ OutputName }) => OutputName),
  );
  inputs.forEach(checkInput);
  outputs.forEach(checkOutput);
  const taken = hub.store.get<ProcessingJob>('processing-job', request.ProcessingJobName);
  if (taken) {
    throw new AwsError(
      'ResourceInUse',
      'Job name must be unique within an AWS account and region, and a job with this name already exists ' +
        `(${arnOf(hub.cloud, 'processing-job', taken.name)})`,
    );
  }
};

const checkProgram = (
  hub: Hub,
  { ImageUri: image, ContainerEntrypoint: entrypoint = [] }: CreateProcessingJob['AppSpecification'],
): void => {
  hub.runtime('python-script', image);
  const program = basename(entrypoint[0] ?? '');
  if (!/^python(3(\.\d+)?)?$/.test(program)) {
    const found = program === '' ? 'there is no ContainerEntrypoint' : `the entrypoint is ${program}`;
    throw invalid(
      `The embedded cloud runs Python programs only, and ${found}: begin ContainerEntrypoint with python3 and a script, ` +
        'as ["python3", "/opt/ml/processing/input/code/script.py"].',
    );
  }
};

const unique = (member: string, names: readonly string[]): void => {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw invalid(`The names of ${member} must be unique within a processing job: ${twice} is used twice.`);
};

const checkInput = ({
  InputName: name,
  S3Input: source,
  DatasetDefinition: dataset,
  AppManaged: managed,
}: ProcessingInput): void => {
  if (dataset !== undefined || managed === true) {
    throw invalid(`Input ${name}: the embedded cloud takes S3Input only, neither DatasetDefinition nor AppManaged.`);
  }
  if (!source) throw invalid(`Input ${name} needs an S3Input.`);
  if (source.S3InputMode === 'Pipe') throw invalid(`Input ${name}: the embedded cloud has S3InputMode File only.`);
  if (source.S3CompressionType === 'Gzip') {
    throw invalid(`Input ${name}: S3CompressionType Gzip can only be used with S3InputMode Pipe.`);
  }
  checkPath(`Input ${name}`, source.LocalPath);
};

const checkOutput = ({
  OutputName: name,
  S3Output: target,
  FeatureStoreOutput: store,
  AppManaged: managed,
}: ProcessingOutput): void => {
  if (store !== undefined || managed === true) {
    throw invalid(`Output ${name}: the embedded cloud takes S3Output only, neither FeatureStoreOutput nor AppManaged.`);
  }
  if (!target) throw invalid(`Output ${name} needs an S3Output.`);
  checkPath(`Output ${name}`, target.LocalPath);
};

const checkPath = (what: string, path: string | undefined): void => {
  if (path === undefined || !isDataPath(path)) {
    throw invalid(`${what}: LocalPath must be an absolute path below /opt/ml/processing, found ${path ?? 'none'}.`);
  }
};
