/** A player that can be destroyed and tells nobody. */
export interface Destroyable {
  destroy(): unknown;
}

/** Calls `listener` when `player.destroy()` was called. The returned function takes that back. */
export function afterDestroy(player: Destroyable, listener: () => void): () => void {
  const before = Object.getOwnPropertyDescriptor(player, 'destroy');
  const destroy = player.destroy.bind(player);
  const ours = (): unknown => {
    const result = destroy();
    listener();
    return result;
  };
  player.destroy = ours;
  return () => {
    // Somebody may have put another one around it since.
    if (player.destroy !== ours) return;
    if (before) Object.defineProperty(player, 'destroy', before);
    else Reflect.deleteProperty(player, 'destroy');
  };
}
