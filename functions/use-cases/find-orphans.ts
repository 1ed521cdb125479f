import { endpointName, pipelineOfEndpoint } from '#domain/naming';
import type { StageResources } from '#functions/ports/stage-resources';
import type { Orphans } from '#schemas/events/retire';

/** The dependencies of finding orphans. */
export interface OrphanPorts {
  readonly stage: string;
  /** Names of the deployed pipelines. */
  readonly pipelines: readonly string[];
  readonly resources: Pick<StageResources, 'listEndpoints'>;
}

/** Finds endpoints of this stage whose pipelines are no longer deployed: they serve and cost, and nothing watches them. */
export async function findOrphans({ stage, pipelines, resources }: OrphanPorts): Promise<Orphans> {
  const endpoints = await resources.listEndpoints(endpointName(stage, ''));
  const orphans = endpoints.flatMap((endpoint) => {
    const pipeline = pipelineOfEndpoint(stage, endpoint);
    return pipeline === undefined || pipelines.includes(pipeline) ? [] : [{ pipeline, endpoint }];
  });
  return { orphans: orphans.toSorted((a, b) => a.pipeline.localeCompare(b.pipeline)) };
}
