/** `embedded-cloud/pages`: what a plug-in needs that serves pages beside the AWS services. */
export type { Fault } from '#src/cloud/faults';
export { answerJson, readPageBody } from '#src/cloud/page-wire';
export { AwsError } from '#src/cloud/service';
export { openDatabase } from '#src/cloud/sqlite';
export type { PageApi } from '#src/faults/page-api';
export { performUnder } from '#src/faults/perform';
export type { PagePlugin, Pages } from '#src/host/registry';
