// Certificate and key from files, and their change while the server runs.

import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import type { Logger } from './logger';

export interface TlsFiles {
  /** Certificate with its chain, PEM. */
  readonly certFile: string;
  /** Private key, PEM. */
  readonly keyFile: string;
}

/** Oldest version of TLS: browsers have had nothing else for years. */
export const TLS_MIN_VERSION = 'TLSv1.2';

/** Milliseconds between two looks at the files. By path, because certbot and Kubernetes swap links. */
export const TLS_CHECK_INTERVAL_MS = 5_000;

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws when a file cannot be read, is no PEM, or the two do not belong together */
export function readTlsFiles({ certFile, keyFile }: TlsFiles): TlsMaterial {
  const material = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  try {
    createSecureContext(material);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${certFile} and ${keyFile} are no certificate and its key: ${reason}`, { cause: error });
  }
  return material;
}

/** Keeps a TLS server on what its files hold now. Connections that are there keep what they began with. */
export class TlsReloader {
  #stamp: string;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly server: Pick<Server, 'setSecureContext'>,
    private files: TlsFiles,
    private readonly logger: Logger,
    checkIntervalMs = TLS_CHECK_INTERVAL_MS,
  ) {
    this.#stamp = stampOf(files);
    this.#timer = setInterval(() => this.#check(), checkIntervalMs).unref();
  }

  /** Reads the files, or others from now on. @returns whether they are in use; if not, the old ones are */
  reload(files: TlsFiles = this.files): boolean {
    // Before reading: a change meanwhile is seen by the next look.
    this.#stamp = stampOf(files);
    try {
      this.server.setSecureContext({ ...readTlsFiles(files), minVersion: TLS_MIN_VERSION });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.log('error', 'TLS files cannot be used; the old certificate stays', { reason });
      if (files !== this.files) this.#stamp = stampOf(this.files);
      return false;
    }
    this.files = files;
    this.logger.log('info', 'TLS certificate read');
    return true;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    if (stampOf(this.files) !== this.#stamp) this.reload();
  }
}

/** Changes whenever a file does, or is another one. */
function stampOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : 'missing';
    })
    .join();
}
