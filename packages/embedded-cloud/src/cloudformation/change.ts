import { isDeepStrictEqual } from 'node:util';
import type { CloudContext, ResourceProvider, TemplateResource } from '../cloud/service.ts';

interface Standing {
  readonly logicalId: string;
  readonly type: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A stack that runs. */
export interface Running {
  readonly resources: Readonly<Record<string, Standing>>;
  /** Logical id → the resource as it was asked for. */
  readonly applied: Readonly<Record<string, TemplateResource>>;
}

/** What happens to the resources of a stack that runs already, while a template is applied to it. */
export interface Change {
  /** The resource as it stands, when the template asks for nothing else. */
  unchanged(resource: TemplateResource): Promise<Standing | undefined>;
  /** Notes down a resource that was created or changed. */
  made(resource: TemplateResource, stands: Standing): void;
  /** Logical id → resource, for the stack that results. */
  applied(): Running['applied'];
  /**
   * Puts back what was changed so far, the last resource first, as CloudFormation rolls back an update
   * (CloudFormation User Guide, "Stack failure options"). What was created is deleted afterwards: see rollback.ts.
   */
  putBack(): Promise<void>;
}

/** @param current the stack as it runs; without one, every resource is applied and nothing is put back */
export function changeOf(
  current: Running | undefined,
  providers: ReadonlyMap<string, ResourceProvider>,
  log: CloudContext['log'],
): Change {
  const applied: Record<string, TemplateResource> = {};
  const steps: { readonly stands: Standing; readonly before: TemplateResource | undefined }[] = [];
  const formerOf = ({ logicalId, type }: TemplateResource): TemplateResource | undefined => {
    const former = current?.applied[logicalId];
    return former?.type === type ? former : undefined;
  };

  return {
    async unchanged(resource) {
      const former = formerOf(resource);
      const stands = current?.resources[resource.logicalId];
      if (!former || !stands) return undefined;
      const { isCurrent } = providers.get(resource.type) ?? {};
      const same = isCurrent
        ? await isCurrent(resource, { ...former, ref: stands.ref })
        : isDeepStrictEqual(resource.properties, former.properties);
      if (same) applied[resource.logicalId] = resource;
      return same ? stands : undefined;
    },
    made(resource, stands) {
      applied[resource.logicalId] = resource;
      steps.push({ stands, before: formerOf(resource) });
    },
    applied: () => applied,
    async putBack() {
      for (const { stands, before } of steps.toReversed()) {
        const provider = providers.get(stands.type);
        try {
          if (!before) continue;
          if (provider?.restore) await provider.restore(before);
          else await provider?.apply(before);
        } catch (failure) {
          const { logicalId, type } = stands;
          log('error', 'a resource could not be rolled back', { logicalId, type, error: String(failure) });
        }
      }
    },
  };
}
