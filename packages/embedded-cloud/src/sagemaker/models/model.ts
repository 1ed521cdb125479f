import type { HostedModel } from '#src/sagemaker/container/server';
import type { Kept } from '#src/sagemaker/store';

/** A model with one container, as stored. */
export interface Model extends Kept {
  /** The request without its tags. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly image: string;
  readonly modelDataUrl?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly executionRoleArn: string;
}

export const hostedModel = (model: Model): HostedModel => ({
  modelName: model.name,
  image: model.image,
  ...(model.modelDataUrl === undefined ? {} : { modelDataUrl: model.modelDataUrl }),
  environment: model.environment,
  executionRoleArn: model.executionRoleArn,
});
