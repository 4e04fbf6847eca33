// A text that is no manifest to share from, and why.

/** `ignored`: well-formed, but not for the engine. `rejected`: nobody can use it. */
export interface ManifestRefusal {
  readonly kind: 'ignored' | 'rejected';
  readonly why: string;
}

/** Well-formed, but not for the engine. */
export const ignored = (why: string): ManifestRefusal => ({ kind: 'ignored', why });

/** Nobody can use it. */
export const rejected = (why: string): ManifestRefusal => ({ kind: 'rejected', why });
