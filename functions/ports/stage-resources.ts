/** The operations on all SageMaker resources of a stage, by the start of their names. */
export interface StageResources {
  /** Names that contain `part`; SageMaker matches anywhere in a name, so the caller filters. */
  listEndpoints(part: string): Promise<string[]>;
  listEndpointConfigs(part: string): Promise<string[]>;
  listModels(part: string): Promise<string[]>;
  /** Deletes a model, if it exists. */
  removeModel(name: string): Promise<void>;
}
