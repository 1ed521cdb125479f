import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  DeleteEndpointCommand,
  DescribeEndpointConfigCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { planRollOut } from '#domain/deployment/endpoint';
import { createEndpointRequest, endpointConfigRequest, updateEndpointRequest } from '#domain/deployment/requests';
import { DeploymentError, TransientError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { createUnlessThere } from '#functions/aws/create-unless-there';
import { changeEndpoint, readEndpoint } from '#functions/aws/endpoint';
import { ensureModel } from '#functions/aws/ensure-model';
import { artifactStore } from '#functions/aws/stores';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { deployEndpointSchema } from '#schemas/events/deployment';
import { pipelineSchema } from '#schemas/pipeline';

const config = readConfig([
  'STAGE',
  'CLEAN_BUCKET',
  'ARTIFACTS_BUCKET',
  'XGBOOST_IMAGE',
  'SERVING_ROLE_ARN',
  'CLEAN_KEY_ARN',
]);

/**
 * Sets an endpoint going towards a new model: model, endpoint config, then CreateEndpoint or UpdateEndpoint. Every step looks
 * before it acts, so asking again changes nothing, and an update to the wanted config that is under way is left alone.
 */
export const handler = withMiddleware(deployEndpointSchema, async ({ deployment }) => {
  const client = sageMakerClient();
  const { run, endpointName, endpointConfigName, previousConfig } = deployment;
  const pipeline = await artifactStore(config).readJson(artifactKeys(run).config, pipelineSchema);
  await ensureModel(client, run, config);
  const request = endpointConfigRequest(deployment, pipeline, {
    stage: config.STAGE,
    cleanBucket: config.CLEAN_BUCKET,
    cleanKeyArn: config.CLEAN_KEY_ARN,
  });
  await createUnlessThere(
    () => client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: endpointConfigName })),
    () => client.send(new CreateEndpointConfigCommand(request as CreateEndpointConfigCommandInput)),
  );
  const step = planRollOut(await readEndpoint(client, endpointName), endpointConfigName, previousConfig !== null);
  switch (step.action) {
    case 'create':
      await changeEndpoint(() =>
        client.send(new CreateEndpointCommand(createEndpointRequest(deployment, { stage: config.STAGE }))),
      );
      break;
    case 'update':
      await changeEndpoint(() => client.send(new UpdateEndpointCommand(updateEndpointRequest(deployment, pipeline))));
      break;
    case 'recreate':
      await changeEndpoint(() => client.send(new DeleteEndpointCommand({ EndpointName: endpointName })));
      throw new TransientError(`${endpointName} failed before it ever served: it is being deleted, then made again.`);
    case 'wait':
      throw new TransientError(`${endpointName}: ${step.reason}`);
    case 'refuse':
      throw new DeploymentError(`${endpointName}: ${step.reason}`);
    case 'none':
      break;
  }
  return { endpointName, endpointConfigName, action: step.action };
});
