import { Logger } from '@aws-lambda-powertools/logger';

/** The one logger: JSON lines with the function's name, request id and cold-start flag. Never give it a row's values. */
export const logger = new Logger({ serviceName: 'tidegate' });
