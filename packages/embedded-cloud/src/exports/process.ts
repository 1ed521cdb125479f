/** Recognising a cloud that runs in a process of its own: by its answer at the endpoint, or by its process. */
export { answersAs, INSTANCE_PREFIX } from '#src/host/instance-page';
export { makePrivateFolder } from '#src/host/private-folder';
export { identifyProcess, type ProcessIdentity, stillRuns } from '#src/host/process-identity';
export { UPDATE_PREFIX, updateAuthorization } from '#src/host/update-page';
