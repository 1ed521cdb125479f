import * as z from 'zod';
import { driftCheckSchema } from '#schemas/records/drift-check';

/** DecideDrift's input: what MeasureDrift answered. */
export const decideDriftSchema = z.object({ check: driftCheckSchema });
