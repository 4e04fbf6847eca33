// Unix sockets to listen on: permissions from the first moment, and the file that a dead process left behind.

import cluster from 'node:cluster';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** The owner and the group, the proxy's for example, may connect. */
export const DEFAULT_SOCKET_MODE = 0o660;

/** Milliseconds that whoever listens on a socket has to take a connection; one that is alive takes none. */
const PROBE_TIMEOUT_MS = 1_000;

/** Opens a server on a path. The file goes when the server is closed. @throws the error of `node:net` */
export async function listenUnix(server: Server, path: string, mode: number): Promise<void> {
  try {
    await bind(server, path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await removeIfDead(path))) throw error;
    await bind(server, path, mode);
  }
  // There the supervisor made the file, under a umask of its own, with which only its owner may connect.
  if (cluster.isWorker) await chmod(path, mode);
}

async function bind(server: Server, path: string, mode: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // The file is made within listen(): with a umask nobody gets in before its permissions are set.
    // Workers share the process's umask and must not set it.
    const previous = isMainThread ? process.umask(0o777 & ~mode) : undefined;
    try {
      server.once('error', reject).listen({ path, writableAll: false }, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      if (previous !== undefined) process.umask(previous);
    }
  });
}

/** Removes a socket that nobody listens on. @returns whether it is gone */
async function removeIfDead(path: string): Promise<boolean> {
  const before = await lstat(path).catch(() => undefined);
  if (!before) return true;
  if (!before.isSocket() || (await isAlive(path))) return false;
  // Another process may have found it dead as well and be there by now.
  const after = await lstat(path).catch(() => undefined);
  if (after?.ino === before.ino) await unlink(path);
  return after === undefined || after.ino === before.ino;
}

async function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    // Only a refusal says that nobody is there; no permission or a full queue do not.
    const settle = (isDead: boolean) => {
      socket.destroy();
      resolve(!isDead);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(false));
    socket.once('connect', () => settle(false));
    socket.once('error', (error) => settle((error as NodeJS.ErrnoException).code === 'ECONNREFUSED'));
  });
}
