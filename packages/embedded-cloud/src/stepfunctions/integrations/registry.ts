import type { TaskHost } from '../interpreter/environment.ts';
import { awsSdkIntegration } from './aws-sdk.ts';
import type { Integration, IntegrationTools, ServiceRequest } from './integration.ts';
import { lambdaIntegration, runLambdaTask } from './lambda.ts';
import { unsupported } from './optimised.ts';
import { dynamoDbIntegration, eventsIntegration } from './plain-services.ts';
import { sageMakerIntegration } from './sagemaker.ts';
import { stepFunctionsIntegration } from './step-functions.ts';

/** The optimised integrations by the service in the Resource. */
const integrations: Readonly<Record<string, Integration>> = {
  lambda: lambdaIntegration,
  sagemaker: sageMakerIntegration,
  states: stepFunctionsIntegration,
  dynamodb: dynamoDbIntegration,
  events: eventsIntegration,
};

/** Runs tasks by calling the services through the door. */
export const createTaskHost = (tools: IntegrationTools): TaskHost => ({
  async run(request) {
    const { resource } = request;
    if (resource.kind === 'lambda') return runLambdaTask(request, tools);
    const serviceRequest: ServiceRequest = { ...request, resource };
    if (resource.service.startsWith('aws-sdk:')) return awsSdkIntegration(serviceRequest, tools);
    const integration = integrations[resource.service];
    return integration ? integration(serviceRequest, tools) : unsupported(serviceRequest);
  },
});
