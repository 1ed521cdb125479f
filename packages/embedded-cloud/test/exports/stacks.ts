import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceProvider, ServiceFactory } from '#src/cloud/service';
import { deleteStack } from '#src/cloudformation/rollback';
import { applyStack, type Stack } from '#src/cloudformation/stack';
import { type KnownResource, readStack, type StackStatus } from '#src/cloudformation/stack-state';
import { SERVICE_NAMES, SERVICES, type ServiceName } from '#src/host/registry';
import { startCloud } from '#src/host/start';

/** When a resource is made to fail: before its service does anything, or when the service is done. */
export type FailurePoint = 'before' | 'after';

/** One running cloud in which a stack is created and deleted any number of times, without starting the cloud again. */
export interface StackBench {
  /** Creates or updates the stack. @throws what CloudFormation reports, AwsError or TemplateError */
  deploy(template: unknown, parameters?: Readonly<Record<string, string>>): Promise<Stack>;
  /** Has the creation of one resource fail from now on; undefined for none. */
  fail(logicalId: string | undefined, point?: FailurePoint): void;
  /** Deletes the stack by the deletion policies. @returns the logical ids of what it kept */
  remove(): Promise<readonly string[]>;
  status(): StackStatus | undefined;
  /** Logical ids in the order in which their services were told to delete them, since the last call. */
  takeDeletions(): string[];
  /** What `Ref` gives for the resource of this declaration where one exists. */
  existing(
    resource: Pick<KnownResource, 'logicalId' | 'type'> & { properties: Record<string, unknown> },
  ): Promise<string | undefined>;
  /** Deletes one resource by hand, as an operator would. */
  deleteByHand(resource: Pick<KnownResource, 'logicalId' | 'type' | 'ref'>): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param folder for state, which must be empty
 * @param packageDir where the functions' zips are
 */
export async function openStackBench(folder: string, packageDir: string, stackName: string): Promise<StackBench> {
  const providers = new Map<string, ResourceProvider>();
  const deletions: string[] = [];
  let failing: { readonly logicalId: string; readonly point: FailurePoint } | undefined;

  const watched = (provider: ResourceProvider): ResourceProvider => ({
    ...(provider.existing && { existing: (resource) => provider.existing?.(resource) ?? Promise.resolve(undefined) }),
    ...(provider.delete && {
      async delete(resource) {
        deletions.push(resource.logicalId);
        await provider.delete?.(resource);
      },
    }),
    async apply(resource) {
      const fails = failing?.logicalId === resource.logicalId ? failing.point : undefined;
      if (fails === 'before') throw new Error('made to fail');
      const applied = await provider.apply(resource);
      if (fails === 'after') throw new Error('made to fail');
      return applied;
    },
  });
  const collecting =
    (name: ServiceName): ServiceFactory =>
    async (context) => {
      const factory = (await SERVICES[name]()) as ServiceFactory;
      const service = await factory(context);
      for (const [type, provider] of Object.entries(service.resources ?? {})) providers.set(type, watched(provider));
      return service;
    };

  const templatePath = join(folder, 'empty.json');
  writeFileSync(templatePath, JSON.stringify({ Resources: {} }));
  const cloud = await startCloud({
    templatePath,
    packageDir,
    stateDir: join(folder, 'state'),
    stackName: 'empty',
    serviceFactories: Object.fromEntries(SERVICE_NAMES.map((name) => [name, collecting(name)])),
  });
  const { context } = cloud;
  const place = { name: stackName, context, providers };
  return {
    deploy: (template, parameters = {}) => applyStack({ ...place, template, parameters }),
    fail: (logicalId, point = 'before') => {
      failing = logicalId === undefined ? undefined : { logicalId, point };
    },
    remove: async () => (await deleteStack(place)).kept,
    status: () => readStack(context.stateDir, stackName)?.status,
    takeDeletions: () => deletions.splice(0),
    existing: async ({ logicalId, type, properties }) =>
      providers.get(type)?.existing?.({ logicalId, type, properties, stackName }),
    deleteByHand: async (resource) => providers.get(resource.type)?.delete?.(resource),
    close: cloud.close,
  };
}
