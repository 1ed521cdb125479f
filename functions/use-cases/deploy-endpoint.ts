import type * as z from 'zod';
import { planRollOut } from '#domain/deployment/endpoint';
import {
  alarmRequests,
  createEndpointRequest,
  type DeploymentEnvironment,
  endpointConfigRequest,
  updateEndpointRequest,
  withRollOut,
} from '#domain/deployment/requests';
import { scalingEnd } from '#domain/deployment/scaling';
import { DeploymentError, TransientError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { Alarms } from '#functions/ports/alarms';
import type { Endpoints } from '#functions/ports/endpoints';
import type { ObjectStore } from '#functions/ports/object-store';
import type { Scaling } from '#functions/ports/scaling';
import type { deployEndpointSchema } from '#schemas/events/deployment';
import { pipelineSchema } from '#schemas/pipeline';

/** The dependencies of deploying. */
export interface RollOutPorts {
  readonly environment: DeploymentEnvironment;
  readonly artifacts: ObjectStore;
  readonly endpoints: Omit<Endpoints, 'removeConfig'>;
  readonly alarms: Pick<Alarms, 'replace'>;
  readonly scaling: Pick<Scaling, 'stop'>;
  /** Creates the run's SageMaker model unless it exists. */
  readonly ensureModel: (run: RunPointer) => Promise<unknown>;
}

/**
 * Starts deploying a model to an endpoint: model, endpoint config, then CreateEndpoint or UpdateEndpoint. Every step checks
 * the current state first, so a retry changes nothing, and a running update to the wanted config is left alone.
 *
 * @throws TransientError when the endpoint must settle first; DeploymentError when a person must act
 */
export async function deployEndpoint(
  { environment, artifacts, endpoints, alarms, scaling, ensureModel }: RollOutPorts,
  { deployment }: z.output<typeof deployEndpointSchema>,
) {
  const { run, endpointName, endpointConfigName, previousConfig } = deployment;
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  await ensureModel(run);
  await endpoints.ensureConfig(endpointConfigRequest(deployment, pipeline, environment));
  const step = planRollOut(await endpoints.read(endpointName), endpointConfigName, previousConfig !== null);
  switch (step.action) {
    case 'create':
      await endpoints.create(createEndpointRequest(deployment, environment));
      break;
    case 'update': {
      const guided = withRollOut(deployment, pipeline);
      const watching = deployment.alarms?.length ? alarmRequests(deployment, guided) : [];
      await alarms.replace(watching);
      // A variant must not be scaled while it is replaced: PromoteModel or RollBackDeployment starts it again.
      if (deployment.scaling?.former) await scaling.stop(scalingEnd(endpointName));
      const names = watching.map(({ AlarmName }) => AlarmName);
      await endpoints.update(updateEndpointRequest(deployment, guided, names));
      break;
    }
    case 'recreate':
      await endpoints.remove(endpointName);
      throw new TransientError(
        `${endpointName} failed before it ever served: it is being deleted and will be created again.`,
      );
    case 'wait':
      throw new TransientError(`${endpointName}: ${step.reason}`);
    case 'refuse':
      throw new DeploymentError(`${endpointName}: ${step.reason}`);
    case 'none':
      break;
    default:
      return step satisfies never;
  }
  return { endpointName, endpointConfigName, action: step.action };
}
