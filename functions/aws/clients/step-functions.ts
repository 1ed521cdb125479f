import { SFNClient } from '@aws-sdk/client-sfn';
import { once } from '#functions/aws/clients/once';

/** The process's only Step Functions client. */
export const sfnClient = once(() => new SFNClient({}));
