// Where the repository is, wherever the bundled server stands in it.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Name in the `package.json` that marks the root. */
const PACKAGE_NAME = 'p2p-media-loader';

/** Walks up from `folder` to the repository's root. @throws Error when there is none above */
export function findRepositoryRoot(folder: string): string {
  for (let current = folder; ; current = dirname(current)) {
    const manifest = join(current, 'package.json');
    if (existsSync(manifest) && nameIn(manifest) === PACKAGE_NAME) return current;
    if (dirname(current) === current) throw new Error(`no folder of ${PACKAGE_NAME} above ${folder}`);
  }
}

function nameIn(manifest: string): unknown {
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof content === 'object' && content !== null && 'name' in content ? content.name : undefined;
}
