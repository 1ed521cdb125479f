import { runOfConfig } from '#domain/deployment/target';
import { endpointName } from '#domain/naming';
import type { StageResources } from '#functions/ports/stage-resources';

/** The names of a pipeline's endpoint configs and models. Another pipeline's name may begin with this one's. */
export async function listOwnResources(
  resources: Pick<StageResources, 'listEndpointConfigs' | 'listModels'>,
  stage: string,
  pipeline: string,
): Promise<{ readonly configs: readonly string[]; readonly models: readonly string[] }> {
  const part = `${endpointName(stage, pipeline)}-`;
  const isOwn = (name: string): boolean => runOfConfig(stage, pipeline, name) !== undefined;
  const [configs, models] = await Promise.all([resources.listEndpointConfigs(part), resources.listModels(part)]);
  return { configs: configs.filter(isOwn), models: models.filter(isOwn) };
}
