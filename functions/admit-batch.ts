import { admissionPorts, admissionVariables } from '#functions/composition/admission-ports';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { admitBatch } from '#functions/use-cases/admit-batch';
import { admitBatchSchema } from '#schemas/events/batch';

const config = readConfig([...admissionVariables, 'STAGE', 'CLEAN_BUCKET', 'CLEAN_KEY_ARN']);
const environment = { stage: config.STAGE, cleanBucket: config.CLEAN_BUCKET, cleanKeyArn: config.CLEAN_KEY_ARN };

/** Admits files to be scored: pins the model in service and the versions of the objects. */
export const handler = withMiddleware(admitBatchSchema, (event) =>
  admitBatch({ ...admissionPorts(config), environment }, event),
);
