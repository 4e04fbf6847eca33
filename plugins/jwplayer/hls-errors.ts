// What hls.js calls an error, in JW's codes.

/** A first code of JW's own for HLS; the HTTP status is added. */
const HLS_ERROR_CODE = 230_000;
const MEDIA_ERROR = 'mediaError';
/** A second media error so soon is not mended by the same means. */
export const RECOVERY_PAUSE_MS = 5_000;

/** As much of hls.js's report as is read. */
export interface HlsErrorReport {
  readonly type?: string;
  readonly details?: string;
  readonly fatal?: boolean;
  readonly response?: { readonly code?: number };
  readonly error?: Error;
}

export interface JwError {
  readonly code: number;
  /** Of the text that JW shows. */
  readonly key: string;
  readonly sourceError: unknown;
  readonly message: string;
}

export function errorOf(report: HlsErrorReport): JwError {
  const { response, details = 'unknown', error } = report;
  return {
    code: HLS_ERROR_CODE + (response?.code ?? 0),
    key: 'cantPlayVideo',
    sourceError: report,
    message: error?.message ?? details,
  };
}

/** hls.js can mend it by making the media source anew. */
export function isMediaError({ type }: HlsErrorReport): boolean {
  return type === MEDIA_ERROR;
}
