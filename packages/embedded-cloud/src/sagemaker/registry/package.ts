import type { Hub } from '#src/sagemaker/hub';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import type { CreateModelPackage } from '#src/sagemaker/registry/request';
import type { Kept } from '#src/sagemaker/store';

export type ApprovalStatus = 'Approved' | 'Rejected' | 'PendingManualApproval';

export interface ModelPackageGroup extends Kept {
  readonly description?: string;
  /** Who made it: an ARN. */
  readonly createdBy: string;
}

/** A versioned model package, as stored; its name is `<group>/<version>`. */
export interface ModelPackage extends Kept {
  readonly group: string;
  readonly version: number;
  readonly approval: ApprovalStatus;
  readonly approvalDescription?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly request: CreateModelPackage;
  readonly createdBy: string;
  readonly modifiedBy?: string;
}

const userContext = (arn: string) => ({ IamIdentity: { Arn: arn, PrincipalId: arn.split('/').slice(1).join(':') } });

/**
 * A package's status now: SageMaker completes a package some time after CreateModelPackage answered (API Reference,
 * DescribeModelPackage, ModelPackageStatus).
 */
export const packageStatus = (hub: Hub, { status, created }: ModelPackage): string => {
  const age = hub.cloud.clock.now() - created;
  const duration = hub.settings.packageCompletionMs ?? 0;
  if (status !== 'Completed' || age >= duration) return status;
  return age < duration / 2 ? 'Pending' : 'InProgress';
};

/** The answer of DescribeModelPackage. */
export const describeModelPackage = (hub: Hub, found: ModelPackage): Record<string, unknown> => {
  const { Tags: _, ClientToken: __, ModelPackageGroupName: ___, ...request } = found.request;
  return present({
    ...request,
    ModelPackageName: found.group,
    ModelPackageGroupName: found.group,
    ModelPackageVersion: found.version,
    ModelPackageArn: arnOf(hub.cloud, 'model-package', found.name),
    ModelPackageStatus: packageStatus(hub, found),
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CertifyForMarketplace: false,
    ModelApprovalStatus: found.approval,
    ApprovalDescription: found.approvalDescription,
    CustomerMetadataProperties: Object.keys(found.metadata).length === 0 ? undefined : found.metadata,
    CreationTime: seconds(found.created),
    CreatedBy: userContext(found.createdBy),
    LastModifiedTime: found.modifiedBy === undefined ? undefined : seconds(found.modified),
    LastModifiedBy: found.modifiedBy === undefined ? undefined : userContext(found.modifiedBy),
  });
};

/** The detail of a Model Package State Change event. */
export const packageEventDetail = (
  hub: Hub,
  found: ModelPackage,
  updated: readonly string[],
): Record<string, unknown> => {
  // the content of a card is sensitive (service model of SageMaker, ModelCardContent): it is in no event
  const {
    CreatedBy: _,
    LastModifiedBy: __,
    ModelPackageName: ___,
    ModelCard: ____,
    ...described
  } = describeModelPackage(hub, found);
  const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
  return present({
    ...described,
    CreationTime: time(found.created),
    LastModifiedTime: time(found.modified),
    UpdatedModelPackageFields: updated.length === 0 ? undefined : updated,
  });
};
