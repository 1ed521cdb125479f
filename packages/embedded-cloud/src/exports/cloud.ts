/** `embedded-cloud`: starts a cloud, and the types of what it is given. */
export { systemClock } from '#src/cloud/clock';
export type { Clock, CloudContext, CloudService, ServiceFactory } from '#src/cloud/service';
export { SERVICE_NAMES, SERVICES, type ServiceName } from '#src/host/registry';
export { type Cloud, type StartOptions, startCloud } from '#src/host/start';
