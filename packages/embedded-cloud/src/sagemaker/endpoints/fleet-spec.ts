import type { HostedModel } from '#src/sagemaker/container/server';
import type { AsynchronousSpec } from '#src/sagemaker/endpoints/asynchronous';
import type { DataCapture, ServerlessConfig } from '#src/sagemaker/endpoints/request';

/** What one variant of an endpoint serves. */
export interface VariantSpec {
  readonly name: string;
  readonly model: HostedModel;
  readonly image: string;
  readonly weight: number;
  /** 0 for a serverless variant. */
  readonly instances: number;
  readonly instanceType: string;
  readonly serverless?: ServerlessConfig;
}

/** What a fleet serves: settled when it is deployed, so that deleting a model or configuration later changes nothing. */
export interface FleetSpec {
  readonly configName: string;
  readonly variants: readonly VariantSpec[];
  readonly capture?: DataCapture;
  /** The queue of an asynchronous endpoint. */
  readonly asynchronous?: AsynchronousSpec;
}
