// Our hooks on the requests of one VHS source, beside the page's own.
//
// Two traps of VHS. A source with hooks of its own no longer runs those of the whole page (`videojs.Vhs.xhr`), so ours
// run them where it is only ours that would silence them. And hooks run in the order they were added, so one that the
// page adds after ours (a token, another host) would come too late for what we ask the engine.

import type { RequestHook, ResponseHook, VhsRequestOptions, VhsXhr } from './vhs-types';

/** What the hooks do with the requests of a source. */
export interface RequestObserver {
  /**
   * Decides about a request after all hooks of the page.
   * @param options - what would be sent
   * @param requestedUri - what VHS asked for, before any hook
   */
  readonly takeRequest: (options: VhsRequestOptions, requestedUri: string | undefined) => VhsRequestOptions;
  /** Sees each answer before VHS does. */
  readonly seeResponse: ResponseHook;
}

/**
 * Installs the hooks on `xhr`.
 * @param pageXhr - gives `videojs.Vhs.xhr`, whose hooks are the page's
 * @returns removes them and leaves everything as the page had it
 */
export function installHooks(xhr: VhsXhr, pageXhr: () => VhsXhr | undefined, observer: RequestObserver): () => void {
  const removeRequestHooks = installRequestHooks(xhr, pageXhr, observer);
  const removeResponseHook = installResponseHook(xhr, pageXhr, observer);
  return () => {
    removeRequestHooks();
    removeResponseHook();
  };
}

function installRequestHooks(
  xhr: VhsXhr,
  pageXhr: () => VhsXhr | undefined,
  { takeRequest }: RequestObserver,
): () => void {
  let requested: VhsRequestOptions | undefined;
  const passed = new Set<RequestHook>();

  const beginPass: RequestHook = (options) => {
    requested = options;
    passed.clear();
    const beforeRequest = xhr.beforeRequest ?? pageXhr()?.beforeRequest;
    const isPagesOwn = (hook: RequestHook): boolean => hook !== beginPass && hook !== endPass && hook !== beforeRequest;
    if ([...(xhr._requestCallbackSet ?? [])].some(isPagesOwn)) return options;
    // A hook may forget to return its options; natively that is forgiven in the last one only.
    return [...(pageXhr()?._requestCallbackSet ?? [])].reduce((current, hook) => hook(current) ?? current, options);
  };

  const endPass: RequestHook = (options) => {
    const hooks = xhr._requestCallbackSet;
    const latest = [...(hooks ?? [])].at(-1);
    if (hooks && latest && latest !== endPass && !passed.has(latest)) {
      // What is deleted and added again while a Set is walked is visited again, at the end: so this comes back after
      // the hooks that were added later, the deprecated beforeRequest included. Once behind each, in case of an equal.
      passed.add(latest);
      hooks.delete(endPass);
      hooks.add(endPass);
      return options;
    }
    const final = (options as VhsRequestOptions | undefined) ?? requested;
    return final && takeRequest(final, requested?.uri);
  };

  const pagesHooks = [...(xhr._requestCallbackSet ?? [])];
  for (const hook of pagesHooks) xhr.offRequest(hook);
  for (const hook of [beginPass, ...pagesHooks, endPass]) xhr.onRequest(hook);
  return () => {
    xhr.offRequest(beginPass);
    xhr.offRequest(endPass);
  };
}

function installResponseHook(
  xhr: VhsXhr,
  pageXhr: () => VhsXhr | undefined,
  { seeResponse }: RequestObserver,
): () => void {
  const pagesHooks = (): ResponseHook[] => [...(pageXhr()?._responseCallbackSet ?? [])];
  const seeAndPassOn: ResponseHook = (request, error, response) => {
    seeResponse(request, error, response);
    const isAlone = [...(xhr._responseCallbackSet ?? [])].every((hook) => hook === seeAndPassOn);
    if (isAlone) for (const hook of pagesHooks()) hook(request, error, response);
  };

  xhr.onResponse(seeAndPassOn);
  return () => {
    const hooks = xhr._responseCallbackSet;
    xhr.offResponse(seeAndPassOn);
    // Requests under way keep the set that was there when they began. Now that it is empty and out of use, the page's
    // hooks go in, where those requests would have found them without us.
    if (hooks && xhr._responseCallbackSet !== hooks) for (const hook of pagesHooks()) hooks.add(hook);
  };
}
