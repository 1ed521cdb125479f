import { admissionPorts, admissionVariables } from '#functions/composition/admission-ports';
import { readConfig } from '#functions/runtime/config';
import { stageCosts } from '#functions/runtime/costs';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { admitDrop } from '#functions/use-cases/admit-drop';
import { checkCosts } from '#functions/use-cases/run-costs';
import { admitDropSchema } from '#schemas/events/admit-drop';

const config = readConfig([...admissionVariables, 'STAGE', 'AWS_REGION', 'COSTS']);

/** Admits a drop: decides whether to train on it now, pins the object versions, and estimates what the run costs. */
export const handler = withMiddleware(admitDropSchema, (event) => {
  const ports = admissionPorts(config);
  const estimating = {
    ...ports,
    costs: stageCosts(config, process.arch),
    pipelines: pipelineNames(config.LAMBDA_TASK_ROOT),
  };
  return admitDrop({ ...ports, checkCosts: (admitted) => checkCosts(estimating, admitted) }, event);
});
