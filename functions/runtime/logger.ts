import { Logger } from '@aws-lambda-powertools/logger';

/** The shared logger: JSON lines with the function's name, request id and cold-start flag. Never pass it a row's values. */
export const logger = new Logger({ serviceName: 'tidegate' });
