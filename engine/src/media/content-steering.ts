// The content steering manifest of HLS (draft-pantos-hls-rfc8216bis §7.2): a server names CDNs while the stream
// plays. What matters here is the playlists of pathways that it adds ("clones"): the same media at other URLs.

import { MAX_MANIFEST_LENGTH, MAX_PATHWAY_CLONES } from './limits';
import { rejected, type ManifestRefusal } from './manifest-refusal';
import { resolveHttpUrl } from './playlist-url';

/** A pathway that has what another one has, at other URLs. */
export interface PathwayClone {
  readonly baseId: string;
  readonly id: string;
  /** Host of its URLs, when it is another one. */
  readonly host?: string;
  /** Parameters that are added to its URLs. */
  readonly parameters: readonly (readonly [string, string])[];
  /** URLs of single playlists by their stable id. */
  readonly urisByStableId: ReadonlyMap<string, string>;
}

/** What a steering manifest adds. */
export interface SteeringManifest {
  readonly kind: 'steering';
  readonly clones: readonly PathwayClone[];
}

/** Reads `text`. Never throws. */
export function readSteering(text: string): SteeringManifest | ManifestRefusal {
  if (text.length > MAX_MANIFEST_LENGTH) return rejected(`longer than ${MAX_MANIFEST_LENGTH} characters`);
  const manifest = parse(text);
  if (!(manifest instanceof Map)) return rejected('no steering manifest');
  const clones: unknown = manifest.get('PATHWAY-CLONES') ?? [];
  if (!Array.isArray(clones)) return rejected('PATHWAY-CLONES is no list');
  if (clones.length > MAX_PATHWAY_CLONES) return rejected(`more than ${MAX_PATHWAY_CLONES} PATHWAY-CLONES`);
  return { kind: 'steering', clones: clones.flatMap((clone) => cloneOf(clone) ?? []) };
}

/** Where the clone has what its base has at `url` (absolute); undefined when that is no URL. */
export function clonedUrl(clone: PathwayClone, url: string, stableId: string | undefined): string | undefined {
  const own = stableId === undefined ? undefined : clone.urisByStableId.get(stableId);
  if (own !== undefined) return resolveHttpUrl(own, url);
  const resolved = resolveHttpUrl(url);
  if (resolved === undefined) return undefined;
  const [, scheme = '', rest = ''] = /^(https?:\/\/)[^/?#]*(.*)$/s.exec(resolved) ?? [];
  const moved = clone.host === undefined ? resolved : `${scheme}${clone.host}${rest}`;
  const added = clone.parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const separator = moved.includes('?') ? '&' : '?';
  return resolveHttpUrl(added.length > 0 ? `${moved}${separator}${added.join('&')}` : moved);
}

/** Objects become maps, so that no name in them means anything to JavaScript. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
      return isObject ? new Map<string, unknown>(Object.entries(value)) : value;
    });
  } catch {
    return undefined;
  }
}

function cloneOf(clone: unknown): PathwayClone | undefined {
  if (!(clone instanceof Map)) return undefined;
  const [baseId, id, replacement] = [clone.get('BASE-ID'), clone.get('ID'), clone.get('URI-REPLACEMENT')] as unknown[];
  if (typeof baseId !== 'string' || typeof id !== 'string' || !(replacement instanceof Map)) return undefined;
  const host: unknown = replacement.get('HOST');
  return {
    baseId,
    id,
    ...(typeof host === 'string' && host !== '' && { host }),
    parameters: textsOf(replacement.get('PARAMS')),
    urisByStableId: new Map([
      ...textsOf(replacement.get('PER-VARIANT-URIS')),
      ...textsOf(replacement.get('PER-RENDITION-URIS')),
    ]),
  };
}

function textsOf(value: unknown): [string, string][] {
  if (!(value instanceof Map)) return [];
  return [...(value as Map<string, unknown>)].flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' ? [[name, text]] : [],
  );
}
