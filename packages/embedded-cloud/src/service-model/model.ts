/**
 * An AWS service model as botocore publishes it (`botocore/data/<service>/<version>/service-2.json`), reduced to what
 * tells a valid request from an invalid one. botocore is licensed under Apache-2.0.
 */
export interface ServiceModel {
  readonly metadata: ServiceMetadata;
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

export interface ServiceMetadata {
  readonly apiVersion: string;
  /** `json`, `rest-json`, `rest-xml`, `query` …: the first protocol, and all that the service supports. */
  readonly protocol: string;
  readonly protocols?: readonly string[];
  readonly endpointPrefix: string;
  readonly serviceId?: string;
  readonly signingName?: string;
}

export interface OperationModel {
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string };
}

/** A member: its shape, and where the REST protocols put it. */
export interface MemberRef {
  readonly shape: string;
  readonly location?: 'header' | 'headers' | 'querystring' | 'uri' | 'statusCode';
  readonly timestampFormat?: TimestampFormat;
}
export type TimestampFormat = 'iso8601' | 'rfc822' | 'unixTimestamp';

export type ModelShape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | BlobShape
  | TimestampShape
  | { readonly type: 'boolean' };

export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, MemberRef>>;
  readonly required?: readonly string[];
  /** Exactly one member is set. */
  readonly union?: boolean;
  /** Any JSON value. */
  readonly document?: boolean;
  readonly sensitive?: boolean;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}
export interface ListShape extends Bounds {
  readonly type: 'list';
  readonly member: MemberRef;
  readonly sensitive?: boolean;
}
export interface MapShape extends Bounds {
  readonly type: 'map';
  readonly key: MemberRef;
  readonly value: MemberRef;
  readonly sensitive?: boolean;
}
export interface StringShape extends Bounds {
  readonly type: 'string';
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
}
export interface NumberShape extends Bounds {
  readonly type: 'integer' | 'long' | 'float' | 'double';
  readonly sensitive?: boolean;
}
export interface BlobShape extends Bounds {
  readonly type: 'blob';
  readonly sensitive?: boolean;
}
export interface TimestampShape {
  readonly type: 'timestamp';
  readonly timestampFormat?: TimestampFormat;
}

/** @throws Error when the model names a shape that it does not define */
export function shapeOf(model: ServiceModel, name: string): ModelShape {
  const shape = Object.hasOwn(model.shapes, name) ? model.shapes[name] : undefined;
  if (!shape) throw new Error(`The service model of ${model.metadata.endpointPrefix} has no shape ${name}.`);
  return shape;
}
