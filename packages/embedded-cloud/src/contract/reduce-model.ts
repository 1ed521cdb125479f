import { type ModelShape, type OperationModel, type ServiceModel, shapeOf } from '#src/service-model/model';

/** Parts of a shape or member that say nothing about validity. */
const DROPPED = new Set(['documentation', 'deprecated', 'deprecatedMessage', 'deprecatedSince', 'box']);

/**
 * The part of a model that decides whether requests and responses of the named operations are valid, without documentation.
 * @throws Error for an operation that the model does not have
 */
export function reduceModel(model: ServiceModel, operations: readonly string[]): ServiceModel {
  const kept = [...operations].sort().map((name) => {
    const operation = Object.hasOwn(model.operations, name) ? model.operations[name] : undefined;
    if (!operation) throw new Error(`${model.metadata.endpointPrefix} has no operation ${name}.`);
    const { input, output } = operation;
    const reduced: OperationModel = {
      ...(input && { input: { shape: input.shape } }),
      ...(output && { output: { shape: output.shape } }),
    };
    return [name, reduced] as const;
  });
  const names = new Set(kept.flatMap(([, { input, output }]) => [input?.shape ?? [], output?.shape ?? []].flat()));
  // Iterating a set includes what is added on the way.
  for (const name of names) for (const inner of referenced(shapeOf(model, name))) names.add(inner);
  const shapes = [...names].sort().map((name) => [name, withoutDropped(shapeOf(model, name))] as const);
  const { apiVersion, protocol, endpointPrefix } = model.metadata;
  return {
    metadata: { apiVersion, protocol, endpointPrefix },
    operations: Object.fromEntries(kept),
    shapes: Object.fromEntries(shapes) as ServiceModel['shapes'],
  };
}

function referenced(shape: ModelShape): string[] {
  if (shape.type === 'structure') return Object.values(shape.members).map((member) => member.shape);
  if (shape.type === 'list') return [shape.member.shape];
  return shape.type === 'map' ? [shape.key.shape, shape.value.shape] : [];
}

function withoutDropped(value: unknown, isMembers = false): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // A member may itself be called `documentation`.
  const entries = Object.entries(value).filter(([name]) => isMembers || !DROPPED.has(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutDropped(inner, name === 'members')]));
}

/** JSON with one operation or shape a line: short enough to keep, and a change shows what changed. */
export function writeModel({ metadata, operations, shapes }: ServiceModel): string {
  const block = (entries: Readonly<Record<string, unknown>>): string =>
    Object.entries(entries)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return [
    '{',
    '  "//": "Made by scripts/generate-service-model.ts from botocore (Apache-2.0): do not edit.",',
    `  "metadata": ${JSON.stringify(metadata)},`,
    `  "operations": {\n${block(operations)}\n  },`,
    `  "shapes": {\n${block(shapes)}\n  }`,
    '}\n',
  ].join('\n');
}
