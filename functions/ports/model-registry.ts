import type { modelPackageRequest } from '#domain/registry/model-package';

/** ModelPackageStatus (SageMaker API Reference, DescribeModelPackage), with the reason of a failure. */
export type PackageCreation =
  | { readonly status: 'Pending' | 'InProgress' | 'Completed' }
  | { readonly status: 'Failed' | 'Deleting'; readonly reason: string };

/** The current state of a model package. */
export interface RegisteredPackage {
  readonly status: string | undefined;
  /** How far its creation is: `Completed` when SageMaker is done with it. */
  readonly creation: PackageCreation;
  /** When it was last modified, ISO 8601. It distinguishes one approval from the next. */
  readonly approvedAt: string;
  /** The run that registered it; undefined if another tool registered it. */
  readonly runId: string | undefined;
  /** The IAM identity that last changed it, an ARN, if SageMaker reports it. */
  readonly modifiedBy?: string | undefined;
  /** ApprovalDescription: the reason for the last decision. */
  readonly reason?: string | undefined;
}

/** SageMaker's model registry. */
export interface ModelRegistry {
  /** @throws NotFoundError when there is no such package */
  read(modelPackageArn: string): Promise<RegisteredPackage>;
  /** Creates the pipeline's model package group unless it exists. */
  ensureGroup(name: string, pipeline: string, description: string | undefined): Promise<void>;
  /** Registers a package once for the request's client token. @returns its ARN */
  register(request: ReturnType<typeof modelPackageRequest>): Promise<string>;
  /** @param reason kept as the package's ApprovalDescription, at most 1,024 characters */
  approve(modelPackageArn: string, reason: string): Promise<void>;
  /** A person's decision. @param reason as with `approve`; an empty text removes the reason of the decision before */
  decide(modelPackageArn: string, status: 'Approved' | 'Rejected', reason: string): Promise<void>;
}
