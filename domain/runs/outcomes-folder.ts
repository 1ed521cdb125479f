/** The folder of a pipeline that holds outcomes: in the raw bucket as they arrived, in the clean bucket without raw values. */
export const outcomesFolder = 'outcomes';

/** Whether an object or a folder of the raw bucket lies among outcomes: it belongs to no drop. */
export const isOutcomesKey = (key: string): boolean => key.split('/', 2)[1] === outcomesFolder;
