import { isOutcomesKey } from './outcomes-folder.ts';

/** The folder of a pipeline that holds files to score: in the raw bucket as they arrived, in the clean bucket the scores. */
export const batchFolder = 'batch';

/** Whether an object or a folder of the raw bucket lies among files to score. */
export const isBatchKey = (key: string): boolean => key.split('/', 2)[1] === batchFolder;

/** Whether an object or a folder of the raw bucket lies in a folder that holds no drops to train on. */
export const isReservedKey = (key: string): boolean => isOutcomesKey(key) || isBatchKey(key);
