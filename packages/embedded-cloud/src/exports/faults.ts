/** `embedded-cloud/faults`: fault files, fault hooks, and how the faults of a running cloud are read and set. */
export type { FaultCall, FaultHook } from '#src/cloud/fault-hook';
export type { Fault } from '#src/cloud/faults';
export type { FaultStatus } from '#src/faults/control';
export {
  type FaultFile,
  FaultFileError,
  type FaultFileInput,
  faultFileSchema,
  parseFaultFile,
  ruleName,
} from '#src/faults/fault-file';
export type { PageApi } from '#src/faults/page-api';
export { FAULTS_PREFIX, faultsAuthorization } from '#src/faults/pages';
