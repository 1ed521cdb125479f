/** `embedded-cloud/testing`: tests of plug-ins without a cloud. */

export { fakeContext, manualClock } from '../support/door.ts';
export { faultsUnderTest } from '../support/faults.ts';
export { servePages } from '../support/pages.ts';
