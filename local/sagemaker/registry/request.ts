import {
  arnOrName,
  contentDigest,
  contentType,
  description,
  entityName,
  environment,
  image,
  listing,
  s3Uri,
  tags,
} from '#local/sagemaker/validation/common';
import { hostingInstanceType, transformInstanceType } from '#local/sagemaker/validation/instance-types';
import { list, map, type Of, oneOf, structure, text } from '#local/sagemaker/validation/shape';

export const approvalStatus = oneOf('Approved', 'Rejected', 'PendingManualApproval');

const metricsSource = structure({ ContentType: contentType, S3Uri: s3Uri }, { ContentDigest: contentDigest });
const fileSource = structure({ S3Uri: s3Uri }, { ContentType: contentType, ContentDigest: contentDigest });
const quality = structure({}, { Statistics: metricsSource, Constraints: metricsSource });

const modelMetrics = structure(
  {},
  {
    ModelQuality: quality,
    ModelDataQuality: quality,
    Bias: structure({}, { Report: metricsSource, PreTrainingReport: metricsSource, PostTrainingReport: metricsSource }),
    Explainability: structure({}, { Report: metricsSource }),
  },
);

const driftCheckBaselines = structure(
  {},
  {
    Bias: structure(
      {},
      { ConfigFile: fileSource, PreTrainingConstraints: metricsSource, PostTrainingConstraints: metricsSource },
    ),
    Explainability: structure({}, { Constraints: metricsSource, ConfigFile: fileSource }),
    ModelQuality: quality,
    ModelDataQuality: quality,
  },
);

const container = structure(
  {},
  {
    ContainerHostname: text({ max: 63, pattern: '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}' }),
    Image: image,
    ImageDigest: contentDigest,
    ModelDataUrl: s3Uri,
    Environment: environment(100, 1024),
    Framework: text(),
    FrameworkVersion: text({ min: 3, max: 10, pattern: '[0-9]\\.[A-Za-z0-9.-]+' }),
  },
);

const inferenceSpecification = structure(
  { Containers: list(container, { min: 1, max: 15 }) },
  {
    SupportedTransformInstanceTypes: list(transformInstanceType, { min: 1 }),
    SupportedRealtimeInferenceInstanceTypes: list(hostingInstanceType),
    SupportedContentTypes: list(contentType),
    SupportedResponseMIMETypes: list(text({ max: 1024, pattern: '[-\\w]+\\/.+' })),
  },
);

const metadataText = '([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)';
const metadataKey = text({ min: 1, max: 128, pattern: metadataText });
const customerMetadata = map(metadataKey, text({ min: 1, max: 256, pattern: metadataText }), { min: 1, max: 50 });

const lifeCycle = structure({ Stage: entityName, StageStatus: entityName }, { StageDescription: text({ max: 1024 }) });
const sourceUri = text({ max: 1024, pattern: '[\\p{L}\\p{M}\\p{Z}\\p{N}\\p{P}]{0,1024}' });
const clientToken = text({ min: 1, max: 36, pattern: '[a-zA-Z0-9-]+' });
const property = text({ max: 1024 });

export const createModelPackageShape = structure(
  {},
  {
    ModelPackageName: entityName,
    ModelPackageGroupName: arnOrName,
    ModelPackageDescription: description,
    InferenceSpecification: inferenceSpecification,
    Tags: tags,
    ModelApprovalStatus: approvalStatus,
    MetadataProperties: structure(
      {},
      { CommitId: property, Repository: property, GeneratedBy: property, ProjectId: property },
    ),
    ModelMetrics: modelMetrics,
    DriftCheckBaselines: driftCheckBaselines,
    ClientToken: clientToken,
    Domain: text(),
    Task: text(),
    CustomerMetadataProperties: customerMetadata,
    SkipModelValidation: oneOf('All', 'None'),
    SourceUri: sourceUri,
    ModelCard: structure(
      {},
      {
        ModelCardContent: text({ max: 100_000 }),
        ModelCardStatus: oneOf('Draft', 'PendingReview', 'Approved', 'Archived'),
      },
    ),
    ModelLifeCycle: lifeCycle,
  },
);
export type CreateModelPackage = Of<typeof createModelPackageShape>;

const packageArn = text({
  min: 1,
  max: 2048,
  pattern: 'arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]{9,16}:[0-9]{12}:model-package/[\\S]{1,2048}',
});
export const updateModelPackageShape = structure(
  { ModelPackageArn: packageArn },
  {
    ModelApprovalStatus: approvalStatus,
    ApprovalDescription: text({ max: 1024 }),
    CustomerMetadataProperties: customerMetadata,
    CustomerMetadataPropertiesToRemove: list(metadataKey),
    InferenceSpecification: inferenceSpecification,
    SourceUri: sourceUri,
    ModelLifeCycle: lifeCycle,
    ClientToken: clientToken,
  },
);
export type UpdateModelPackage = Of<typeof updateModelPackageShape>;

export const modelPackageNameShape = structure({ ModelPackageName: text({ min: 1, max: 176 }) });
export const listModelPackagesShape = structure(
  {},
  {
    ...listing,
    SortBy: oneOf('Name', 'CreationTime'),
    ModelApprovalStatus: approvalStatus,
    ModelPackageGroupName: arnOrName,
    ModelPackageType: oneOf('Versioned', 'Unversioned', 'Both'),
  },
);

export const createGroupShape = structure(
  { ModelPackageGroupName: entityName },
  { ModelPackageGroupDescription: description, Tags: tags },
);
export const groupNameShape = structure({ ModelPackageGroupName: arnOrName });
export const listGroupsShape = structure({}, { ...listing, SortBy: oneOf('Name', 'CreationTime') });
