import { resolve } from 'node:path';
import { auditFolder, openAudit } from '../audit/log.ts';
import { systemClock } from '../cloud/clock.ts';
import { openCredentials } from '../cloud/credentials.ts';
import type { Clock, CloudContext, CloudService, ResourceProvider, ServiceFactory } from '../cloud/service.ts';
import { explainStateFailure, refuseEmptied } from '../cloud/state-error.ts';
import { deleteFailedStack } from '../cloudformation/rollback.ts';
import type { StackResource } from '../cloudformation/stack-state.ts';
import { createFaultControl, type FaultControl, type Faults } from '../faults/control.ts';
import { createFaultPages } from '../faults/pages.ts';
import { inventoryOf } from '../faults/strangers.ts';
import type { IamService } from '../iam/service.ts';
import type { LambdaSettings } from '../lambda/concurrency.ts';
import { DEFAULT_SETTINGS, type SageMakerSettings } from '../sagemaker/settings.ts';
import { createAuthorizer } from './authorize.ts';
import { createContext, type HostContext, openCloudLog } from './context.ts';
import { createDoor } from './door.ts';
import { createInstancePage } from './instance-page.ts';
import { lockStateDir } from './lock.ts';
import { type HostFactory, type PagePlugin, SERVICE_NAMES, SERVICES, type ServiceName } from './registry.ts';
import { createRoleActions } from './role-actions.ts';
import { createStackKeeper, readTemplate, type StackUpdate } from './stack-keeper.ts';
import { createUpdatePage } from './update-page.ts';

export interface StartOptions {
  /** The compiled CloudFormation template (JSON). */
  readonly templatePath: string;
  /** Where the functions' zips are, as packaged. */
  readonly packageDir: string;
  /** Everything the cloud keeps; one cloud at a time. */
  readonly stateDir: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** What the stack is called. */
  readonly stackName: string;
  /** Parameters of the template; a function when one depends on where the cloud listens. */
  readonly parameters?: Readonly<Record<string, string>> | ((endpoint: string) => Readonly<Record<string, string>>);
  /** Logical id → value of a secret, set only while the secret still has the value it was created with. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly accountId?: string;
  readonly clock?: Clock;
  /** Which of the registry's services to start; all by default. IAM is always there. */
  readonly services?: readonly ServiceName[];
  /** Replaces services of the registry, or adds others. */
  readonly serviceFactories?: Readonly<Record<string, ServiceFactory>>;
  /** What is made to fail from the start: the rules of a fault file, or a function that decides call by call. */
  readonly faults?: Faults;
  /** Programs for container images, quotas of the account, events that are sent twice; see `DEFAULT_SETTINGS`. */
  readonly sageMaker?: SageMakerSettings;
  /** Limits of the account in Lambda. */
  readonly lambda?: LambdaSettings;
  /** Pages beside the AWS services, served without a signature, below their own prefixes. */
  readonly pages?: readonly PagePlugin[];
  /** A random id of this start, by which its starter recognises the cloud at its endpoint. */
  readonly instance?: string;
  /** A second folder for the audit log, to keep it when the state folder goes. */
  readonly auditDir?: string;
  /** Buckets whose keys may be personal, by name: the audit log has hashes in place of their keys. */
  readonly hidesKeys?: (bucket: string) => boolean;
  readonly onProgress?: (message: string) => void;
}

/** An embedded cloud that is up. */
export interface Cloud {
  /** `http://127.0.0.1:<port>`: what AWS_ENDPOINT_URL is set to. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Outputs of the template, as last updated. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, Omit<StackResource, 'logicalId'>>>;
  /**
   * Reads the template and the packages again, and changes what differs: the rest runs on, executions in progress keep their
   * machine's definition, invocations their code. When a change fails, what was changed before it is put back.
   * @throws TemplateError naming the resource
   */
  update(): Promise<StackUpdate>;
  readonly context: CloudContext;
  /** What is made to fail, and how often it was; changes at any time. */
  readonly faults: FaultControl;
  /** Ends every process of the cloud and gives the state folder back. */
  close(): Promise<void>;
}

/**
 * Brings the packaged service up on this machine: one loopback endpoint, every resource of the template behind it.
 * @throws StateError when the state folder is in use, damaged or cannot be written, TemplateError when the template cannot be brought up
 */
export async function startCloud(options: StartOptions): Promise<Cloud> {
  const { stackName, region = 'eu-central-1', accountId = '123456789012', clock = systemClock, onProgress } = options;
  const stateDir = resolve(options.stateDir);
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of closers.splice(0).reverse()) {
      try {
        await step();
      } catch (cause) {
        failures.push(cause);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The embedded cloud did not close cleanly.');
  };

  try {
    closers.push(lockStateDir(stateDir));
    refuseEmptied(stateDir);
    const diagnostics = openCloudLog(stateDir, clock);
    closers.push(diagnostics.close);
    const auditFolders = [auditFolder(stateDir), ...(options.auditDir === undefined ? [] : [options.auditDir])];
    const audit = openAudit(auditFolders, options.hidesKeys);
    closers.push(() => audit.close());
    const { log } = diagnostics;
    const template = readTemplate(options.templatePath);

    const apis = (options.pages ?? []).flatMap(({ api }) => api ?? []);
    const credentials = openCredentials(stateDir, accountId);
    const faults = createFaultControl(clock, log, inventoryOf(template, stackName, apis), options.faults);
    const door = await createDoor(
      { credentials, audit, region, clock, log, stateDir, faults: faults.call },
      options.port ?? 0,
    );
    closers.push(() => door.close());

    const services = new Map<string, CloudService>();
    const iam = () => services.get('iam') as IamService;
    const authorizer = createAuthorizer(() => iam().roles, { accountId, clock, find: (name) => services.get(name) });
    const roleName = (roleArn: string) => iam().roles.get(roleArn)?.logicalId;
    const base = createContext(
      {
        accountId,
        region,
        stateDir,
        clock,
        endpoint: door.endpoint,
        credentials,
        services,
        roles: () => iam().roles,
        actAs: createRoleActions({ services, region, clock, audit, authorizer, roleName }),
      },
      log,
    );
    const context: HostContext = {
      ...base,
      packageDir: resolve(options.packageDir),
      endpoint: door.endpoint,
      credentials,
      faults: faults.points,
      sageMaker: { ...DEFAULT_SETTINGS, ...options.sageMaker },
      lambda: options.lambda ?? {},
    };
    const started = await createServices(options, context, services, closers);

    const providers = new Map<string, ResourceProvider>(
      started.flatMap((service) => Object.entries(service.resources ?? {})),
    );
    const keeper = createStackKeeper({
      ...{ name: stackName, context, providers, services, audit, onProgress },
      templatePath: options.templatePath,
      secrets: options.secrets ?? {},
      parameters:
        typeof options.parameters === 'function' ? options.parameters(door.endpoint) : (options.parameters ?? {}),
    });
    // As deployment tools do: a stack whose creation failed can only be deleted, and is in the way of the next one.
    await deleteFailedStack({ name: stackName, context, providers });
    await keeper.create(template);
    door.open({ services, authorizer, roleName });
    const faultPages = createFaultPages(faults, apis, credentials.admin.secretAccessKey);
    door.mount(faultPages.prefix, faultPages.handle);
    const updatePage = createUpdatePage(keeper, credentials.admin.secretAccessKey);
    door.mount(updatePage.prefix, updatePage.handle);
    if (options.instance !== undefined) {
      const instancePage = createInstancePage(options.instance);
      door.mount(instancePage.prefix, instancePage.handle);
    }
    for (const plugin of options.pages ?? []) {
      const pages = await plugin.create(context);
      closers.push(() => pages.close?.());
      door.mount(pages.prefix, pages.handle);
    }
    for (const service of started) await service.start?.();
    log('info', 'the embedded cloud is up', { endpoint: door.endpoint, stack: stackName });
    return {
      endpoint: door.endpoint,
      region,
      accountId,
      stackName,
      admin: credentials.admin,
      get outputs() {
        return keeper.stack().outputs;
      },
      get resources() {
        return keeper.stack().resources;
      },
      update: keeper.update,
      context,
      faults,
      close,
    };
  } catch (cause) {
    await close().catch(() => undefined);
    throw explainStateFailure(cause, stateDir) ?? cause;
  }
}

async function createServices(
  { services: chosen = SERVICE_NAMES, serviceFactories = {} }: StartOptions,
  context: HostContext,
  services: Map<string, CloudService>,
  closers: (() => void | Promise<void>)[],
): Promise<CloudService[]> {
  const wanted = SERVICE_NAMES.filter(
    (name) => name === 'iam' || (chosen.includes(name) && !Object.hasOwn(serviceFactories, name)),
  );
  const loaded = await Promise.all(
    wanted.map(async (name) => [name, (await SERVICES[name]()) as HostFactory] as const),
  );
  const started: CloudService[] = [];
  for (const [, factory] of [...loaded, ...Object.entries(serviceFactories)]) {
    const service = await factory(context);
    started.push(service);
    if (service.close) closers.push(() => service.close?.());
    for (const name of service.signingNames) services.set(name, service);
  }
  return started;
}
