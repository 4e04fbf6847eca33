// Request paths as lists of plain names. Nothing is decoded, so nothing can be smuggled past the check by encoding it.

/** A request target taken apart. */
export interface RequestPath {
  /** Path as sent, without the query. */
  readonly path: string;
  readonly query: string;
  /** Names between the slashes; empty for `/` and for any path with something other than plain names. */
  readonly parts: readonly string[];
  /** Whether the path consists of plain names only. */
  readonly isPlain: boolean;
}

/** Letters, digits, `_`, `-` and inner dots, `@` before a scope: no `..`, no `%`, no back-slash, no hidden file. */
const PLAIN_NAME = /^@?[\w-]+(\.[\w-]+)*$/;

/** Takes the target of a request line apart. */
export function splitPath(target: string): RequestPath {
  const [path = '', ...rest] = target.split('?');
  const names = path.split('/').slice(1);
  // One trailing slash names a folder.
  const parts = names.at(-1) === '' ? names.slice(0, -1) : names;
  const isPlain = path.startsWith('/') && parts.every((name) => PLAIN_NAME.test(name));
  return { path, query: rest.join('?'), parts: isPlain ? parts : [], isPlain };
}
