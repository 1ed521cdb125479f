import { predictionPorts, predictionVariables } from '#functions/composition/prediction-ports';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { predict } from '#functions/use-cases/predict';
import { predictRequestSchema } from '#schemas/events/predict';

/** The function's own time-out (resources/functions.yml) but for a minute. An endpoint without instances needs minutes to start one. */
const patienceMs = 600_000;

/** Kept between invocations, with the transforms of the runs whose models have served. */
const ports = predictionPorts(readConfig(predictionVariables), patienceMs);

/** Predicts raw rows with the model in service. */
export const handler = withMiddleware(predictRequestSchema, (event) => predict(ports, event));
