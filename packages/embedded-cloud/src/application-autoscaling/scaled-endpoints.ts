import type { CloudService } from '#src/cloud/service';

/** What Application Auto Scaling looks up in SageMaker. */
export interface ScaledEndpoints extends CloudService {
  /** The config and the variants that an endpoint serves; undefined for one that is not in service. */
  serving(
    endpoint: string,
  ): { readonly config: string; readonly variants: readonly string[]; readonly mayHaveNone?: boolean } | undefined;
  /** Adds instances to a variant, up to `max`. @returns whether it had room, and its endpoint was not changing */
  addInstances(
    endpoint: string,
    variant: string,
    step: { readonly by: number; readonly max: number },
  ): Promise<boolean>;
}

/** What SageMaker looks up in Application Auto Scaling. */
export interface AutoScaling extends CloudService {
  /** The variants of an endpoint that are scalable targets. */
  scaledVariants(endpoint: string): string[];
  /** Does what a step-scaling policy says, as one of its alarms asks; nothing when there is none of this ARN. */
  execute(policyArn: string): Promise<void>;
  /** Removes the targets of an endpoint that was deleted (SageMaker Developer Guide, "Delete endpoints configured for auto scaling"). */
  forget(endpoint: string): void;
}
