/** Recognising a cloud that runs in a process of its own: by its answer at the endpoint, or by its process. */
export { explainStateFailure, StateError } from '#src/cloud/state-error';
export { answersAs, INSTANCE_PREFIX } from '#src/host/instance-page';
export { lockHolder } from '#src/host/lock';
export { makePrivateFolder } from '#src/host/private-folder';
export { identifyProcess, type ProcessIdentity, stillRuns } from '#src/host/process-identity';
export { UPDATE_PREFIX, updateAuthorization } from '#src/host/update-page';
