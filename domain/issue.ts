/** Reports a setting that contradicts another one: its path from the root of the pipeline, and what is wrong. */
export type Issue = (path: (string | number)[], message: string) => void;
