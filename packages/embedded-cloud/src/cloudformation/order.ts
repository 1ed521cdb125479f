import { isJsonObject } from '../cloud/json-protocol.ts';
import { type DeclaredResource, TemplateError } from './template.ts';

/** The names a value refers to by Ref, Fn::GetAtt and Fn::Sub, whether resources or parameters. */
function references(value: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(value)) {
    for (const item of value) references(item, found);
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key === 'Ref' && typeof member === 'string') found.add(member);
      else if (key === 'Fn::GetAtt')
        found.add(String(Array.isArray(member) ? member[0] : String(member).split('.')[0]));
      else if (key === 'Fn::Sub') {
        const [template, variables] = Array.isArray(member) ? [member[0], member[1]] : [member, undefined];
        for (const [, name = ''] of String(template).matchAll(/\$\{(?!!)([^}]+)\}/g))
          found.add(name.trim().split('.')[0] ?? '');
        references(variables, found);
      } else references(member, found);
    }
  }
  return found;
}

/**
 * Puts resources into an order in which each comes after everything it refers to; otherwise as in the template.
 * @param isDeclared whether the template has the resource at all: one left out by its condition is not waited for
 * @throws TemplateError naming the circle, or a DependsOn that leads nowhere
 */
export function dependencyOrder(
  resources: ReadonlyMap<string, DeclaredResource>,
  isDeclared: (logicalId: string) => boolean,
): DeclaredResource[] {
  const order: DeclaredResource[] = [];
  const done = new Set<string>();
  const path: string[] = [];

  const visit = (resource: DeclaredResource): void => {
    const { logicalId } = resource;
    if (done.has(logicalId)) return;
    const start = path.indexOf(logicalId);
    if (start >= 0)
      throw new TemplateError(
        `Circular dependency between resources: ${[...path.slice(start), logicalId].join(' → ')}.`,
      );
    path.push(logicalId);
    for (const name of resource.dependsOn) {
      const needed = resources.get(name);
      if (!needed && !isDeclared(name))
        throw new TemplateError(`Resources.${logicalId}: DependsOn names ${name}, which is not in the template.`);
      if (needed) visit(needed);
    }
    for (const name of references(resource.properties, new Set())) {
      const needed = resources.get(name);
      if (needed) visit(needed);
    }
    path.pop();
    done.add(logicalId);
    order.push(resource);
  };
  for (const resource of resources.values()) visit(resource);
  return order;
}
