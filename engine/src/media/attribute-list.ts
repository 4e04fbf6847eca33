// Attribute lists of tags, and the variables (EXT-X-DEFINE) whose values are put into them and into URIs.

import { MAX_TAG_LENGTH } from './limits';

/** Attributes of a tag by name: text without quotes, variables replaced by their values. */
export type TagAttributes = ReadonlyMap<string, string>;

/** Values of EXT-X-DEFINE by name; a media playlist may import those of its multivariant playlist. */
export type Definitions = ReadonlyMap<string, string>;

/** RFC 8216 §4.2, and white space around names and values. Of attributes with one name the first counts. */
export function readAttributeList(list: string, definitions: Definitions): TagAttributes {
  const attributes = new Map<string, string>();
  // Each attempt begins at a comma and ends before the next one that is not quoted: linear, whatever the text is.
  for (const [, name, quoted, bare] of list.matchAll(/(?:^|,)\s*([^=,"\s]+)\s*=\s*(?:"([^"]*)"|([^,]*))/g)) {
    if (name && !attributes.has(name)) attributes.set(name, substitute((quoted ?? bare ?? '').trim(), definitions));
  }
  return attributes;
}

/**
 * Puts the values of EXT-X-DEFINE in place of `{$name}`. What would grow beyond MAX_TAG_LENGTH stays as it is: a few
 * kilobytes of text could be gigabytes of URLs.
 */
export function substitute(value: string, definitions: Definitions): string {
  if (!value.includes('{$')) return value;
  let length = value.length;
  return value.replace(/\{\$([\w-]+)\}/g, (reference, name: string) => {
    const replacement = definitions.get(name) ?? reference;
    length += replacement.length - reference.length;
    return length > MAX_TAG_LENGTH ? reference : replacement;
  });
}

/**
 * The variables that EXT-X-DEFINE tags with these attribute lists give the playlist at `url`; or what is wrong with
 * them: such a playlist must not be used (draft-pantos-hls-rfc8216bis §4.4.2.3).
 */
export function readDefinitions(lists: readonly string[], url: string, imported: Definitions): Definitions | string {
  const definitions = new Map<string, string>();
  for (const list of lists) {
    const attributes = readAttributeList(list, definitions);
    const sources = ['NAME', 'IMPORT', 'QUERYPARAM'].filter((source) => attributes.has(source));
    const [source = ''] = sources;
    const name = attributes.get(source);
    if (name === undefined || sources.length > 1) return '#EXT-X-DEFINE without a name, or with two';
    if (definitions.has(name)) return `#EXT-X-DEFINE of ${name} twice`;
    const value =
      source === 'NAME' ? attributes.get('VALUE') : source === 'IMPORT' ? imported.get(name) : parameterOf(url, name);
    if (value === undefined || (value === '' && source !== 'NAME')) return `#EXT-X-DEFINE of ${name} without a value`;
    definitions.set(name, value);
  }
  return definitions;
}

/** The query parameter `name` of `url`, decoded; undefined when there is none, or it cannot be decoded. */
function parameterOf(url: string, name: string): string | undefined {
  try {
    const value = new URL(url).searchParams.get(name);
    // Twice, as VHS does: the value is to be the player's.
    return value === null ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
