import {
  DeleteModelCommand,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModels,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import type { StageResources } from '#functions/ports/stage-resources';

/** The names on all pages of a listing. */
async function namesOf<Page>(
  pages: AsyncIterable<Page>,
  read: (page: Page) => readonly (string | undefined)[],
): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages) names.push(...read(page).filter((name) => name !== undefined));
  return names;
}

/** The SageMaker adapter. */
export const stageResources = (client: SageMakerClient): StageResources => ({
  listEndpoints: (NameContains) =>
    namesOf(paginateListEndpoints({ client, pageSize: 100 }, { NameContains }), ({ Endpoints = [] }) =>
      Endpoints.map((e) => e.EndpointName),
    ),
  listEndpointConfigs: (NameContains) =>
    namesOf(paginateListEndpointConfigs({ client, pageSize: 100 }, { NameContains }), ({ EndpointConfigs = [] }) =>
      EndpointConfigs.map((c) => c.EndpointConfigName),
    ),
  listModels: (NameContains) =>
    namesOf(paginateListModels({ client, pageSize: 100 }, { NameContains }), ({ Models = [] }) =>
      Models.map((m) => m.ModelName),
    ),
  async removeModel(ModelName) {
    try {
      await client.send(new DeleteModelCommand({ ModelName }));
    } catch (error) {
      if (!isSageMakerMissing(error)) throw error;
    }
  },
});
