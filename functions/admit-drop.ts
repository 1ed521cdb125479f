import { admissionPorts, admissionVariables } from '#functions/composition/admission-ports';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { admitDrop } from '#functions/use-cases/admit-drop';
import { admitDropSchema } from '#schemas/events/admit-drop';

const config = readConfig(admissionVariables);

/** Admits a drop: decides whether to train on it now, and pins the object versions. */
export const handler = withMiddleware(admitDropSchema, (event) => admitDrop(admissionPorts(config), event));
