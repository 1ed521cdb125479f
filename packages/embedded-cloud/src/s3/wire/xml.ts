import { XMLParser } from 'fast-xml-parser';
import { malformedXml } from './errors.ts';

/** XML without attributes: text, an element's children by name, or several elements of one name. */
export type XmlNode = string | readonly XmlNode[] | XmlElement;
export interface XmlElement {
  readonly [name: string]: XmlNode | number | boolean | undefined;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  htmlEntities: true,
});

const isElement = (node: unknown): node is XmlElement =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

/** Drops the white space between elements, which the parser keeps as text. */
const tidy = (node: unknown): XmlNode => {
  if (Array.isArray(node)) return node.map(tidy);
  if (!isElement(node)) return String(node);
  const { '#text': _space, ...children } = node;
  return Object.fromEntries(Object.entries(children).map(([name, child]) => [name, tidy(child)]));
};

/**
 * Reads a document and answers the content of its root element.
 * @param root the name the root element must have.
 * @throws S3Error MalformedXML
 */
export const parseXml = (text: string, root: string): XmlNode => {
  let document: unknown;
  try {
    document = parser.parse(text, true);
  } catch (cause) {
    throw malformedXml(cause instanceof Error ? cause.message : undefined);
  }
  const content = isElement(document) ? document[root] : undefined;
  if (content === undefined) throw malformedXml(`the root element must be <${root}>`);
  return tidy(content);
};

/** The elements of one name below a node; none when there is no such element. */
export const children = (node: XmlNode | undefined, name: string): readonly XmlNode[] => {
  const child = isElement(node) ? node[name] : undefined;
  if (child === undefined) return [];
  if (typeof child === 'number' || typeof child === 'boolean') return [String(child)];
  return Array.isArray(child) ? child : [child as XmlNode];
};

/** The first element at a path of names; undefined when a name on the way is missing. */
export const childAt = (node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined =>
  path.reduce<XmlNode | undefined>((current, name) => children(current, name)[0], node);

/** The text of the element at a path of names; undefined when it is missing. */
export const textAt = (node: XmlNode | undefined, ...path: readonly string[]): string | undefined => {
  const found = childAt(node, ...path);
  return typeof found === 'string' ? found : undefined;
};

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeText = (text: string): string =>
  // Control characters are written as references, as S3 does, so that keys holding them survive.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the characters meant
  text.replaceAll(/[&<>"\u0000-\u001f]/g, (character) => entities[character] ?? `&#${character.charCodeAt(0)};`);

const writeNode = (name: string, node: XmlNode | number | boolean | undefined): string => {
  if (node === undefined) return '';
  if (Array.isArray(node)) return node.map((item) => writeNode(name, item)).join('');
  return `<${name}>${isElement(node) ? writeChildren(node) : escapeText(String(node))}</${name}>`;
};

const writeChildren = (element: XmlElement): string =>
  Object.entries(element)
    .map(([name, node]) => writeNode(name, node))
    .join('');

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Writes a document of the S3 namespace: arrays become repeated elements, undefined members are left out. */
export const writeXml = (root: string, content: XmlNode): string =>
  `${declaration}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
    isElement(content) ? writeChildren(content) : escapeText(String(content))
  }</${root}>`;

/** Writes a document without a namespace, as S3 writes errors. */
export const writePlainXml = (root: string, content: XmlElement): string => declaration + writeNode(root, content);
