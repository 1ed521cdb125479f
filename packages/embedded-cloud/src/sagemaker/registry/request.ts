import { listing, tags } from '#src/sagemaker/validation/common';
import { list, map, type Of, oneOf, structure, text } from '#src/sagemaker/validation/shape';

export const approvalStatus = oneOf('Approved', 'Rejected', 'PendingManualApproval');

const metricsSource = structure({ ContentType: text(), S3Uri: text() }, { ContentDigest: text() });
const fileSource = structure({ S3Uri: text() }, { ContentType: text(), ContentDigest: text() });
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
    ContainerHostname: text(),
    Image: text(),
    ImageDigest: text(),
    ModelDataUrl: text(),
    Environment: map(text(), text()),
    Framework: text(),
    FrameworkVersion: text(),
  },
);

const inferenceSpecification = structure(
  { Containers: list(container) },
  {
    SupportedTransformInstanceTypes: list(text()),
    SupportedRealtimeInferenceInstanceTypes: list(text()),
    SupportedContentTypes: list(text()),
    SupportedResponseMIMETypes: list(text()),
  },
);

const customerMetadata = map(text(), text());

const lifeCycle = structure({ Stage: text(), StageStatus: text() }, { StageDescription: text() });

const modelCard = structure(
  {},
  {
    ModelCardContent: text(),
    ModelCardStatus: oneOf('Draft', 'PendingReview', 'Approved', 'Archived'),
  },
);

export const createModelPackageShape = structure(
  {},
  {
    ModelPackageName: text(),
    ModelPackageGroupName: text(),
    ModelPackageDescription: text(),
    InferenceSpecification: inferenceSpecification,
    Tags: tags,
    ModelApprovalStatus: approvalStatus,
    MetadataProperties: structure({}, { CommitId: text(), Repository: text(), GeneratedBy: text(), ProjectId: text() }),
    ModelMetrics: modelMetrics,
    DriftCheckBaselines: driftCheckBaselines,
    ClientToken: text(),
    Domain: text(),
    Task: text(),
    CustomerMetadataProperties: customerMetadata,
    SkipModelValidation: oneOf('All', 'None'),
    SourceUri: text(),
    ModelCard: modelCard,
    ModelLifeCycle: lifeCycle,
  },
);
export type CreateModelPackage = Of<typeof createModelPackageShape>;

export const updateModelPackageShape = structure(
  { ModelPackageArn: text() },
  {
    ModelApprovalStatus: approvalStatus,
    ApprovalDescription: text(),
    CustomerMetadataProperties: customerMetadata,
    CustomerMetadataPropertiesToRemove: list(text()),
    InferenceSpecification: inferenceSpecification,
    SourceUri: text(),
    ModelCard: modelCard,
    ModelLifeCycle: lifeCycle,
    ClientToken: text(),
  },
);
export type UpdateModelPackage = Of<typeof updateModelPackageShape>;

export const modelPackageNameShape = structure({ ModelPackageName: text() });
export const listModelPackagesShape = structure(
  {},
  {
    ...listing,
    SortBy: oneOf('Name', 'CreationTime'),
    ModelApprovalStatus: approvalStatus,
    ModelPackageGroupName: text(),
    ModelPackageType: oneOf('Versioned', 'Unversioned', 'Both'),
  },
);

export const createGroupShape = structure(
  { ModelPackageGroupName: text() },
  { ModelPackageGroupDescription: text(), Tags: tags },
);
export const groupNameShape = structure({ ModelPackageGroupName: text() });
export const listGroupsShape = structure({}, { ...listing, SortBy: oneOf('Name', 'CreationTime') });
