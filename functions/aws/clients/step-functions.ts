import { SFNClient } from '@aws-sdk/client-sfn';
import { once } from '#functions/aws/clients/once';

/** The process's one client of Step Functions. */
export const sfnClient = once(() => new SFNClient({}));
