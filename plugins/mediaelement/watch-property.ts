/** Calls `listener` with each value that `target[name]` is set to. The returned function makes it an ordinary one again. */
export function watchProperty<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  listener: (value: Target[Name]) => void,
): () => void {
  let value = target[name];
  const isShown = { configurable: true, enumerable: true };
  Object.defineProperty(target, name, {
    ...isShown,
    get: () => value,
    set: (next: Target[Name]) => {
      value = next;
      listener(next);
    },
  });
  return () => void Object.defineProperty(target, name, { ...isShown, value, writable: true });
}
