import { predictionPorts, predictionVariables } from '#functions/composition/prediction-ports';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { predict } from '#functions/use-cases/predict';
import { predictRequestSchema } from '#schemas/events/predict';

/** Kept between invocations, with the transforms of the runs whose models have served. */
const ports = predictionPorts(readConfig(predictionVariables));

/** Predicts raw rows with the model in service. */
export const handler = withMiddleware(predictRequestSchema, (event) => predict(ports, event));
