// XML text → the few elements that matter, in the shape of DOM nodes that mpd-parser reads. In place of its own
// DOM parser, which is three quarters of its size, and of the browser's, which the core does not know and which
// reads other things than Node's: here all read the same. One pass, no DOCTYPE and so no entities to expand;
// elements and attributes that nobody asked for are checked for their nesting and dropped.

import { MAX_TAG_LENGTH, MAX_XML_DEPTH, MAX_XML_ELEMENTS } from '../limits';

/** An attribute, as mpd-parser reads it. */
export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
}

/** An element, as mpd-parser reads it, and its rows. */
export interface XmlElement {
  readonly tagName: string;
  readonly attributes: readonly XmlAttribute[];
  readonly childNodes: readonly XmlElement[];
  /** Of elements whose text the vocabulary asks for; else empty. */
  readonly textContent: string;
  /** Children that come by the thousand; mpd-parser does not see them. */
  readonly rows: readonly XmlElement[];
}

/** What is kept of a text. Names of elements are without prefix. */
export interface XmlVocabulary {
  /** By element: the attributes to keep. */
  readonly elements: ReadonlyMap<string, readonly string[]>;
  /** Elements whose text is kept. */
  readonly texts: ReadonlySet<string>;
  /** Elements that go to `rows`. */
  readonly rows: ReadonlySet<string>;
}

interface OpenElement {
  tagName: string;
  attributes: XmlAttribute[];
  childNodes: XmlElement[];
  textContent: string;
  rows: XmlElement[];
}

const NAME = /[^\s<>/="']+/y;
const ATTRIBUTE = /\s+([^\s<>/="']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;
const REFERENCE = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));/gi;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const MAX_CODE_POINT = 0x10ffff;

/** The root element of `text`, or why there is none. Never throws. */
export function readXml(text: string, vocabulary: XmlVocabulary): XmlElement | string {
  return new XmlReader(text, vocabulary).read();
}

class XmlReader {
  private position = 0;
  private elementCount = 0;
  private root: XmlElement | undefined;
  /** Prefix of the root with its colon: that of all elements of its namespace, in every manifest seen. */
  private prefix = '';
  /** Names of the open elements as written, outermost first. */
  private readonly names: string[] = [];
  /** The open elements; undefined where one is dropped, and all within it. */
  private readonly open: (OpenElement | undefined)[] = [];

  constructor(
    private readonly text: string,
    private readonly vocabulary: XmlVocabulary,
  ) {}

  read(): XmlElement | string {
    for (;;) {
      const start = this.text.indexOf('<', this.position);
      this.addText(this.text.slice(this.position, start < 0 ? undefined : start));
      if (start < 0) break;
      this.position = start;
      const problem = this.readMarkup();
      if (problem !== undefined) return problem;
    }
    if (this.names.length > 0) return 'ends within an element';
    return this.root ?? 'has no element';
  }

  private readMarkup(): string | undefined {
    const { text, position } = this;
    if (text.startsWith('<!--', position)) return this.skipPast('-->', 4);
    if (text.startsWith('<?', position)) return this.skipPast('?>', 2);
    if (text.startsWith('<![CDATA[', position)) return this.readCharacterData();
    if (text.startsWith('<!', position)) return 'has a DOCTYPE';
    return text.startsWith('</', position) ? this.readEndTag() : this.readStartTag();
  }

  private skipPast(end: string, offset: number): string | undefined {
    const found = this.text.indexOf(end, this.position + offset);
    if (found < 0) return 'ends within a comment or an instruction';
    this.position = found + end.length;
    return undefined;
  }

  private readCharacterData(): string | undefined {
    const start = this.position + '<![CDATA['.length;
    const end = this.text.indexOf(']]>', start);
    if (end < 0) return 'ends within character data';
    this.position = end + ']]>'.length;
    const element = this.open.at(-1);
    if (element && this.vocabulary.texts.has(element.tagName)) element.textContent += this.text.slice(start, end);
    return undefined;
  }

  private addText(text: string): void {
    const element = this.open.at(-1);
    if (element && this.vocabulary.texts.has(element.tagName)) element.textContent += decodeReferences(text);
  }

  private readEndTag(): string | undefined {
    this.position += '</'.length;
    const name = this.match(NAME)?.[0];
    const end = this.match(TAG_END);
    if (name === undefined || end?.[1] !== '' || this.names.pop() !== name) return 'its tags do not nest';
    this.open.pop();
    return undefined;
  }

  private readStartTag(): string | undefined {
    this.position += '<'.length;
    const name = this.match(NAME)?.[0];
    if (name === undefined) return 'has a tag without a name';
    if (this.names.length === 0) {
      if (this.root) return 'has two roots';
      this.prefix = name.slice(0, name.indexOf(':') + 1);
    }
    const kept = this.keptAttributesOf(name);
    const element: OpenElement | undefined = kept && {
      tagName: name.slice(this.prefix.length),
      attributes: [],
      childNodes: [],
      textContent: '',
      rows: [],
    };
    for (let match = this.match(ATTRIBUTE); match; match = this.match(ATTRIBUTE)) {
      const [, attribute = '', double, single] = match;
      const value = double ?? single ?? '';
      if (!element || !kept?.includes(attribute)) continue;
      if (value.length > MAX_TAG_LENGTH) return `an attribute is longer than ${MAX_TAG_LENGTH} characters`;
      if (element.attributes.some((earlier) => earlier.name === attribute)) return 'has an attribute twice';
      element.attributes.push({ name: attribute, value: decodeReferences(value.replace(/[\t\r\n]/g, ' ')) });
    }
    const end = this.match(TAG_END);
    if (!end) return 'has a tag that is malformed';
    return this.enter(name, element, end[1] === '/');
  }

  private enter(name: string, element: OpenElement | undefined, isEmpty: boolean): string | undefined {
    if (element) {
      if (++this.elementCount > MAX_XML_ELEMENTS) return `more than ${MAX_XML_ELEMENTS} elements`;
      const parent = this.open.at(-1);
      if (parent) (this.vocabulary.rows.has(element.tagName) ? parent.rows : parent.childNodes).push(element);
    }
    if (this.names.length === 0) this.root = element ?? { ...NOTHING, tagName: name };
    if (isEmpty) return undefined;
    if (this.names.length >= MAX_XML_DEPTH) return `nests deeper than ${MAX_XML_DEPTH}`;
    this.names.push(name);
    this.open.push(element);
    return undefined;
  }

  /** Undefined when the element is to be dropped. */
  private keptAttributesOf(name: string): readonly string[] | undefined {
    if (this.names.length > 0 && !this.open.at(-1)) return undefined;
    if (!name.startsWith(this.prefix)) return undefined;
    return this.vocabulary.elements.get(name.slice(this.prefix.length));
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text) ?? undefined;
    if (match) this.position += match[0].length;
    return match;
  }
}

const NOTHING: XmlElement = { tagName: '', attributes: [], childNodes: [], textContent: '', rows: [] };

/** Puts characters in place of `&amp;` and the like; what is no reference stays as it is. */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (reference, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? reference;
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : reference;
  });
}
