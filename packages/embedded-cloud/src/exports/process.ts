/** Recognising a cloud that runs in a process of its own: by its answer at the endpoint, or by its process. */
export { answersAs, INSTANCE_PREFIX } from '#src/cloud/instance-page';
export { makePrivateFolder } from '#src/cloud/private-folder';
export { identifyProcess, type ProcessIdentity, stillRuns } from '#src/cloud/process-identity';
