import { readXml, type XmlElement, type XmlVocabulary } from '../../../src/media/dash/xml-tree';
import { MAX_TAG_LENGTH, MAX_XML_DEPTH, MAX_XML_ELEMENTS } from '../../../src/media/limits';

const VOCABULARY: XmlVocabulary = {
  elements: new Map([
    ['A', ['x', 'y']],
    ['B', ['x']],
    ['T', []],
    ['S', []],
  ]),
  texts: new Set(['T']),
  rows: new Set(['S']),
};

const read = (text: string): XmlElement => {
  const root = readXml(text, VOCABULARY);
  if (typeof root === 'string') throw new Error(root);
  return root;
};

describe('readXml', () => {
  test('keeps the elements and attributes of the vocabulary, in their order', () => {
    const root = read(`<?xml version="1.0"?><!-- <A> --><A x="1" z="2" y = '3'><B/><U><B/></U><T/><B x="4"></B></A>\n`);
    expect(root).toMatchObject({
      tagName: 'A',
      attributes: [
        { name: 'x', value: '1' },
        { name: 'y', value: '3' },
      ],
    });
    expect(root.childNodes.map(({ tagName }) => tagName)).toEqual(['B', 'T', 'B']);
  });

  test('keeps rows apart', () => {
    const { childNodes, rows } = read('<A><S/><B/><S/></A>');
    expect([childNodes.length, rows.length]).toEqual([1, 2]);
  });

  test('reads text, character data and references', () => {
    const text = (inner: string) => read(`<A><T>${inner}</T></A>`).childNodes[0]?.textContent;
    expect(text('a&amp;b&#65;&#x42;<!-- no -->c<![CDATA[<&amp;>]]>')).toBe('a&bABc<&amp;>');
    expect(text('&unknown;&#x110000;&#99999999;&')).toBe('&unknown;&#x110000;&#99999999;&');
    expect(read('<A x="a&#10;b&quot;\n\tc"/>').attributes[0]?.value).toBe('a\nb"  c');
    expect(read('<A>words<B>words</B></A>').textContent).toBe('');
  });

  test('knows the prefix of the root', () => {
    expect(read('<d:A xmlns:d="urn:d" x="1"><d:B/><B/><e:B/></d:A>').childNodes).toHaveLength(1);
    expect(read('<A><e:B/></A>').childNodes).toHaveLength(0);
  });

  test.each([
    ['', 'has no element'],
    ['words', 'has no element'],
    ['<A>', 'ends within an element'],
    ['<A><B></A></B>', 'its tags do not nest'],
    ['<A></A></A>', 'its tags do not nest'],
    ['<U><V></U>', 'its tags do not nest'],
    ['<A/><A/>', 'has two roots'],
    ['<A x=1/>', 'has a tag that is malformed'],
    ['<A x="1', 'has a tag that is malformed'],
    ['<A x="<"/>', 'has a tag that is malformed'],
    ['< A/>', 'has a tag without a name'],
    ['<A x="1" x="2"/>', 'has an attribute twice'],
    ['<A><!-- </A>', 'ends within a comment or an instruction'],
    ['<A><![CDATA[ </A>', 'ends within character data'],
    ['<A></A/>', 'its tags do not nest'],
  ])('%j %s', (text, why) => {
    expect(readXml(text, VOCABULARY)).toBe(why);
  });

  // A kilobyte of nested entities is a gigabyte of text in readers that expand them.
  test('expands no entities: a DOCTYPE is refused', () => {
    const bomb = '<!DOCTYPE A [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><A><T>&b;</T></A>';
    expect(readXml(bomb, VOCABULARY)).toBe('has a DOCTYPE');
  });

  test('limits: the last that is taken, and one more', () => {
    const deep = (depth: number) => `${'<A>'.repeat(depth)}${'</A>'.repeat(depth)}`;
    expect(typeof readXml(deep(MAX_XML_DEPTH), VOCABULARY)).toBe('object');
    expect(readXml(deep(MAX_XML_DEPTH + 1), VOCABULARY)).toBe(`nests deeper than ${MAX_XML_DEPTH}`);
    const many = (count: number) => `<A>${'<S/>'.repeat(count - 1)}</A>`;
    expect(typeof readXml(many(MAX_XML_ELEMENTS), VOCABULARY)).toBe('object');
    expect(readXml(many(MAX_XML_ELEMENTS + 1), VOCABULARY)).toBe(`more than ${MAX_XML_ELEMENTS} elements`);
    const long = (length: number) => `<A x="${'a'.repeat(length)}"/>`;
    expect(typeof readXml(long(MAX_TAG_LENGTH), VOCABULARY)).toBe('object');
    expect(readXml(long(MAX_TAG_LENGTH + 1), VOCABULARY)).toContain('longer than');
  });

  test.each([
    ['spaces in a tag', `<A${' '.repeat(2e6)}!`],
    ['a name', `<A ${'a'.repeat(2e6)}!`],
    ['open tags', '<A>'.repeat(5e5)],
    ['dropped elements', `<A>${'<U></U>'.repeat(3e5)}</A>`],
    ['ampersands', `<A><T>${'&'.repeat(2e6)}</T></A>`],
    ['references that do not end', `<A><T>${'&#1'.repeat(7e5)}</T></A>`],
    ['half comments', '<!-'.repeat(7e5)],
  ])('takes time that grows with the text only: %s', (_, text) => {
    const started = performance.now();
    readXml(text, VOCABULARY);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
