import { describe, expect, it } from 'vitest';
import { AwsError } from '#src/cloud/service';
import { checkRequest } from '#src/sagemaker/validation/request';

const training = {
  TrainingJobName: 'loans-1',
  AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
  RoleArn: 'arn:aws:iam::123456789012:role/training',
  OutputDataConfig: { S3OutputPath: 's3://bucket/out' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
};

const refusal = (operation: string, input: unknown): AwsError => {
  try {
    checkRequest(operation, input);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('a request to SageMaker', () => {
  it('is accepted when it fits, members that the model does not know included', () => {
    expect(() => checkRequest('CreateTrainingJob', { ...training, Extra: 1, Tags: null })).not.toThrow();
  });

  it.each([
    [
      'CreateTrainingJob',
      { ...training, TrainingJobName: 'under_score' },
      "1 validation error detected: Value 'under_score' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    ],
    [
      'CreateTrainingJob',
      { ...training, RoleArn: undefined, OutputDataConfig: {} },
      "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value null at 'outputDataConfig.s3OutputPath' failed to satisfy constraint: Member must not be null",
    ],
    [
      'CreateTrainingJob',
      { ...training, HyperParameters: { eta: '0.1', note: 'x'.repeat(2501) } },
      `1 validation error detected: Value '{eta=0.1, note=${'x'.repeat(2501)}}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2500, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*]`,
    ],
    [
      'CreateTrainingJob',
      {
        ...training,
        Tags: [
          { Key: 'a', Value: 'b' },
          { Key: '', Value: 'c' },
        ],
      },
      "1 validation error detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'CreateTrainingJob',
      { ...training, StoppingCondition: { MaxRuntimeInSeconds: 0 } },
      "1 validation error detected: Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      'DeleteTags',
      { ResourceArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model/m', TagKeys: ['a', 'b;'] },
      "1 validation error detected: Value '[a, b;]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)]",
    ],
    [
      'ListModels',
      { SortOrder: 'Up' },
      "1 validation error detected: Value 'Up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [Ascending, Descending]",
    ],
  ])('to %s is refused in the words of AWS', (operation, input, message) => {
    expect(refusal(operation, input)).toMatchObject({ code: 'ValidationException', message });
  });

  it('is refused for an unknown instance type, naming the known ones', () => {
    const input = { ...training, ResourceConfig: { ...training.ResourceConfig, InstanceType: 'ml.m5.huge' } };
    expect(refusal('CreateTrainingJob', input).message).toMatch(
      /^1 validation error detected: Value 'ml\.m5\.huge' at 'resourceConfig\.instanceType' failed to satisfy constraint: Member must satisfy enum value set: \[.*ml\.m5\.xlarge.*\]$/,
    );
  });

  it('to transform is refused for a filter of more than 63 characters', () => {
    const { message } = refusal('CreateTransformJob', {
      TransformJobName: 't',
      ModelName: 'm',
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/k' } } },
      TransformOutput: { S3OutputPath: 's3://b/out' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
      DataProcessing: { InputFilter: `$${'[0]'.repeat(21)}` },
    });
    expect(message).toBe(
      `1 validation error detected: Value '$${'[0]'.repeat(21)}' at 'dataProcessing.inputFilter' failed to satisfy constraint: Member must have length less than or equal to 63`,
    );
  });

  it.each([
    [{ ...training, TrainingJobName: 7 }, "NUMBER_VALUE can not be converted to a String (at 'trainingJobName')"],
    [
      { ...training, HyperParameters: { eta: 0.1 } },
      "NUMBER_VALUE can not be converted to a String (at 'hyperParameters.eta.member')",
    ],
    [{ ...training, Tags: {} }, "Expected list or null (at 'tags')"],
    [
      { ...training, EnableNetworkIsolation: 'true' },
      "STRING_VALUE can not be converted to a Boolean (at 'enableNetworkIsolation')",
    ],
    [{ ...training, TrainingJobName: ['a'] }, "Start of list found where not expected (at 'trainingJobName')"],
  ])('of a wrong JSON type is refused before all else', (input, message) => {
    expect(refusal('CreateTrainingJob', input)).toMatchObject({ code: 'SerializationException', message });
  });
});
