import * as z from 'zod';

/** A SageMaker instance type, as `ml.m5.large`. */
export const instanceType = z.string().regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/);
