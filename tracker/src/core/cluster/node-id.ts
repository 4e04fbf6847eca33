/** Stands for all nodes but the sender where a node id is asked for; no node has it. */
export const EVERYONE = '*';

/** What a node may be called; goes into the names of subjects and channels as it is. */
const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;

export const NODE_ID_RULE = 'must be 1 to 64 letters, digits, - and _';

export function isNodeId(text: string): boolean {
  return NODE_ID.test(text);
}
