import { ModelFileError } from '#domain/trees/model-file-error';

/** Stands for the model of a run that was not trained. */
export const noTrees = () => Promise.reject(new ModelFileError('it was not trained'));
