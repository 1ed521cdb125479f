import type { CloudService } from '#src/cloud/service';

/** What Application Auto Scaling looks up in SageMaker. */
export interface ScaledEndpoints extends CloudService {
  /** The config and the variants that an endpoint serves; undefined for one that is not in service. */
  serving(endpoint: string): { readonly config: string; readonly variants: readonly string[] } | undefined;
}

/** What SageMaker looks up in Application Auto Scaling. */
export interface AutoScaling extends CloudService {
  /** The variants of an endpoint that are scalable targets. */
  scaledVariants(endpoint: string): string[];
  /** Removes the targets of an endpoint that was deleted (SageMaker Developer Guide, "Delete endpoints configured for auto scaling"). */
  forget(endpoint: string): void;
}
